"""Lines instead of messages: replies, and what Postfix, Exim, Sendmail and Exchange log."""

from __future__ import annotations

import pytest

import saywhy

POSTFIX = "Nov 25 10:00:00 mx postfix/smtp[123]: 4XyZ12abc: to=<bob@c.example>, "
EXIM = "2026-11-25 10:00:00 1tFabc-0000Xy-1Q "
SENDMAIL = "Nov 25 10:00:00 mx sendmail[123]: 4AP9xQ012345: to="
TRACKING = "2026-11-25T10:00:00.123Z,192.0.2.1,mx01,198.51.100.2,mx.c.example,,Internet,SMTP,"
GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
PROTOCOL = "2026-11-25T10:00:00.123Z,Internet,08D1,7,192.0.2.1:25,198.51.100.2:25,"


def told(line: str) -> list[tuple[str, str, str, str, str]]:
    return [
        (each.recipient, each.action.value if each.action else "", each.status, each.reply_code, each.why.cause)
        for each in saywhy.read(line.encode()).recipients
    ]


@pytest.mark.parametrize(("line", "expected"), [
    ("550 5.1.1 User unknown", ("", "failed", "5.1.1", "550", "remote-user-unknown")),
    ("452 4.2.2 Mailbox full\n", ("", "delayed", "4.2.2", "452", "remote-mailbox-full")),
    ("smtp; 550 5.1.1 <bob@c.example>: User unknown",
     ("bob@c.example", "failed", "5.1.1", "550", "remote-user-unknown")),
    ("550-5.1.1 The account does not exist.\r\n550-5.1.1 Look again.\r\n550 5.1.1 Bye",
     ("", "failed", "5.1.1", "550", "remote-user-unknown")),
    (POSTFIX + "relay=mx.c.example[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host "
     "mx.c.example[192.0.2.1] said: 550 5.1.1 <bob@c.example>: User unknown (in reply to RCPT TO command))",
     ("bob@c.example", "failed", "5.1.1", "550", "remote-user-unknown")),
    (POSTFIX + "relay=none, delay=30, dsn=4.4.1, status=deferred (connect to mx.c.example[192.0.2.1]:25: "
     "Connection timed out)", ("bob@c.example", "delayed", "4.4.1", "", "no-answer")),
    (POSTFIX + "relay=mx.c.example[192.0.2.1]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 1)",
     ("bob@c.example", "relayed", "2.0.0", "250", "relayed")),
    (POSTFIX + "relay=local, dsn=2.0.0, status=sent (delivered to maildir)",
     ("bob@c.example", "delivered", "2.0.0", "", "delivered")),
    (EXIM + "** bob@c.example R=dnslookup T=remote_smtp H=mx.c.example [192.0.2.1]: SMTP error from remote mail "
     "server after RCPT TO:<bob@c.example>: 550 5.1.1 User unknown",
     ("bob@c.example", "failed", "5.1.1", "550", "remote-user-unknown")),
    (EXIM + "== bob@c.example R=dnslookup T=remote_smtp H=mx.c.example [192.0.2.1] defer (-45): SMTP error from "
     "remote mail server after RCPT TO:<bob@c.example>: 452 4.2.2 Mailbox full",
     ("bob@c.example", "delayed", "4.2.2", "452", "remote-mailbox-full")),
    (EXIM + "=> bob@c.example R=dnslookup T=remote_smtp H=mx.c.example [192.0.2.1] C=\"250 OK\"",
     ("bob@c.example", "relayed", "", "", "relayed")),
    (SENDMAIL + "<bob@c.example>, delay=00:00:01, mailer=esmtp, relay=mx.c.example. [192.0.2.1], dsn=5.1.1, "
     "reply=550 5.1.1 User unknown, stat=User unknown",
     ("bob@c.example", "failed", "5.1.1", "550", "remote-user-unknown")),
    (SENDMAIL + "<bob@c.example>, delay=00:00:01, mailer=esmtp, relay=mx.c.example., dsn=4.0.0, stat=Deferred: "
     "Connection timed out with mx.c.example.", ("bob@c.example", "delayed", "4.0.0", "", "no-answer")),
    (TRACKING + f"FAIL,12,<id@x>,{GUID},bob@c.example,550 5.1.1 RESOLVER.ADR.RecipNotFound; not found,100,1",
     ("bob@c.example", "failed", "5.1.1", "550", "remote-user-unknown")),
    (TRACKING + 'FAIL,12,<id@x.example>,bob@c.example,"550 5.1.1 User unknown, sorry",100,1,,',
     ("bob@c.example", "failed", "5.1.1", "550", "remote-user-unknown")),
    (PROTOCOL + "<,550 5.1.1 User unknown,", ("", "failed", "5.1.1", "550", "remote-user-unknown")),
])  # fmt: skip
def test_a_line_says_who_what_and_why(line: str, expected: tuple[str, str, str, str, str]) -> None:
    (found,) = told(line)
    assert found == expected


def test_a_line_about_several_recipients_has_each_of_them() -> None:
    tracked = TRACKING + "FAIL,12,<id@x.example>,ann@c.example;bob@c.example,550 5.1.1 a;550 5.2.2 full,100,2"
    assert [(each[0], each[2]) for each in told(tracked)] == [
        ("ann@c.example", "5.1.1"),
        ("bob@c.example", "5.2.2"),
    ]
    sent = (
        SENDMAIL + "<ann@c.example>,<bob@c.example>, mailer=esmtp, relay=mx., dsn=5.7.1, stat=Service unavailable"
    )
    assert [each[0] for each in told(sent)] == ["ann@c.example", "bob@c.example"]


def test_host_log_id_and_original_recipient_are_read_too() -> None:
    line = (
        POSTFIX + "orig_to=<list@c.example>, relay=mx.c.example[192.0.2.1]:25, dsn=5.1.1, status=bounced (host "
        "mx.c.example[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command))"
    )
    (one,) = saywhy.read(line.encode()).recipients
    assert (one.remote_mta, one.log_id, one.original_recipient) == ("mx.c.example", "4XyZ12abc", "list@c.example")
    assert one.diagnostic == "550 5.1.1 no"


@pytest.mark.parametrize("line", [
    "250 2.0.0 Ok: queued as 12345",
    "Nov 25 10:00:00 mx postfix/qmgr[123]: 4XyZ12abc: from=<a@b.example>, size=1, nrcpt=1 (queue active)",
    EXIM + "<= a@b.example H=x [192.0.2.1] P=esmtp S=100",
    TRACKING + "RECEIVE,12,<id@x.example>,bob@c.example,,100,1",
    PROTOCOL + "<,250 2.1.5 ok,",
    PROTOCOL + '"',
    "5 apples",
    "lunch at noon",
    "",
])  # fmt: skip
def test_a_line_that_tells_of_no_outcome_is_none(line: str) -> None:
    assert told(line) == []


def test_a_message_that_begins_with_a_number_is_a_message() -> None:
    assert told("550 things to do\n\nSubject: x\n\nhello\n") == []
