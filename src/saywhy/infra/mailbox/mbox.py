"""mbox: messages that follow one another, each below a line `From sender date` (RFC 4155).

Tolerant of what is about: the date in any form with a month and a time, CRLF, quoted From_ lines with one or
several `>` (mboxo, mboxrd) and none (mboxcl2, where Content-Length tells the end).  A line that begins with
`From ` opens a message when it has a date and stands below an empty line, or above a header field.

Content-Length comes from whoever sent the mail, and could hide the messages behind it.  So it counts only in
files that begin with two messages whose lengths both lead to a From_ line, as only the writer of a file can do.

The file is read in blocks and never held as a whole.  A stretch of a file is split without looking at what comes
before it, so that processes can share one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.infra.mailbox.piece import BLOCK, HEAD, LIMIT, TAIL, Piece, Read

LOOK = 512  # octets behind a From_ line's beginning that decide: it and the beginning of the next line
_MAX_HEADER = 64 << 10  # octets of a header in which Content-Length is looked for

_MONTH = re.compile(rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")
_TIME = re.compile(rb"\b[0-2]?[0-9]:[0-5][0-9]\b")
_FIELD = re.compile(rb">?From |[A-Za-z][A-Za-z0-9-]{0,75}:")
_HEADER_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*([0-9]{1,12})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(rb"^>(>{0,100}From )", re.MULTILINE)


class Splitter:
    """Messages from `read`, whose first octet is the one at `base` of the file.  Offsets are those of the file."""

    def __init__(self, read: Read, base: int = 0, by_length: bool = False) -> None:
        self._read = read
        self._base = base
        self._data = bytearray()
        self._ended = False
        self._by_length = by_length

    def messages(self, start: int, stop: int | None = None) -> Iterator[Piece]:
        """Those that begin at `start`, which is a From_ line, and before `stop`."""
        while self._have(start) and (stop is None or start < stop):
            piece = self._message(start)
            yield piece
            start = piece.end
            self._forget(start - 3)

    def first(self) -> int:
        """Where the first message of a file begins, behind empty lines."""
        at = self._base
        while self._have(at) and self._data[at - self._base] in b"\r\n":
            at += 1
        return at

    def find(self, start: int, stop: int) -> int | None:
        """The first From_ line that begins in start..stop-1."""
        at = start
        while at < stop:
            found = self._boundary(at)
            if found is not None:
                return found if found < stop else None
            if self._ended:
                return None
            at = max(at, self._end - LOOK)
            self._forget(at - 3)
            self._more()
        return None

    def length_end(self, start: int) -> int | None:
        """Where the message at `start` ends by its Content-Length, if a From_ line or the end is there."""
        self._have(start + _MAX_HEADER)
        header = _HEADER_END.search(self._data, start - self._base, start - self._base + _MAX_HEADER)
        length = header and _LENGTH.search(self._data, start - self._base, header.end())
        if header is None or not length:
            return None
        end = self._base + header.end() + int(length[1])
        if end - start > LIMIT:
            return None
        self._have(end + LOOK)
        while end < self._end and self._data[end - self._base] in b"\r\n":
            end += 1
        return end if end == self._end or (end < self._end and self._opens(end - self._base)) else None

    def _message(self, start: int) -> Piece:
        self._have(start + LOOK)
        body = self._data.find(b"\n", start - self._base) + 1
        body = self._base + body if body else self._end
        end = self.length_end(start) if self._by_length else None
        head = b""
        search = body
        while end is None:
            end = self._boundary(search)
            if end is None and self._ended:
                end = self._end
            if end is None:
                search = max(search, self._end - LOOK)
                if not head and self._end - body > LIMIT:
                    head = self._slice(body, body + HEAD)
                if head:
                    self._forget(self._end - 2 * TAIL)
                self._more()
        return self._piece(start, body, end, head)

    def _piece(self, start: int, body: int, end: int, head: bytes) -> Piece:
        last = end - self._divider(body, end)
        size = last - body
        if size <= LIMIT:
            data = self._slice(body, last) if not head else head + self._slice(body + HEAD, last)
            return Piece(_unquoted(data), start=start, end=end)
        data = (head or self._slice(body, body + HEAD)) + self._slice(last - TAIL, last)
        return Piece(data, True, start=start, end=end, size=size)

    def _divider(self, body: int, end: int) -> int:
        """The octets of the empty line that divides this message from the next."""
        before = self._slice(max(body, end - 4), end)
        if before.endswith(b"\r\n\r\n"):
            return 2
        return 1 if before.endswith(b"\n\n") else 0

    def _boundary(self, at: int) -> int | None:
        """The first From_ line at or behind `at`, of those that can be told with what is in memory."""
        data = self._data
        index = data.find(b"\nFrom ", max(0, at - 1 - self._base))
        while index >= 0:
            if not self._ended and len(data) - index <= LOOK:
                return None
            if self._opens(index + 1):
                return self._base + index + 1
            index = data.find(b"\nFrom ", index + 1)
        return None

    def _opens(self, index: int) -> bool:
        data = self._data
        if not data.startswith(b"From ", index):
            return False
        end = data.find(b"\n", index, index + LOOK - 80)
        line = bytes(data[index : end if end >= 0 else index + LOOK - 80])
        if _MONTH.search(line) is None or _TIME.search(line) is None:
            return False
        before = bytes(data[max(0, index - 3) : index])
        return before.endswith((b"\n\n", b"\n\r\n")) or (end >= 0 and _FIELD.match(data, end + 1) is not None)

    @property
    def _end(self) -> int:
        return self._base + len(self._data)

    def _slice(self, start: int, end: int) -> bytes:
        return bytes(self._data[start - self._base : end - self._base])

    def _have(self, offset: int) -> bool:
        """Read until the octet at `offset` is in memory; False if there is none."""
        while self._end <= offset:
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        block = b"" if self._ended else self._read(BLOCK)
        self._ended = not block
        self._data += block
        return bool(block)

    def _forget(self, before: int) -> None:
        """Drop what stands before this offset, now and then: a megabyte at a time."""
        if before - self._base > BLOCK:
            del self._data[: before - self._base]
            self._base = before


def counts_lengths(read: Read) -> bool:
    """Whether Content-Length counts in the file whose beginning `read` gives."""
    splitter = Splitter(read)
    start = splitter.first()
    second = splitter.length_end(start)
    return second is not None and second != start and splitter.length_end(second) is not None


def _unquoted(data: bytes) -> bytes:
    """With one quote less before `From `."""
    return _QUOTED.sub(rb"\1", data) if b">From " in data else data
