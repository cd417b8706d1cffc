"""Whole dialogues with the server engine: RFC 5321's scenarios, the order of commands, the end of a session."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.evidence import Stage, Step
from saywhy.model.status import Status
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.server import Limits, Offer, ServerEngine
from tests.wire.smtp.dialogue import LIMITS, OFFER, Driver, failure, in_transaction, play, refusing, serving


def fresh() -> ServerEngine:
    return ServerEngine(OFFER, LIMITS)


def test_rfc_5321_d1_a_typical_transaction() -> None:
    driver = serving(no=refusing("Green"))
    play(
        """
        C: EHLO bar.com
        S: 250-foo.com
        S: 250-SIZE 100000
        S: 250-PIPELINING
        S: 250-DSN
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-CHUNKING
        S: 250 HELP
        C: MAIL FROM:<Smith@bar.com>
        S: 250 2.1.0 Sender OK
        C: RCPT TO:<Jones@foo.com>
        S: 250 2.1.5 Recipient OK
        C: RCPT TO:<Green@foo.com>
        S: 550 5.1.1 User unknown
        C: RCPT TO:<Brown@foo.com>
        S: 250 2.1.5 Recipient OK
        C: DATA
        S: 354 Start mail input; end with <CRLF>.<CRLF>
        C: Blah blah blah...
        C: ...etc. etc. etc.
        C: .
        S: 250 2.0.0 OK
        C: QUIT
        S: 221 2.0.0 foo.com Service closing transmission channel
        """,
        driver,
    )
    assert driver.contents == [b"Blah blah blah...\r\n..etc. etc. etc.\r\n"]
    assert driver.events[-1] == ev.Quit()
    assert driver.engine.closing


def test_rfc_5321_d2_an_aborted_transaction() -> None:
    driver = serving(no=refusing("Green"))
    play(
        """
        C: EHLO bar.com
        C: MAIL FROM:<Smith@bar.com>
        C: RCPT TO:<Jones@foo.com>
        C: RCPT TO:<Green@foo.com>
        S: 250-foo.com
        S: 250-SIZE 100000
        S: 250-PIPELINING
        S: 250-DSN
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-CHUNKING
        S: 250 HELP
        S: 250 2.1.0 ...
        S: 250 2.1.5 ...
        S: 550 5.1.1 ...
        C: RSET
        S: 250 2.0.0 OK
        C: QUIT
        S: 221 2.0.0 ...
        """,
        driver,
    )
    assert driver.events[-2:] == [ev.Reset(), ev.Quit()]
    assert not driver.contents


def test_rfc_5321_d3_a_relayed_message_keeps_every_octet() -> None:
    driver = serving()
    play(
        """
        C: HELO bar.com
        S: 250 foo.com
        C: MAIL FROM:<JQP@bar.com>
        S: 250 2.1.0 ...
        C: RCPT TO:<Jones@XYZ.COM>
        S: 250 2.1.5 ...
        C: DATA
        S: 354 ...
        C: Received: from bar.com by foo.com ; Thu, 21 May 1998
        C:     05:33:29 -0700
        C: Subject:  The Next Meeting of the Board
        C:
        C: Bill:
        C:                         John.
        C: .
        S: 250 2.0.0 ...
        """,
        driver,
    )
    assert driver.contents == [
        b"Received: from bar.com by foo.com ; Thu, 21 May 1998\r\n    05:33:29 -0700\r\n"
        b"Subject:  The Next Meeting of the Board\r\n\r\nBill:\r\n                        John.\r\n"
    ]


def test_rfc_5321_d4_vrfy_tells_nothing_and_changes_nothing() -> None:
    driver = serving()
    play(
        """
        C: EHLO bar.com
        C: VRFY Crispin
        C: MAIL FROM:<EAK@bar.com>
        C: VRFY Crispin
        C: RCPT TO:<Admin.MRC@foo.com>
        S: 250-foo.com
        S: 250-SIZE 100000
        S: 250-PIPELINING
        S: 250-DSN
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-CHUNKING
        S: 250 HELP
        S: 252 2.0.0 ...
        S: 250 2.1.0 ...
        S: 252 2.0.0 ...
        S: 250 2.1.5 ...
        """,
        driver,
    )


def test_commands_before_hello_are_refused_with_5_5_2() -> None:
    play(
        """
        C: MAIL FROM:<a@bar.com>
        S: 503 5.5.2 Send hello first
        C: STARTTLS
        S: 503 5.5.2 Send hello first
        C: BDAT 5 LAST
        C: abc
        S: 503 5.5.2 Send hello first
        C: NOOP
        S: 250 2.0.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: HELP
        S: 214 2.0.0 ...
        C: RCPT TO:<b@foo.com>
        S: 503 5.5.2 Send hello first
        """,
        serving(),
    )


def test_commands_out_of_order_are_refused_with_5_5_1() -> None:
    driver = serving(limits=Limits(max_errors=100))
    driver.feed(b"EHLO bar.com\r\n")
    play(
        """
        C: RCPT TO:<b@foo.com>
        S: 503 5.5.1 Need MAIL command first
        C: DATA
        S: 503 5.5.1 Need MAIL command first
        C: MAIL FROM:<a@bar.com>
        S: 250 2.1.0 ...
        C: MAIL FROM:<a@bar.com>
        S: 503 5.5.1 Sender already specified
        C: DATA
        S: 554 5.5.1 No valid recipients
        C: STARTTLS
        S: 503 5.5.1 Not allowed during a mail transaction
        C: RCPT TO:<b@foo.com>
        S: 250 2.1.5 ...
        C: AUTH PLAIN
        S: 503 5.5.1 Not allowed during a mail transaction
        """,
        driver,
    )
    assert driver.failures[0].cause == "command-out-of-order"
    assert driver.failures[0].evidence.command == "RCPT TO:<b@foo.com>"


def test_an_unknown_command_is_refused_with_5_5_1_and_its_failure_handed_out() -> None:
    driver = serving()
    assert driver.feed(b"FROB x\r\n") == "500 5.5.1 Unrecognized command\r\n"
    (found,) = driver.failures
    assert (found.cause, found.status, found.reply) == ("command-unknown", Status(5, 5, 1), 500)
    assert (found.evidence.stage, found.evidence.step) == (Stage.RECEIVE, Step.NONE)
    assert found.evidence.transcript == ("S: 220 foo.com ESMTP saywhy", "C: FROB x")


def test_expn_is_not_implemented() -> None:
    assert serving().feed(b"EXPN staff\r\n") == "502 5.5.1 Command not implemented\r\n"


@pytest.mark.parametrize("command", [b"DATA now", b"RSET now", b"QUIT now", b"STARTTLS now"])
def test_commands_without_arguments_refuse_arguments(command: bytes) -> None:
    driver = in_transaction() if command.startswith(b"DATA") else serving()
    driver.feed(b"EHLO bar.com\r\n") if command.startswith(b"START") else None
    assert driver.feed(command + b"\r\n") == "501 5.5.4 No argument allowed here\r\n"


def test_verbs_are_case_insensitive_and_trailing_blanks_are_tolerated() -> None:
    driver = serving()
    said = driver.feed(b"eHlO bar.com  \r\nmail from:<a@bar.com>\r\nRcpt To:<b@foo.com> \r\nnoop\t\r\n")
    assert said.endswith("250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n250 2.0.0 OK\r\n")


@pytest.mark.parametrize(
    "command", ["GET / HTTP/1.1", "POST / HTTP/1.0", "CONNECT a:25 HTTP/1.1", "LHLO bar.com", "PRI * HTTP/2.0"]
)
def test_another_protocol_is_refused_with_5_5_5_and_closed(command: str) -> None:
    driver = serving()
    said = driver.feed(command.encode() + b"\r\nEHLO bar.com\r\n")
    assert said == "554 5.5.5 Wrong protocol version\r\n"
    assert driver.engine.closing
    assert driver.failures[0].cause == "wrong-protocol"


@pytest.mark.parametrize("hello", [b"\x16\x03\x01\x02\x00\x01\x00", b"\x16\x03\x01\n\x00abc\r\n", b"\x16"])
def test_a_tls_handshake_on_a_plain_port_is_refused_with_5_5_5(hello: bytes) -> None:
    driver = serving()
    assert driver.feed(hello) == "554 5.5.5 Wrong protocol version\r\n"
    assert driver.engine.closing


def test_protocol_errors_beyond_the_limit_end_the_session_with_4_7_0() -> None:
    driver = serving(limits=Limits(max_errors=3))
    said = driver.feed(b"A\r\nB\r\nNOOP\r\nC\r\nNOOP\r\n")
    assert said.splitlines() == [
        "500 5.5.1 Unrecognized command",
        "500 5.5.1 Unrecognized command",
        "250 2.0.0 OK",
        "500 5.5.1 Unrecognized command",
        "421 4.7.0 Too many errors on this connection, closing it",
    ]
    assert driver.engine.closing
    assert [found.cause for found in driver.failures] == ["command-unknown"] * 3 + ["too-many-errors"]
    assert (driver.failures[-1].evidence.observed, driver.failures[-1].evidence.limit) == (3, 3)


def test_bad_addresses_and_pipelining_behind_a_refused_sender_are_no_protocol_errors() -> None:
    driver = serving(no=lambda event: failure() if isinstance(event, ev.Mail) else None)
    said = driver.feed(
        b"EHLO bar.com\r\nMAIL FROM:<a@bar.com>\r\n" + b"RCPT TO:<b@foo.com>\r\n" * 50 + b"DATA\r\n"
    )
    assert said.count("503 5.5.1 Sender was not accepted\r\n") == 51
    assert not driver.engine.closing
    assert driver.feed(b"MAIL FROM:<a@@>\r\n" * 20).count("501 5.1.7") == 20
    assert not driver.engine.closing


def test_an_empty_transaction_pipelined_to_the_end_leaves_the_session_usable() -> None:
    driver = serving(no=refusing("x"))
    driver.feed(b"EHLO bar.com\r\n")
    play(
        """
        C: MAIL FROM:<a@bar.com>
        C: RCPT TO:<x@foo.com>
        C: DATA
        C: RSET
        C: MAIL FROM:<a@bar.com>
        C: RCPT TO:<y@foo.com>
        C: DATA
        S: 250 2.1.0 ...
        S: 550 5.1.1 ...
        S: 554 5.5.1 No valid recipients
        S: 250 2.0.0 ...
        S: 250 2.1.0 ...
        S: 250 2.1.5 ...
        S: 354 ...
        """,
        driver,
    )


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
