"""The whole message: what is built is parsed back identically, by us and by the standard library."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest
from hypothesis import given

from saywhy.wire.report.build import build
from saywhy.wire.report.clean import clean_message
from saywhy.wire.report.parse import NotAReport, parse
from saywhy.wire.report.values import ReportMessage, Returned
from tests.wire.report.strategies import MESSAGES
from tests.wire.report.test_status import AT, REPORT

ORIGINAL = b"From: guy@corp.example\r\nSubject: Secret\r\n\r\nMeet me at noon.\r\n"
MESSAGE = ReportMessage(
    sender="postmaster@corp.example",
    sender_name="Mail Delivery System",
    to="guy@corp.example",
    subject="Undeliverable: Secret",
    date=AT,
    message_id="<1@worcester.corp.example>",
    in_reply_to="<a1b2@corp.example>",
    text="Your message did not arrive.\n",
    html="<p>Your message did not arrive.</p>\n",
    status=REPORT,
    returned=Returned(ORIGINAL, full=True),
)
TOKEN = "7b41"


@given(MESSAGES)
def test_what_is_built_is_parsed_back_to_the_identical_values(message: ReportMessage) -> None:
    expected = clean_message(message)
    assert clean_message(expected) == expected
    assert parse(build(message, "0123456789abcdef")) == expected


def test_a_name_that_looks_like_an_address_stays_a_name() -> None:
    message = replace(MESSAGE, sender_name="<evil@example.net> \u00a1")
    assert parse(build(message, TOKEN)).sender == MESSAGE.sender
    theirs = email.message_from_bytes(build(message, TOKEN), policy=email.policy.default)
    assert [a.addr_spec for a in theirs["From"].addresses] == [MESSAGE.sender]


@given(MESSAGES)
def test_r12_a_report_is_multipart_report_with_three_parts_for_the_standard_library(
    message: ReportMessage,
) -> None:
    content = build(message, "0123456789abcdef")
    if not message.utf8:
        assert content.isascii() or message.returned.full
    theirs = email.message_from_bytes(content, policy=email.policy.default)
    assert theirs.get_content_type() == "multipart/report"
    human, status, _ = theirs.iter_parts()
    assert theirs.get_param("report-type") == status.get_content_subtype()
    assert human.get_content_type() in ("multipart/alternative", "text/plain")
    assert set(theirs.keys()) <= set(HEADER)


HEADER = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Content-Language",
    "X-SayWhy-Message-Is-Ndr",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)


def test_the_header_names_the_original_and_says_that_no_person_wrote_it() -> None:
    theirs = email.message_from_bytes(build(MESSAGE, TOKEN), policy=email.policy.default)
    assert theirs["From"] == '"Mail Delivery System" <postmaster@corp.example>' or theirs["From"].addresses
    assert theirs["In-Reply-To"] == theirs["References"] == "<a1b2@corp.example>"
    assert theirs["Auto-Submitted"] == "auto-replied"
    assert theirs["X-SayWhy-Message-Is-Ndr"] == "yes"
    assert "RET" not in theirs


@pytest.mark.parametrize(
    ("returned", "to", "kind", "encoding"),
    [
        (Returned(ORIGINAL, True), "a@b", "message/rfc822", "7bit"),
        (Returned(ORIGINAL[:-2] + b"\xfc\r\n", True), "a@b", "message/rfc822", "8bit"),
        (Returned(ORIGINAL[:40], False), "a@b", "text/rfc822-headers", "7bit"),
        (Returned(b"Subject: \xfc\r\n", False), "a@b", "text/rfc822-headers", "quoted-printable"),
        (Returned("Subject: ü\r\n\r\n".encode(), True, utf8=True), "a@b", "message/global", "quoted-printable"),
        (Returned("Subject: ü\r\n\r\n".encode(), True, utf8=True), "ü@b", "message/global", "8bit"),
        (Returned("Subject: 漢字\r\n".encode(), False, utf8=True), "a@b", "message/global-headers", "base64"),
        (Returned("Subject: ü\r\n".encode(), False, utf8=True), "ü@b", "message/global-headers", "8bit"),
    ],
)
def test_r20_the_returned_part_is_labelled_and_encoded_for_the_path(
    returned: Returned, to: str, kind: str, encoding: str
) -> None:
    content = build(replace(MESSAGE, returned=returned, to=to), TOKEN)
    part = content.partition(b"\r\nContent-Type: " + kind.encode())[2]
    head = part.partition(b"\r\n\r\n")[0]
    assert (f"Content-Transfer-Encoding: {encoding}".encode() in head) == (encoding != "7bit")
    assert (b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n--r-" in content) == (encoding == "8bit" or to == "ü@b")
    assert parse(content).returned == returned


def test_r20_the_status_part_is_global_only_when_the_reverse_path_needs_smtputf8() -> None:
    narrow, wide = build(MESSAGE, TOKEN), build(replace(MESSAGE, to="jürgen@corp.example"), TOKEN)
    assert b"report-type=delivery-status" in narrow
    assert b"\r\nContent-Type: message/delivery-status\r\n" in narrow
    assert b"report-type=global-delivery-status" in wide
    assert b"\r\nContent-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n" in wide


def test_long_lines_and_text_beyond_ascii_get_an_encoding() -> None:
    for text in ("x" * 3000 + "\n", "Grüße\n", "漢字" * 500 + "\n"):
        content = build(replace(MESSAGE, text=text, html=""), TOKEN)
        assert content.isascii()
        assert max(map(len, content.split(b"\r\n"))) <= 998
        assert parse(content).text == text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Subject: hello\r\n\r\n", "text/plain, not multipart/report"),
        (
            b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
            "no message/delivery-status",
        ),
    ],
)
def test_what_is_no_report_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(NotAReport, match=why):
        parse(content)
