"""The session around the transactions: greeting, hello, STARTTLS, the answers of the driver, the end."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.status import Status
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.server import Limits, Offer, ServerEngine
from tests.wire.smtp.dialogue import LIMITS, OFFER, Driver, failure, in_transaction, play, serving


def fresh() -> ServerEngine:
    return ServerEngine(OFFER, LIMITS)


def test_hello_with_no_domain_is_refused_unless_the_limits_say_otherwise() -> None:
    assert serving().feed(b"EHLO\r\n") == "501 5.0.0 HELO requires domain address\r\n"
    driver = serving(limits=Limits(require_ehlo_domain=False))
    assert driver.feed(b"HELO\r\n") == "250 foo.com\r\n"
    assert driver.events == [ev.Hello("", extended=False)]


@pytest.mark.parametrize("name", ["bar_com", "a b", "bar.com.", ".com", "a..b", "bär.example", "a,b", "x" * 256])
def test_hello_with_illegal_characters_is_refused_with_5_5_4(name: str) -> None:
    driver = serving(offer=Offer("foo.com", smtputf8=False))
    assert driver.feed(f"EHLO {name}\r\n".encode()) == "501 5.5.4 Invalid domain name\r\n"
    assert driver.failures[0].cause == "domain-name-invalid"


@pytest.mark.parametrize(
    "name", ["bar.com", "localhost", "[192.0.2.1]", "[IPv6:2001:db8::1]", "bär.example", "PC-7"]
)
def test_hello_takes_names_literals_and_unicode_names(name: str) -> None:
    driver = serving()
    assert driver.feed(f"EHLO {name}\r\n".encode()).startswith("250-foo.com")
    assert driver.events == [ev.Hello(name, extended=True)]


def test_hello_in_a_transaction_ends_it() -> None:
    driver = in_transaction()
    driver.feed(b"EHLO bar.com\r\n")
    assert driver.feed(b"DATA\r\n") == "503 5.5.1 Need MAIL command first\r\n"


def test_hello_that_the_driver_refuses_leaves_the_session_as_it_was() -> None:
    driver = serving(no=lambda event: failure(550, "5.7.1", "Go away") if isinstance(event, ev.Hello) else None)
    assert driver.feed(b"EHLO bar.com\r\n") == "550 5.7.1 Go away\r\n"
    assert driver.feed(b"MAIL FROM:<>\r\n") == "503 5.5.2 Send hello first\r\n"


def test_a_greeting_of_554_waits_for_quit_and_serves_nothing_else() -> None:
    engine = fresh()
    engine.greet(Reply(554, Status(5, 7, 1), ("No service for your address",)))
    driver = Driver(engine)
    play(
        """
        S: 554 5.7.1 No service for your address
        C: EHLO bar.com
        S: 503 5.5.1 No service here, send QUIT
        C: QUIT
        S: 221 2.0.0 ...
        """,
        driver,
    )


@pytest.mark.parametrize("code", [421, 521])
def test_a_greeting_of_421_or_521_closes(code: int) -> None:
    engine = fresh()
    engine.greet(Reply(code, None, ("foo.com no mail service",)))
    assert engine.output() == f"{code} foo.com no mail service\r\n".encode()
    assert engine.closing


def test_what_is_sent_before_the_greeting_waits() -> None:
    engine = fresh()
    engine.receive(b"NOOP\r\n")
    assert engine.next_event() is None
    assert engine.output() == b""
    engine.greet()
    assert engine.next_event() is None
    assert engine.output() == b"220 foo.com ESMTP saywhy\r\n250 2.0.0 OK\r\n"


def test_a_client_that_leaves_without_quit_is_gone_once_its_commands_are_answered() -> None:
    driver = serving()
    driver.engine.receive(b"EHLO bar.com\r\nMAIL FROM:<a@b")
    driver.engine.receive_eof()
    driver.pump()
    assert driver.events == [ev.Hello("bar.com", extended=True), ev.Gone()]
    assert driver.engine.closing
    assert driver.engine.next_event() is None


def test_shut_says_421_whatever_the_failure_said_and_frees_the_driver_of_its_answer() -> None:
    engine = fresh()
    engine.greet()
    engine.receive(b"EHLO bar.com\r\n")
    assert engine.next_event() == ev.Hello("bar.com", extended=True)
    engine.output()
    engine.shut(failure(452, "4.3.1", "Insufficient system resources"))
    engine.accept()
    engine.receive(b"NOOP\r\n")
    assert engine.next_event() is None
    assert engine.output() == b"421 4.3.1 Insufficient system resources\r\n"
    assert engine.closing


def test_an_answer_that_nobody_waits_for_is_a_fault_of_the_driver() -> None:
    engine = fresh()
    engine.greet()
    with pytest.raises(RuntimeError, match="no event"):
        engine.accept()


def test_nothing_is_parsed_while_an_answer_is_owed() -> None:
    engine = fresh()
    engine.greet()
    engine.output()
    engine.receive(b"EHLO bar.com\r\nNOOP\r\n")
    assert engine.next_event() == ev.Hello("bar.com", extended=True)
    assert engine.next_event() is None
    assert engine.output() == b""
    assert engine.backlog == 6
    engine.accept()
    assert engine.next_event() is None
    assert engine.output().endswith(b"250 HELP\r\n250 2.0.0 OK\r\n")


def test_the_drivers_own_words_go_out_with_code_and_status() -> None:
    engine = fresh()
    engine.greet()
    engine.receive(b"HELO bar.com\r\nMAIL FROM:<>\r\nRCPT TO:<b@foo.com>\r\nDATA\r\n.\r\n")
    engine.output()
    for words in ["greets you", "Sender welcome", "", "go", "Queued as 1-8f31"]:
        engine.next_event()
        engine.accept(words)
    assert engine.output().decode().splitlines() == [
        "250 foo.com greets you",
        "250 2.1.0 Sender welcome",
        "250 2.1.5 Recipient OK",
        "354 go",
        "250 2.0.0 Queued as 1-8f31",
    ]


def test_a_reply_of_the_drivers_own_counts_by_its_first_digit() -> None:
    driver = serving()
    driver.feed(b"EHLO bar.com\r\nMAIL FROM:<>\r\n")
    engine = driver.engine
    engine.receive(b"RCPT TO:<b@foo.com>\r\nDATA\r\n")
    engine.next_event()
    engine.reply(Reply(251, Status(2, 1, 5), ("will forward",)))
    assert engine.next_event() == ev.Data()
    assert engine.output() == b"251 2.1.5 will forward\r\n"


def test_a_refusal_can_close() -> None:
    driver = serving()
    driver.engine.receive(b"EHLO bar.com\r\n")
    driver.engine.next_event()
    driver.engine.refuse(failure(550, "5.7.1", "No"), close=True)
    assert driver.engine.output() == b"550 5.7.1 No\r\n"
    assert driver.engine.closing


def test_starttls_starts_over_and_throws_away_what_was_pipelined_behind_it() -> None:
    driver = serving()
    driver.feed(b"EHLO bar.com\r\n")
    said = driver.feed(b"STARTTLS\r\nMAIL FROM:<evil@bar.com>\r\n")
    assert said == "220 2.0.0 Ready to start TLS\r\n"
    assert driver.feed(b"RCPT TO:<injected@foo.com>\r\n") == ""
    driver.engine.offer = Offer("foo.com", auth=("PLAIN",), starttls=True)
    driver.engine.tls_done("TLSv1.3 TLS_AES_256_GCM_SHA384")
    assert driver.feed(b"MAIL FROM:<a@bar.com>\r\n") == "503 5.5.2 Send hello first\r\n"
    said = driver.feed(b"EHLO bar.com\r\n")
    assert "STARTTLS" not in said
    assert "250-AUTH PLAIN\r\n" in said
    assert driver.feed(b"STARTTLS\r\n") == "503 5.5.1 TLS is already active\r\n"
    assert "S: (TLS: TLSv1.3 TLS_AES_256_GCM_SHA384)" in driver.engine.transcript


def test_starttls_that_the_driver_refuses_changes_nothing() -> None:
    driver = serving(no=lambda event: failure(454, "4.7.0", "Not now") if isinstance(event, ev.StartTls) else None)
    driver.feed(b"EHLO bar.com\r\n")
    assert driver.feed(b"STARTTLS\r\nMAIL FROM:<>\r\n") == "454 4.7.0 Not now\r\n250 2.1.0 Sender OK\r\n"


def test_starttls_not_on_offer_is_not_implemented() -> None:
    driver = serving(offer=Offer("foo.com"))
    driver.feed(b"EHLO bar.com\r\n")
    assert driver.feed(b"STARTTLS\r\n") == "502 5.5.1 Command not implemented\r\n"


def test_postmaster_without_a_domain_is_taken_in_any_case() -> None:
    driver = serving()
    driver.feed(b"EHLO bar.com\r\nMAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nRCPT TO:<POSTMASTER>\r\n")
    for event in driver.of(ev.Rcpt):
        assert isinstance(event, ev.Rcpt)
        assert event.recipient.address == Address("Postmaster", "")


def test_an_offer_without_extensions_says_only_the_name_and_help() -> None:
    bare = Offer(
        "foo.com",
        pipelining=False,
        dsn=False,
        eightbitmime=False,
        smtputf8=False,
        chunking=False,
        enhancedstatuscodes=False,
    )
    assert serving(offer=bare).feed(b"EHLO bar.com\r\n") == "250-foo.com\r\n250-SIZE 0\r\n250 HELP\r\n"


def test_the_transcript_is_bounded_and_readable() -> None:
    driver = serving(limits=Limits(max_errors=1000))
    for number in range(100):
        driver.feed(b"X%d \xff\x01" % number + b"y" * 1000 + b"\r\n")
    lines = driver.engine.transcript
    assert len(lines) == 40
    assert all(len(line) <= 512 and line.isascii() and line.isprintable() for line in lines)
    assert lines[-2].startswith("C: X99 \\xff\\x01yyy")
