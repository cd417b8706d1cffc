"""Input that is made to hurt: each gets an answer that says what was left out, and none raises.

How long each takes is measured by hand, not here: the time limit of the tests means that it hung.
"""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import saywhy
from saywhy.why.read import text
from saywhy.why.read.fields import MAX_RECIPIENTS
from saywhy.why.read.values import Kind
from tests.why.read.collection import EVERY
from tests.why.read.test_schema import SCHEMA, check

SYSTEM = b"From: MAILER-DAEMON@mx.test\nSubject: failure notice\n\n"
STATUS = (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    b"--b\nContent-Type: message/delivery-status\n\n"
)
ENTRY = b"<bob@dest.test>:\n550 5.1.1 no such user\n\n"

HOSTILE = {
    "nested parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(100_000)
    ),
    "messages in messages": b"Content-Type: message/rfc822\n\n" * 100_000,
    "one line": SYSTEM + b"x" * 2_000_000,
    "addresses": SYSTEM + b"a@b.c " * 200_000,
    "signs of an address": SYSTEM + b"@" * 500_000,
    "header fields": b"A: b\n" * 500_000,
    "a long field": b"From: MAILER-DAEMON@mx.test\nSubject: " + b"x " * 500_000 + b"\n\nhi",
    "a folded field": b"From: MAILER-DAEMON@mx.test\nSubject: a" + b"\n b" * 200_000 + b"\n\nhi",
    "encoded words": b"From: MAILER-DAEMON@mx.test\nSubject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nhi",
    "recipients": STATUS
    + b"".join(b"Final-Recipient: rfc822; a%d@b.c\nAction: failed\n\n" % at for at in range(50_000)),
    "a long diagnostic": STATUS
    + b"Final-Recipient: rfc822; a@b.c\nDiagnostic-Code: smtp; "
    + b"550 5.1.1 " * 99_999,
    "a folded diagnostic": STATUS + b"Final-Recipient: a@b.c\nDiagnostic-Code: smtp; " + b"550 5.1.1\n " * 99_999,
    "brackets": b"From: MAILER-DAEMON@mx.test\nContent-Type: text/html\n\n" + b"<" * 500_000,
    "tags": b"From: MAILER-DAEMON@mx.test\nContent-Type: text/html\n\n" + b"<p><style>" * 50_000,
    "boundaries": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 500_000,
    "dashes": SYSTEM + b"-" * 500_000,
    "lines of dashes": SYSTEM + b"----\n" * 100_000,
    "spaces": SYSTEM + b" " * 500_000,
    "empty lines": SYSTEM + b"\n" * 500_000,
    "bare CR": (SYSTEM + ENTRY * 20_000).replace(b"\n", b"\r"),
    "CR CR LF": (SYSTEM + ENTRY * 20_000).replace(b"\n", b"\r\r\n"),
    "json": SYSTEM + b'{"notificationType":"Bounce","bounce":' + b"[" * 100_000,
    "a transcript": SYSTEM + b"Transcript of session follows\n" + b">>> RCPT To:<a@b.c>\n<<< 550 no\n" * 20_000,
    "messages of an mbox": b"From a Mon Jan 1\nA: b\n\n" * 50_000,
    "failed recipients": b"From: MAILER-DAEMON@mx.test\nX-Failed-Recipients: " + b"a@b.c, " * 100_000 + b"\n\nx",
    "parameters": b"Content-Type: multipart/mixed" + b"; a=b" * 100_000 + b"\n\nx",
    "nothing but NUL": b"\0" * 500_000,
    "all octets": bytes(range(256)) * 2000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gets_an_answer(name: str) -> None:
    report = saywhy.read(HOSTILE[name])
    assert report.error == ""
    assert len(report.recipients) <= MAX_RECIPIENTS


@pytest.mark.parametrize("name", ["nested parts", "recipients", "messages in messages"])
def test_what_was_not_looked_at_is_told(name: str) -> None:
    report = saywhy.read(HOSTILE[name])
    assert report.truncated or name == "messages in messages"


def test_a_message_larger_than_the_window_is_read_at_both_ends(tmp_path: Path) -> None:
    file = tmp_path / "large.eml"
    with file.open("wb") as out:
        out.write(SYSTEM + ENTRY)
        for _ in range(20):
            out.write(b"x" * 1_000_000)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        report = saywhy.read(content)  # type: ignore[arg-type]
    assert report.truncated
    assert [each.recipient for each in report.recipients] == ["bob@dest.test"]


@pytest.mark.parametrize("name", EVERY)
def test_every_truncation_of_a_report_gets_an_answer(name: str) -> None:
    whole = EVERY[name].raw
    for part in range(20):
        report = saywhy.read(whole[: len(whole) * part // 20])
        assert report.error == ""


@pytest.mark.parametrize("name", EVERY)
def test_line_ends_change_nothing(name: str) -> None:
    raw = EVERY[name].raw
    told = [_told(raw.replace(b"\n", end)) for end in (b"\n", b"\r\n", b"\r")]
    assert told[0] == told[1] == told[2]


def _told(raw: bytes) -> object:
    report = saywhy.read(raw)
    return report.kind, [(each.recipient, each.status, each.reply_code, each.why) for each in report.recipients]


@given(st.binary(max_size=1500))
def test_any_octets_get_an_answer_of_the_schema(raw: bytes) -> None:
    report = saywhy.read(raw)
    assert report.error == ""
    check(report.as_dict(), SCHEMA)


WORDS = st.sampled_from(
    [
        *(
            b"From: MAILER-DAEMON@mx.test\n",
            b"Subject: Undeliverable\n",
            b"\n",
            b"\n\n",
            b"<bob@dest.test>:",
            b"550 ",
        ),
        *(
            b"5.1.1 ",
            b"Final-Recipient: rfc822; bob@dest.test\n",
            b"Action: failed\n",
            b"Status: 5.1.1\n",
            b"--b\n",
        ),
        *(
            b"Content-Type: multipart/report; boundary=b\n",
            b"Content-Type: message/delivery-status\n",
            b"(",
            b">",
            b"\t",
        ),
        *(
            b"Transcript of session follows\n",
            b"<<< 550 no\n",
            b">>> RCPT To:<a@b.c>\n",
            b"=?utf-8?b?",
            b"\xff",
            b"\r",
        ),
        *(
            b"could not be delivered to ",
            b"bob@dest.test",
            b"Diagnostic-Code: smtp; 550 no\n",
            b"  ",
            b"Received: from x\n",
        ),
    ]
)


@given(st.lists(WORDS, max_size=60))
def test_any_mixture_of_what_reports_are_made_of_gets_an_answer(pieces: list[bytes]) -> None:
    report = saywhy.read(b"".join(pieces))
    assert report.error == ""
    assert report.kind is Kind.NONE or report.kind in Kind


def test_on_an_endless_line_an_address_looks_no_further_than_its_neighbourhood() -> None:
    """Found by fuzzing: each of a thousand addresses looked over the whole line, which took seconds."""
    line = "your message to <someone.else@partner.example> could not be delivered, " * 1000
    content = f"From: MAILER-DAEMON@mail.example\nSubject: failure notice\n\nHi.\n{line}\n".encode()
    [recipient] = saywhy.read(content).recipients
    assert recipient.recipient == "someone.else@partner.example"
    assert len(recipient.diagnostic) <= 2 * text.FAR
