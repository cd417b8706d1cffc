"""Dates of RFC 5322 section 3.3: written always in UTC, read in whatever form mail has them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc5322(at: float) -> str:
    """Epoch seconds -> `Tue, 06 May 2008 21:23:08 +0000`."""
    return _at_second(int(at))


@lru_cache(maxsize=64)
def _at_second(at: int) -> str:
    t = time.gmtime(at)
    return (
        f"{_DAYS[t.tm_wday]}, {t.tm_mday:02d} {_MONTHS[t.tm_mon - 1]} {t.tm_year} "
        f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} +0000"
    )


def parse(text: str) -> tuple[float, int] | None:
    """A date of RFC 5322 section 3.3 or its obsolete forms -> epoch seconds and the writer's offset in minutes.

    None for what is no date.  Comments, the day's name and the seconds may be there or not; a zone that is not
    known counts as UTC, as section 4.3 says.
    """
    words = text.partition("(")[0].replace(",", " ").split()[:8]
    if words and not words[0].isdecimal():
        words = words[1:]
    if len(words) < 4 or not (words[0].isascii() and words[0].isdecimal()):
        return None
    try:
        day, month, year = int(words[0]), _MONTHS.index(words[1][:3].title()) + 1, _year(words[2])
        moment = datetime(year, month, day, *_clock(words[3]), tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    offset = _offset(words[4]) if len(words) > 4 else 0
    return moment - offset * 60, offset


_ZONES = {"EDT": -240, "EST": -300, "CDT": -300, "CST": -360, "MDT": -360, "MST": -420, "PDT": -420, "PST": -480}


def _year(word: str) -> int:
    """Two and three digits as RFC 5322 section 4.3 reads them."""
    year = int(word[:5])
    if len(word) <= 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(word) == 3 else year


def _clock(word: str) -> tuple[int, int, int]:
    """`21:23` or `21:23:08`; a leap second counts as the one before it."""
    parts = [int(part[:3]) for part in word.split(":")[:3]]
    if len(parts) < 2:
        raise ValueError(word)
    return parts[0], parts[1], min(parts[2], 59) if len(parts) == 3 else 0


def _offset(zone: str) -> int:
    """`+0130` -> 90; a zone's name if it is one of RFC 5322's; otherwise 0."""
    digits = zone[1:5]
    if zone[:1] in ("+", "-") and len(digits) == 4 and digits.isascii() and digits.isdecimal():
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        return -minutes if zone[0] == "-" else minutes
    return _ZONES.get(zone.upper(), 0)
