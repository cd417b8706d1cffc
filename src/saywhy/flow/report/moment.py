"""Times as a reader sees them: without an order of day and month that must be guessed, in the sender's own zone.

The zone is the one in the Date field of the original, which is where its writer was.
"""

from __future__ import annotations

import time
from functools import lru_cache

from saywhy.flow.report import phrases
from saywhy.why.words import Frame
from saywhy.wire import date

_WIDEST = 14 * 60  # minutes of offset; more is no place on earth


def sent(header: str, arrived: float) -> tuple[float, int]:
    """The original's Date field -> epoch seconds and offset in minutes; its arrival in UTC if that is no date."""
    found = date.parse(header)
    if found is None or found[0] < 0:
        return arrived, 0
    return found[0], found[1] if abs(found[1]) <= _WIDEST else 0


@lru_cache(maxsize=256)
def shown(at: float, offset: int, frame: Frame) -> str:
    """`6 May 2008, 22:23 (UTC+01:00)`."""
    t = time.gmtime(int(at) + offset * 60)
    hours, minutes = divmod(abs(offset), 60)
    zone = f"UTC{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}" if offset else "UTC"
    return frame.say(phrases.MOMENT).format(
        day=t.tm_mday,
        month=frame.say(phrases.MONTHS[t.tm_mon - 1]),
        year=t.tm_year,
        time=f"{t.tm_hour:02d}:{t.tm_min:02d}",
        zone=zone,
    )
