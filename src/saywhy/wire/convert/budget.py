"""What the conversion of one message may cost: the work that is done octet by octet, counted over all its parts.

One thread converts for all messages, so a hostile one must end soon.  With these limits it takes a few seconds;
what needs no loop of ours is bounded by the size of the message.
"""

from __future__ import annotations

from enum import Enum

from saywhy.wire.convert.errors import TooMuch


class Work(Enum):
    """What is counted, and how much of it one message may have."""

    TEXT = "characters of its texts", 4 * 1024 * 1024  # that become HTML, or come of it
    DISTINCT = "different characters of its texts", 1_000_000  # of texts that a charset does not hold
    FORMATTED = "octets of formatted text in winmail.dat", 8 * 1024 * 1024  # unpacked
    ITEMS = "attributes, properties and values in winmail.dat", 250_000

    def __init__(self, what: str, limit: int) -> None:
        self.what = what
        self.limit = limit


class Budget:
    """Of one message."""

    def __init__(self) -> None:
        self._spent = dict.fromkeys(Work, 0)

    def spend(self, work: Work, amount: int) -> None:
        """TooMuch when it is more than is left."""
        self._spent[work] += amount
        if self._spent[work] > work.limit:
            raise TooMuch(work.what, self._spent[work], work.limit)
