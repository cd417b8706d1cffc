"""Durations and sizes as people write them: `5 min`, `4 h`, `2 d`, `36 MB`, `10 MiB`, or plain numbers.

Durations are seconds, sizes octets.  A size in MB is the same as in MiB: mail servers have always counted so,
and spec F1's limits ("36 MB") are meant so.
"""

from __future__ import annotations

import re

_QUANTITY = re.compile(r"\s{0,9}([0-9]{1,15})(?:\.([0-9]{1,6}))?\s{0,9}([A-Za-z]{0,12})\s{0,9}")

DURATIONS = {
    "": 1.0, "ms": 0.001,
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0,
    "m": 60.0, "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0,
    "w": 604800.0, "week": 604800.0, "weeks": 604800.0,
}  # fmt: skip
SIZES = {
    "": 1, "b": 1, "byte": 1, "bytes": 1,
    "k": 1 << 10, "kb": 1 << 10, "kib": 1 << 10,
    "m": 1 << 20, "mb": 1 << 20, "mib": 1 << 20,
    "g": 1 << 30, "gb": 1 << 30, "gib": 1 << 30,
}  # fmt: skip


def duration(value: object) -> float:
    """`"5 min"` or a number of seconds -> seconds; ValueError otherwise."""
    return _quantity(value, DURATIONS, "a duration")


def size(value: object) -> int:
    """`"36 MB"` or a number of octets -> octets; ValueError otherwise."""
    octets = _quantity(value, SIZES, "a size")
    if octets != int(octets):
        raise ValueError(f"{value!r} is no whole number of octets")
    return int(octets)


def _quantity(value: object, units: dict[str, float] | dict[str, int], what: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 0 <= value < 1e15:
            raise ValueError(f"{value!r} is not {what}")
        return value
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if found is None or found[3].lower() not in units:
        raise ValueError(f"{value!r} is not {what}")
    number = float(f"{found[1]}.{found[2]}") if found[2] else int(found[1])
    return number * units[found[3].lower()]


def format_duration(seconds: float) -> str:
    """Seconds -> the largest unit that is exact: `5 min`, `2 d`, `1.5 s` (to the microsecond)."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds and seconds % length == 0:
            return f"{int(seconds // length)} {unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + " s"


def format_size(octets: int) -> str:
    """Octets -> the largest unit that is exact: `36 MiB`, `100 KiB`, `1 B`."""
    for unit, length in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if octets and octets % length == 0:
            return f"{octets // length} {unit}"
    return f"{octets} B"
