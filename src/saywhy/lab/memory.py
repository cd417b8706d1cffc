"""Whether a wish's answer is given this time: what lab.test remembers of who asked for which address, and when.

Pure but for the remembering: time is passed in.  What is remembered is bounded; what was not asked for longest is
forgotten first.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import assert_never

from saywhy.lab.dialogue import Asked
from saywhy.lab.grammar import After, Always, First, Larger, Plain, Until, When

KEPT = 10_000


@dataclass(slots=True)
class _Past:
    """Of one sender and address: the first attempt, those refused, and when messages were taken."""

    first: float
    refused: int = 0
    known: bool = False
    taken: deque[float] = field(default_factory=deque)
    total: int = 0


class Memory:
    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._past: OrderedDict[tuple[str, str], _Past] = OrderedDict()

    def applies(self, when: When, asked: Asked, now: float) -> bool:
        """True: the wish's answer is given now; False: the recipient is taken."""
        match when:
            case Always():
                return True
            case Larger(octets):
                return asked.size > octets
            case Plain():
                return not asked.tls
            case First() | After() | Until():
                return self._by_past(when, self._of(asked, now), asked, now)
            case _:
                assert_never(when)

    def _of(self, asked: Asked, now: float) -> _Past:
        key = (asked.sender.lower(), asked.recipient.lower())
        past = self._past.setdefault(key, _Past(now))
        self._past.move_to_end(key)
        while len(self._past) > self._kept:
            self._past.popitem(last=False)
        return past

    def _by_past(self, when: First | After | Until, past: _Past, asked: Asked, now: float) -> bool:
        match when:
            case First(times):
                past.refused += 1
                refused = past.refused <= times
            case After(taken, within):
                refused = _taken(past, within, now) >= taken
                if not refused:
                    past.total += 1
                    past.taken.append(now)
                return refused
            case Until(seconds, known):
                refused = not past.known and now < past.first + seconds
                past.known = known and not refused
                if known:
                    return refused
            case _:
                assert_never(when)
        if not refused:  # taken: the next message begins anew
            del self._past[asked.sender.lower(), asked.recipient.lower()]
        return refused


def _taken(past: _Past, within: float, now: float) -> int:
    """How many were taken in the last `within` seconds; 0: ever."""
    while within and past.taken and past.taken[0] <= now - within:
        past.taken.popleft()
    if not within:
        past.taken.clear()
        return past.total
    return len(past.taken)
