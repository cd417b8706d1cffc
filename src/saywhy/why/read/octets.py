"""The octets of a message as they are looked at: a bounded window, every line ended by LF, and the way back.

Positions in what is looked at are turned into positions in the message as it was given (`Octets.span`), because
the evidence of a value is told in those.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Protocol

HEAD = 12 * 1024 * 1024  # octets looked at of a larger message: these first ones
TAIL = 4 * 1024 * 1024  # and these last ones

_STEP = 1024  # octets between marks
_LINE_END = re.compile(rb"\r\r?\n")


class Sliceable(Protocol):
    """bytes, bytearray, mmap: whatever has a length and gives octets for a slice."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: slice, /) -> bytes: ...


def _one_octet(raw: bytes) -> bytes:
    """Every line end as LF: CR LF, bare CR, and CR CR LF, which careless gateways make."""
    if b"\r\r\n" in raw:
        return _LINE_END.sub(b"\n", raw).replace(b"\r", b"\n")
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


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
        self._marks: list[tuple[int, int]] = []
        self.data = raw if b"\r" not in raw else _one_octet(raw)

    @property
    def is_whole(self) -> bool:
        """Whether positions in `data` are those in the message as given."""
        return not self.truncated and len(self.data) == len(self._raw)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Positions in `data` -> the same in the message as given."""
        return self._given(start), self._given(end)

    def _given(self, at: int) -> int:
        raw = at if len(self.data) == len(self._raw) else self._in_raw(at)
        return raw if not self.truncated or raw <= HEAD else raw - HEAD - 1 + self._size - TAIL

    def _in_raw(self, at: int) -> int:
        """The position before line ends were made one octet: from the nearest mark, then by counting."""
        if not self._marks:
            self._mark()
        known, raw = self._marks[bisect_right(self._marks, (at, len(self._raw) + 1)) - 1]
        first = raw + at - known
        place = self._behind_line_end(first)
        while (further := self._behind_line_end(first + self._shorter(raw, place))) != place:
            place = further
        return place

    def _behind_line_end(self, place: int) -> int:
        """A position within CR LF is that behind it."""
        if self._raw.startswith((b"\n", b"\r\n"), place) and self._raw.startswith(b"\r", max(place - 1, 0)):
            return self._raw.index(b"\n", place) + 1
        return place

    def _mark(self) -> None:
        """Pairs of the same position in `data` and in the message, one for each few lines."""
        at = raw = 0
        while raw < len(self._raw):
            self._marks.append((at, raw))
            line_end = self._raw.find(b"\n", raw + _STEP)
            end = line_end + 1 if line_end >= 0 else len(self._raw)
            at += end - raw - self._shorter(raw, end)
            raw = end
        self._marks.append((at, raw))

    def _shorter(self, start: int, end: int) -> int:
        """How many octets the lines between two positions of the message lost."""
        return self._raw.count(b"\r\n", start, end) + self._raw.count(b"\r\r\n", start, end)
