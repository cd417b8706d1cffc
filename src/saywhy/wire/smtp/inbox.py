"""Octets received and not yet used, as lines or as runs.  Shared by both engines; decides nothing.

A line is looked for only from where the last search stopped, and the common case (each read holds whole lines)
copies nothing but the line itself.
"""

from __future__ import annotations


class Inbox:
    """`feed` at the end, take from the front."""

    __slots__ = ("_at", "_data", "_scanned", "_skipping")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        self._scanned = 0  # no LF between _at and here
        self._skipping = False  # inside a line that is too long

    def __len__(self) -> int:
        return len(self._data) - self._at

    def feed(self, data: bytes) -> None:
        if self._at == len(self._data):
            self._data = data
            self._scanned = 0
        else:
            self._data = self._data[self._at :] + data
            self._scanned -= self._at
        self._at = 0

    def clear(self) -> None:
        self._data = b""
        self._at = self._scanned = 0
        self._skipping = False

    def line(self, limit: int) -> bytes | None:
        """The next line with its LF; None when there is none yet; b"" for one over `limit` octets, thrown away.

        Whether a line is too long depends on the line alone, never on how the reads cut it.
        """
        at = self._at
        end = self._data.find(b"\n", self._scanned) + 1
        if not end:
            self._wait_for_more(limit)
            return None
        self._at = self._scanned = end
        if self._skipping or end - at > limit:
            self._skipping = False
            return b""
        return self._data[at:end]

    def _wait_for_more(self, limit: int) -> None:
        self._scanned = len(self._data)
        if self._skipping or self._scanned - self._at >= limit:
            self._skipping = True
            self.skip(len(self))

    def first(self) -> bytes:
        """The first octet of a line, or b""."""
        return b"" if self._skipping else self._data[self._at : self._at + 1]

    def rest(self) -> bytes:
        """All that is there, without taking it."""
        return self._data[self._at :] if self._at else self._data

    def take(self, count: int) -> bytes:
        """The next `count` octets, or as many as there are."""
        taken = self._data[self._at : self._at + count]
        self.skip(len(taken))
        return taken

    def skip(self, count: int) -> None:
        """Take `count` octets away."""
        self._at += count
        self._scanned = max(self._scanned, self._at)
        if self._at == len(self._data):
            self._data = b""
            self._at = self._scanned = 0
