"""Dates: what others write is read as the standard library reads it."""

from __future__ import annotations

import email.utils
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.date import parse, rfc5322


@given(st.integers(0, 4_000_000_000))
def test_what_is_written_is_read_again(at: int) -> None:
    assert parse(rfc5322(at)) == (float(at), 0)


@given(
    st.datetimes(datetime(1971, 1, 2), datetime(9000, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    st.integers(-1439, 1439),
)
def test_dates_are_read_as_the_standard_library_reads_them(at: datetime, offset: int) -> None:
    text = email.utils.format_datetime(at.replace(tzinfo=timezone(timedelta(minutes=offset))))
    theirs = email.utils.parsedate_to_datetime(text)
    assert parse(text) == (theirs.timestamp(), offset)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 06 May 2008 22:23:08 +0100", (1210108988.0, 60)),
        ("6 May 2008 22:23:08 +0100 (BST)", (1210108988.0, 60)),
        ("Tue,6 May 2008 21:23 GMT", (1210108980.0, 0)),
        ("Tue, 6 May 08 17:23:08 EDT", (1210108988.0, -240)),
        ("Tue, 06 May 2008 21:23:08 -0000", (1210108988.0, 0)),
        ("tue, 06 may 2008 21:23:08 XYZ", (1210108988.0, 0)),
        ("31 Dec 1998 23:59:60 +0000", (915148799.0, 0)),
    ],
)
def test_obsolete_and_sloppy_forms_are_read(text: str, expected: tuple[float, int]) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "Tue, 32 May 2008 21:23:08 +0000",
        "6 Foo 2008 21:23:08",
        "6 May 2008",
        "6 May 2008 2123 +0000",
        "6 May 99999 21:23:08 +0000",
        "6 May 2008 25:00:00 +0000",
        "² May 2008 21:23:08",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    parse(text)
    parse(f"Tue, 06 May 2008 {text}")
    parse(f"06 {text} 2008 21:23:08 {text}")
