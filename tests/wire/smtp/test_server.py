"""Whole dialogues with the server engine: RFC 5321's scenarios, the order of commands, what is no SMTP."""

from __future__ import annotations

import pytest

from saywhy.model.evidence import Stage, Step
from saywhy.model.status import Status
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.server import Limits
from tests.wire.smtp.dialogue import failure, in_transaction, play, refusing, serving


def test_rfc_5321_d1_a_typical_transaction() -> None:
    driver = serving(no=refusing("Green"))
    play(
        """
        C: EHLO bar.com
        S: 250-foo.com
        S: 250-SIZE 100000
        S: 250-PIPELINING
        S: 250-DSN
        S: 250-DELIVERBY
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
        S: 250-DELIVERBY
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
        S: 250-DELIVERBY
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
