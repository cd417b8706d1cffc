"""Numbers as people read them: sizes, counts, spans of time.  English."""

from __future__ import annotations

from saywhy.why.entries import Unit

_STEPS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))
_SPANS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def quantity(value: int, unit: Unit) -> str:
    """`39 MB`, `250`, `2 days`; empty for a value that was not seen (below 0)."""
    if value < 0:
        return ""
    match unit:
        case Unit.BYTES:
            return size(value)
        case Unit.SECONDS:
            return span(value)
        case Unit.COUNT:
            return f"{value:,}"


def pair(observed: int, limit: int, unit: Unit) -> tuple[str, str]:
    """Both numbers, precise enough that they read differently when they differ."""
    first, second = quantity(observed, unit), quantity(limit, unit)
    if first == second and observed != limit:
        word = {Unit.BYTES: "bytes", Unit.SECONDS: "seconds", Unit.COUNT: ""}[unit]
        return f"{observed:,} {word}".strip(), f"{limit:,} {word}".strip()
    return first, second


def size(octets: int) -> str:
    """1 MB is 1024 times 1024 octets, as mail servers count."""
    for factor, name in _STEPS:
        if octets >= factor:
            value = octets / factor
            return f"{value:.0f} {name}" if value >= 10 or value == int(value) else f"{value:.1f} {name}"
    return f"{octets} bytes"


def span(seconds: float) -> str:
    for length, name in _SPANS:
        if seconds >= length:
            count = round(seconds / length)
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    count = round(seconds)
    return f"{count} second" if count == 1 else f"{count} seconds"
