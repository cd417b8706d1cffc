"""The header pass: what a message says of itself, found cheaply and as a full parser would find it."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.queued import Headline
from saywhy.wire import loop
from saywhy.wire.header import MAX_VALUE, header_block, headline, received_lines, scan, without_received

MESSAGE = (
    b"Received: from a.example ([192.0.2.1])\r\n by b.example with ESMTP id 1;\r\n"
    b" Tue, 06 May 2008 21:23:08 +0000\r\n"
    b"RECEIVED: from pc.a.example by a.example\r\n"
    b"From: Guy <guy@corp.example>\r\n"
    b"Subject: A secret\r\n\tof two lines\r\n"
    b"message-id: <a1b2@corp.example>\r\n"
    b"Date: Tue, 06 May 2008 22:23:08 +0100\r\n"
    b"Content-Language: en-GB\r\n"
    b"\r\nSubject: not this one\r\nReceived: nor this\r\n"
)


def test_the_headline_is_read_from_the_header_alone_and_unfolded() -> None:
    assert headline(MESSAGE) == Headline(
        message_id="<a1b2@corp.example>",
        subject="A secret\tof two lines",
        date="Tue, 06 May 2008 22:23:08 +0100",
        from_="Guy <guy@corp.example>",
        language="en-GB",
        hops=2,
    )


def test_received_fields_come_unfolded_with_the_latest_hop_first() -> None:
    assert received_lines(MESSAGE) == [
        "from a.example ([192.0.2.1]) by b.example with ESMTP id 1; Tue, 06 May 2008 21:23:08 +0000",
        "from pc.a.example by a.example",
    ]


def test_a_field_that_is_the_very_first_or_the_very_last_line_is_found() -> None:
    assert headline(b"Subject: first\r\n\r\n").subject == "first"
    assert headline(b"From: a@b\r\nSubject: last").subject == "last"


def test_a_field_name_inside_another_name_or_a_value_is_not_taken() -> None:
    assert headline(b"X-Subject: no\r\nTo: Subject: no\r\n\r\n").subject == ""


@pytest.mark.parametrize("content", [b"", b"\r\n", b"\r\nSubject: body\r\n", b"\nSubject: body\n"])
def test_a_message_without_a_header_has_an_empty_headline(content: bytes) -> None:
    assert headline(content) == Headline()
    assert header_block(content) == b""


def test_bare_line_feeds_are_read_too_as_in_saved_files() -> None:
    assert headline(b"Subject: a\n b\nDate: today\n\nFrom: body\n") == Headline(subject="a b", date="today")


def test_octets_beyond_ascii_are_utf_8_or_else_latin_1() -> None:
    assert headline("Subject: Grüße\r\n\r\n".encode()).subject == "Grüße"
    assert headline("Subject: Grüße\r\n\r\n".encode("latin-1")).subject == "Grüße"


def test_a_value_is_kept_to_a_bound() -> None:
    assert len(headline(b"Subject: " + b"x" * 100_000 + b"\r\n\r\n").subject) == MAX_VALUE


def test_the_header_ends_where_a_line_is_no_field() -> None:
    block = b"Subject: a\r\nHello there,\r\nthis: is the body\r\n"
    fields, body = scan(block, 0, len(block))
    assert [field.name for field in fields] == ["Subject"]
    assert block[body:].startswith(b"Hello")


def test_an_mbox_line_and_a_stray_continuation_before_the_first_field_are_passed_over() -> None:
    for first in (b"From guy@corp.example Tue May  6 2008\n", b"  astray\r\n"):
        block = first + b"Subject: a\r\n\r\n"
        assert [field.name for field in scan(block, 0, len(block))[0]] == ["Subject"]


def test_a_header_of_a_million_continuation_lines_is_one_field() -> None:
    block = b"Subject: a\r\n" + b" b\r\n" * 200_000
    fields, _ = scan(block, 0, len(block))
    assert len(fields) == 1
    assert headline(block).subject.startswith("a b b")


NAMES = st.text("abcXYZ-09", min_size=1, max_size=12)
BODIES = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip)


@given(st.lists(st.tuples(NAMES, BODIES), max_size=8), st.binary(max_size=30))
def test_fields_are_those_that_the_standard_library_finds(fields: list[tuple[str, str]], body: bytes) -> None:
    content = b"".join(f"{name}: {value}\r\n".encode() for name, value in fields) + b"\r\n" + body
    theirs = email.message_from_bytes(content, policy=email.policy.compat32)
    block = header_block(content)
    ours, _ = scan(block, 0, len(block))
    assert [(field.name, field.text) for field in ours] == [(k, v.strip()) for k, v in theirs.items()]


@given(st.binary(max_size=300))
def test_no_octets_break_it(content: bytes) -> None:
    headline(content)
    received_lines(content)


def test_a_body_that_begins_with_white_space_is_not_taken_for_a_folded_line() -> None:
    content = b"Subject: a\r\n\r\n\tindented\r\n"
    fields, body = scan(content, 0, len(content))
    assert (len(fields), content[body:]) == (1, b"\tindented\r\n")


def test_a_header_without_its_received_fields_keeps_all_others_as_they_are() -> None:
    whole = header_block(MESSAGE)
    without = without_received(whole)
    assert received_lines(without) == []
    fields, _ = scan(whole, 0, len(whole))
    assert scan(without, 0, len(without))[0] == [field for field in fields if field.name.lower() != "received"]
    assert without_received(without) == without
    assert without_received(b"") == b""


@given(
    st.lists(st.sampled_from((b"Received: a\r\n", b"received:\n", b" b\r\n", b"X: Received: c\r\n")), max_size=8)
)
def test_no_received_field_is_left_and_nothing_else_is_lost(lines: list[bytes]) -> None:
    without = without_received(b"".join(lines))
    assert received_lines(without) == []
    assert without.count(b"X: Received: c\r\n") == lines.count(b"X: Received: c\r\n")


@pytest.mark.parametrize(
    ("header", "stamps", "automatic"),
    [
        (b"Subject: x\r\nAuto-Submitted: auto-replied\r\n", 0, False),
        (b"X-SayWhy-Loop: 1-2\r\nx-saywhy-loop: 1-1\r\nSubject: x\r\n", 2, False),
        (b"X-SayWhy-Loop: 1-2\r\nAuto-Submitted: auto-generated\r\n", 1, True),
        (b"X-SayWhy-Loop: 1-2\r\nAuto-Submitted: No\r\n", 1, False),
        (b"Subject: X-SayWhy-Loop: 1-2\r\n", 0, False),
    ],
)
def test_stamps_of_automatic_copies_are_counted(header: bytes, stamps: int, automatic: bool) -> None:
    found = headline(header + b"\r\nX-SayWhy-Loop: in the body\r\n")
    assert (found.stamps, found.automatic) == (stamps, automatic)


def test_a_stamp_is_put_before_everything_else_and_counted_again() -> None:
    content = loop.stamped(b"Received: x\r\n\r\nbody\r\n", "1-8f31", 2)
    assert content == b"X-SayWhy-Loop: 1-8f31\r\n" * 2 + b"Received: x\r\n\r\nbody\r\n"
    assert headline(content).stamps == 2
