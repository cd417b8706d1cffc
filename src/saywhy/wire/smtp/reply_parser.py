"""Reading a remote server's replies (RFC 5321 section 4.2.1), tolerant where tolerance is safe.

Lines may end in a bare LF, text and the space before it may be missing, codes of continuation lines may differ
(the last line's counts).  Replies are bounded in lines and octets.  Octets that are not printable ASCII become
escapes, so that a reply can be shown and quoted anywhere (RFC 3464 section 2.3.6 wants the words kept).
"""

from __future__ import annotations

from functools import lru_cache

from saywhy.model.status import Status
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.transcript import readable

MAX_REPLY_LINES = 100
MAX_REPLY_LINE = 4096  # octets with the line end; RFC 5321 section 4.5.3.1.5 allows 512
_FREQUENT = 64  # octets


class ReplyError(ValueError):
    """What the remote sent is no SMTP reply; the message says why."""


class ReplyParser:
    """One reply at a time, a line at a time."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def feed(self, line: bytes) -> Reply | None:
        """A line with its end (b"" for one that was too long) -> the reply that it completes, or None."""
        line = line.rstrip(b"\r\n")
        if not (len(line) >= 3 and line[:3].isdigit() and line[:1] in b"2345" and line[3:4] in (b" ", b"-", b"")):
            raise ReplyError(f"not an SMTP reply: {readable(line[:80])!r}")
        self._lines.append(line)
        if line[3:4] == b"-":
            if len(self._lines) >= MAX_REPLY_LINES:
                raise ReplyError(f"a reply of more than {MAX_REPLY_LINES} lines")
            return None
        lines, self._lines = self._lines, []
        return _frequent(line) if len(lines) == 1 and len(line) <= _FREQUENT else reply_of(lines)


@lru_cache(maxsize=256)
def _frequent(line: bytes) -> Reply:
    """A busy server says the same few short things again and again."""
    return reply_of([line])


def reply_of(lines: list[bytes]) -> Reply:
    """Well-formed reply lines without their ends -> Reply; its status only if it agrees with the code."""
    wire = tuple([readable(line) for line in lines])
    code = int(wire[-1][:3])
    if len(wire) == 1 and wire[0][4:5].isalpha():  # no status can follow
        return Reply(code, None, (wire[0][4:],), wire)
    found: Status | None = None
    texts = []
    for line in wire:
        status, text = _split(line[4:], code // 100)
        found = found or status
        texts.append(text)
    return Reply(code, found, tuple(texts), wire)


def _split(text: str, class_: int) -> tuple[Status | None, str]:
    found = Status.find(text)
    if found is None or found[0].class_ != class_:
        return None, text
    return found
