"""Message content as it comes in: by DATA up to CRLF.CRLF, by BDAT in chunks (RFC 5321 section 4.5.2, RFC 3030).

The only end of data is CRLF.CRLF.  Content with a bare CR or LF, a NUL or a line over 1000 octets is found out at
its end and refused whole: whatever it held, commands included, stays content (no SMTP smuggling).  Each check is
one pass of a function of `bytes`; a regular expression takes thirty times as long.
"""

from __future__ import annotations

from io import BytesIO

from saywhy.wire.smtp import refusals
from saywhy.wire.smtp.refusals import Found

END = b"\r\n.\r\n"
MAX_TEXT_LINE = 1000  # octets with CRLF, RFC 5321 section 4.5.3.1.6


class DataReader:
    """The content of one DATA.  Memory is bounded by what the limit can take up, dots included."""

    __slots__ = ("_keep", "_limit", "_octets", "_parts", "_tail")

    def __init__(self, limit: int) -> None:
        self._limit = limit + limit // 3 + len(END)  # each line of 3 octets may have gained a dot
        self._octets = 0
        self._keep = True
        self._parts: BytesIO | None = None
        self._tail = b"\r\n"  # the end of the DATA command's own line

    def feed(self, data: bytes) -> tuple[int, bytes | None]:
        """How much of `data` was used, and the raw content once its end is there."""
        end = self._find_end(data)
        if end < 0:
            self._take(data)
            self._tail = data[-4:] if len(data) >= 4 else (self._tail + data)[-4:]
            return len(data), None
        if self._parts is None and self._keep and end >= 3:
            self._octets = end - 3
            return end, data[: end - 3]
        self._take(data[:end])
        self._octets -= 3
        return end, self._joined()

    @property
    def octets(self) -> int:
        """The octets of the raw content, thrown away or not."""
        return self._octets

    @property
    def held(self) -> int:
        """Octets in memory."""
        return 0 if self._parts is None else self._parts.tell()

    @property
    def over(self) -> bool:
        """True when the content has been thrown away for its size."""
        return not self._keep

    def _find_end(self, data: bytes) -> int:
        """Where in `data` the octets after CRLF.CRLF begin, or -1."""
        seam = (self._tail + data[:4]).find(END)
        if seam >= 0:
            return seam + len(END) - len(self._tail)
        at = data.find(END)
        return at + len(END) if at >= 0 else -1

    def _take(self, data: bytes) -> None:
        self._octets += len(data)
        if self._octets > self._limit:
            self._keep = False
            self._parts = None
        elif self._keep:
            if self._parts is None:
                self._parts = BytesIO()
            self._parts.write(data)

    def _joined(self) -> bytes:
        if self._parts is None:
            return b""
        self._parts.truncate(self._octets)
        return self._parts.getvalue()


class ChunkReader:
    """The content of one transaction's BDATs.  `answer` is a refusal to be said once the chunk has been read."""

    __slots__ = ("_limit", "_parts", "answer", "last", "left", "octets", "size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts = BytesIO()
        self.answer: Found | bytes | None = None
        self.octets = 0  # of all chunks
        self.size = 0  # of this chunk
        self.left = 0
        self.last = False

    def begin(self, size: int, last: bool) -> None:
        self.size = self.left = size
        self.last = last
        self.octets += size
        if self.over:
            self._parts = BytesIO()

    def discard(self, answer: Found | bytes) -> None:
        self.answer = answer
        self._parts = BytesIO()

    @property
    def held(self) -> int:
        """Octets in memory."""
        return self._parts.tell()

    @property
    def over(self) -> bool:
        return self.octets > self._limit

    def feed(self, data: bytes) -> None:
        """At most `left` octets of the chunk."""
        self.left -= len(data)
        if self.answer is None and not self.over:
            self._parts.write(data)

    def content(self) -> bytes:
        """What came; a last line without its CRLF gets one, as every stored message consists of lines."""
        content = self._parts.getvalue()
        if content and not content.endswith(b"\r\n"):
            content += b"\r\n"
        return content


def unstuff(raw: bytes) -> bytes:
    """Take away the dot that begins a line (RFC 5321 section 4.5.2)."""
    if raw.startswith(b"."):
        raw = raw[1:]
    return raw.replace(b"\r\n.", b"\r\n")


def fault(content: bytes, max_size: int, max_header: int) -> Found | None:
    """Why `content` cannot be accepted, or None."""
    size = len(content)
    if size > max_size:
        return too_large(size, max_size)
    if _has_bare(content):
        return Found(refusals.BARE_CR_OR_LF)
    if b"\0" in content:
        return Found(refusals.CONTENT, "NUL octet")
    if _has_long_line(content):
        return Found(refusals.CONTENT, f"line over {MAX_TEXT_LINE} octets")
    return _header_fault(content, max_header) if size > max_header else None


def too_large(size: int, limit: int) -> Found:
    return Found(refusals.TOO_LARGE, observed=size, limit=limit)


def _has_bare(content: bytes) -> bool:
    """A CR or LF outside CRLF.  Counting the single octets takes three times as long as this copy does."""
    text = content.replace(b"\r\n", b" ")
    return b"\r" in text or b"\n" in text


def _has_long_line(content: bytes) -> bool:
    """Hop from line end to line end, each time the furthest that one line may reach."""
    at, size = 0, len(content)
    while size - at > MAX_TEXT_LINE:
        end = content.rfind(b"\r\n", at, at + MAX_TEXT_LINE)
        if end < 0:
            return True
        at = end + 2
    return False


def _header_fault(content: bytes, limit: int) -> Found | None:
    if content.startswith(b"\r\n") or content.find(b"\r\n\r\n", 0, limit + 2) >= 0:
        return None
    end = content.find(b"\r\n\r\n")
    observed = end + 2 if end >= 0 else len(content)
    return Found(refusals.HEADER_TOO_LARGE, observed=observed, limit=limit)
