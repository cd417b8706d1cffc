"""What is concluded where the report itself says little: programs that failed, words that decide nothing."""

from __future__ import annotations

import saywhy

_HEAD = b"Return-Path: <>\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@mx.test>\nTo: <ann@worcester.example>\n"


def _sendmail(transcript: bytes) -> bytes:
    return (
        _HEAD
        + b"Subject: Returned mail: see transcript for details\n\n"
        + b"   ----- The following addresses had permanent fatal errors -----\n<bob@dest.test>\n\n"
        + b"   ----- Transcript of session follows -----\n"
        + transcript
    )


def test_what_a_program_printed_counts_where_sendmail_only_says_that_it_failed() -> None:
    report = saywhy.read(_sendmail(b"mail.local: unknown user: bob\n554 <bob@dest.test>... Service unavailable\n"))
    found = report.recipients[0]
    assert (found.recipient, found.reply_code, found.why.reason, found.why.hard_bounce) == (
        "bob@dest.test", "554", "userunknown", True,
    )  # fmt: skip
    assert found.diagnostic.startswith("mail.local: unknown user: bob 554")


def test_a_program_that_printed_nothing_telling_is_a_failed_program() -> None:
    raw = _sendmail(b"at line 12\n554 5.3.0 <bob@dest.test>... unknown mailer error 255\n")
    assert saywhy.read(raw).recipients[0].why.cause == "delivery-agent-failed"


def test_sendmails_own_words_stand_where_they_say_something() -> None:
    raw = _sendmail(b"maildrop: over quota.\n550 5.1.1 <bob@dest.test>... User unknown\n")
    found = saywhy.read(raw).recipients[0]
    assert (found.why.reason, found.diagnostic) == ("userunknown", "550 5.1.1 <bob@dest.test>... User unknown")


def _standard(fields: bytes, text: bytes = b"Sorry.\n") -> bytes:
    return (
        _HEAD
        + b"Subject: Undelivered mail\nMIME-Version: 1.0\n"
        + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n"
        + text
        + b"\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
        + fields
        + b"\n--b--\n"
    )


def test_a_recipient_that_is_a_program_failed_as_a_program() -> None:
    raw = _standard(b"Final-Recipient: rfc822; |/usr/bin/sort bob@dest.test\nAction: failed\nStatus: 5.0.0\n")
    assert saywhy.read(raw).recipients[0].why.reason == "mailererror"


def test_words_that_decide_nothing_are_on_hold_and_no_words_undefined() -> None:
    fields = b"Final-Recipient: rfc822; bob@dest.test\nAction: failed\nStatus: 5.0.0\n"
    said = saywhy.read(_standard(fields + b"Diagnostic-Code: smtp; 550 plugh xyzzy\n"))
    assert said.recipients[0].why.reason == "onhold"
    assert saywhy.read(_standard(fields, b"\n")).recipients[0].why.reason == "undefined"


def test_a_time_that_ran_out_is_told_in_the_sentence_about_your_message() -> None:
    raw = (
        _HEAD
        + b"Subject: Mail System Error - Returned Mail\n\nPlease send it again later.\n\n"
        + b"Your message was not delivered within 0 days and 2 hours.\nRemote host is not responding.\n\n"
        + b"The following recipients did not receive this message:\n\n<bob@dest.test>\n"
    )
    assert saywhy.read(raw).recipients[0].why.reason == "expired"
