"""The octets of a message as they are looked at: a bounded window, every line ended by LF, and the way back.

Positions in what is looked at are turned into positions in the message as it was given (`Octets.span`), because
the evidence of a value is told in those.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Protocol

HEAD = 12 * 1024 * 1024  # octets looked at of a larger message: these first ones
TAIL = 4 * 1024 * 1024  # and these last ones

_LINE_END = re.compile(rb"\r\r?\n")


class Sliceable(Protocol):
    """bytes, bytearray, mmap: whatever has a length and gives octets for a slice."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: slice, /) -> bytes: ...


class Octets:
    """`data` is looked at; `truncated` says that the message is longer."""

    def __init__(self, given: Sliceable) -> None:
        self._size = len(given)
        self.truncated = self._size > HEAD + TAIL
        if self.truncated:
            raw = bytes(given[:HEAD]) + b"\n" + bytes(given[self._size - TAIL :])
        else:
            raw = given if isinstance(given, bytes) else bytes(given[:])
        self._raw = raw
        self._ends: list[int] | None = None
        self._counted = (0, 0)  # a position in `data`, and the line ends before it
        self._uniform: bool | None = None
        self.data = raw if b"\r" not in raw else _LINE_END.sub(b"\n", raw).replace(b"\r", b"\n")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Positions in `data` -> the same in the message as given."""
        return self._given(start), self._given(end)

    def _given(self, at: int) -> int:
        raw = at
        if self.data is not self._raw:
            raw = at + self._dropped(at)
        return raw if not self.truncated or raw <= HEAD else raw - HEAD - 1 + self._size - TAIL

    def _dropped(self, at: int) -> int:
        """How many carriage returns went before the position `at`."""
        if self._uniform is None:  # every line ended in CRLF
            self._uniform = len(self._raw) - len(self.data) == self.data.count(b"\n")
        if self._uniform:
            return self._lines_before(at)
        if self._ends is None:
            dropped, self._ends = 0, []
            for found in _LINE_END.finditer(self._raw):
                for _ in range(found.end() - found.start() - 1):
                    self._ends.append(found.start() - dropped)
                    dropped += 1
        return bisect_left(self._ends, at)

    def _lines_before(self, at: int) -> int:
        """Counted from the position that was asked for last: spans come in order."""
        known, lines = self._counted
        if at >= known:
            lines += self.data.count(b"\n", known, at)
        else:
            lines -= self.data.count(b"\n", at, known)
        self._counted = (at, lines)
        return lines
