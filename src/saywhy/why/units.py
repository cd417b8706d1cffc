"""Numbers as people read them: sizes, counts, spans of time, in a reader's language."""

from __future__ import annotations

from saywhy.why.entries import Unit
from saywhy.why.words import IN_ENGLISH, Frame, mark, mark_both

_STEPS = ((1 << 30, mark("{number} GB")), (1 << 20, mark("{number} MB")), (1 << 10, mark("{number} KB")))
_BYTES = mark_both("{number} byte", "{number} bytes")
_SECONDS = mark_both("{number} second", "{number} seconds")
_SPANS = (
    (86400, mark_both("{number} day", "{number} days")),
    (3600, mark_both("{number} hour", "{number} hours")),
    (60, mark_both("{number} minute", "{number} minutes")),
    (1, _SECONDS),
)


def quantity(value: int, unit: Unit, words: Frame = IN_ENGLISH) -> str:
    """`39 MB`, `250`, `2 days`; empty for a value that was not seen (below 0)."""
    if value < 0:
        return ""
    match unit:
        case Unit.BYTES:
            return size(value, words)
        case Unit.SECONDS:
            return span(value, words)
        case Unit.COUNT:
            return words.digits(value)


def pair(observed: int, limit: int, unit: Unit, words: Frame = IN_ENGLISH) -> tuple[str, str]:
    """Both numbers, precise enough that they read differently when they differ."""
    first, second = quantity(observed, unit, words), quantity(limit, unit, words)
    if first == second and observed != limit:
        forms = _BYTES if unit is Unit.BYTES else _SECONDS
        return words.count(*forms, observed), words.count(*forms, limit)
    return first, second


def size(octets: int, words: Frame = IN_ENGLISH) -> str:
    """1 MB is 1024 times 1024 octets, as mail servers count."""
    for factor, form in _STEPS:
        if octets >= factor:
            value = octets / factor
            decimals = 0 if value >= 10 or value == int(value) else 1
            return words.say(form).format(number=words.digits(value, decimals))
    return words.count(*_BYTES, octets)


def span(seconds: float, words: Frame = IN_ENGLISH) -> str:
    length, forms = next((each for each in _SPANS if seconds >= each[0]), _SPANS[-1])
    return words.count(*forms, round(seconds / length))
