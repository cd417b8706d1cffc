"""Header blocks in one cheap pass (RFC 5322 section 2.2): what a message says of itself, and its trace.

`headline` is on the path of every accepted message: a lower-cased copy of the block and a `find` per field, no
regular expression, no object per field.  `scan` splits a block into its fields, for readers with time.  Lines end
in CRLF or in a bare LF.  Leaves out: structured bodies, encoded words (wire/encoded_word), MIME (wire/mime).
"""

from __future__ import annotations

from typing import NamedTuple

from saywhy.model.queued import Headline
from saywhy.wire import loop

MAX_BLOCK = 1024 * 1024  # octets of header looked at
MAX_VALUE = 2000  # characters kept of a value in a headline
MAX_FIELDS = 10_000

_RECEIVED = b"\nreceived:"


class Field(NamedTuple):
    """One header field.  `name` as written, `body` as on the wire: folded, leading space and line end on."""

    name: str
    body: bytes

    @property
    def text(self) -> str:
        """The body unfolded, decoded and without the white space around it."""
        return unfolded(self.body)


def headline(content: bytes) -> Headline:
    """A message (or its header block) -> what it says of itself; the first field of a name counts."""
    block = b"\n" + header_block(content)
    lower = block.lower()
    stamps = lower.count(loop.KEY)
    return Headline(
        message_id=_value(block, lower, b"\nmessage-id:"),
        subject=_value(block, lower, b"\nsubject:"),
        date=_value(block, lower, b"\ndate:"),
        from_=_value(block, lower, b"\nfrom:"),
        language=_value(block, lower, b"\ncontent-language:") or _value(block, lower, b"\naccept-language:"),
        hops=lower.count(_RECEIVED),
        no_alternate=_value(block, lower, b"\nalternate-recipient:").strip().lower() == "prohibited",
        stamps=stamps,
        automatic=stamps > 0 and _value(block, lower, b"\nauto-submitted:").lower()[:2] not in ("", "no"),
    )


def header_block(content: bytes) -> bytes:
    """The header of a message: all lines before the first empty one, line ends included."""
    if content.startswith((b"\r\n", b"\n")):
        return b""
    end = content.find(b"\r\n\r\n", 0, MAX_BLOCK)
    if end >= 0:
        return content[: end + 2]
    end = content.find(b"\n\n", 0, MAX_BLOCK)
    return content[: end + 1] if end >= 0 else content[:MAX_BLOCK]


def scan(data: bytes, start: int, end: int, most: int = MAX_FIELDS) -> tuple[list[Field], int]:
    """The header fields in `data[start:end]`, at most `most`, and where the body begins.

    An empty line ends the header, and so does a line that is no field: the body then begins with it, as mail
    programs read a message whose empty line was lost.
    """
    found: list[Field] = []
    at = start
    while at < end:
        if data.startswith((b"\r\n", b"\n"), at, end):
            return found, data.index(b"\n", at) + 1
        stop = field_end(data, at, end)
        name = _name(data, at, stop)
        if name:
            if len(found) == most:
                return found, at
            found.append(Field(name, data[data.index(b":", at) + 1 : stop]))
        elif not _may_be_skipped(data, at, start):
            return found, at
        at = stop
    return found, end


def received_lines(content: bytes) -> list[str]:
    """The bodies of the Received fields, unfolded, the latest hop first, as they stand in the message."""
    block = b"\n" + header_block(content)
    lower, found = block.lower(), []
    at = lower.find(_RECEIVED)
    while at >= 0:
        start = at + len(_RECEIVED)
        end = field_end(block, start, len(block))
        found.append(unfolded(block[start:end]))
        at = lower.find(_RECEIVED, end - 1)
    return found


def without_received(block: bytes) -> bytes:
    """A header block without its Received fields: what is left does not tell the way that the message took."""
    block = b"\n" + block
    lower, kept, at = block.lower(), [], 0
    found = lower.find(_RECEIVED)
    while found >= 0:
        kept.append(block[at : found + 1])
        at = field_end(block, found + 1, len(block))
        found = lower.find(_RECEIVED, at - 1)
    return b"".join((*kept, block[at:]))[1:]


def unfolded(body: bytes) -> str:
    return text(body.replace(b"\r", b"").replace(b"\n", b"").strip())


def text(raw: bytes) -> str:
    """Octets of a header -> characters: UTF-8 (RFC 6532), else Latin-1, which loses nothing."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def values(block: bytes, names: tuple[bytes, ...]) -> tuple[str, ...]:
    """Single fields of a header block, unfolded, by their lower-case names; empty where there is none."""
    block = b"\n" + block
    lower = block.lower()
    return tuple(_value(block, lower, b"\n" + name + b":") for name in names)


def _value(block: bytes, lower: bytes, key: bytes) -> str:
    start = lower.find(key)
    if start < 0:
        return ""
    start += len(key)
    return unfolded(block[start : field_end(block, start, len(block))])[:MAX_VALUE]


def field_end(data: bytes, at: int, end: int) -> int:
    """Behind the line at `at` and the continuation lines that follow it."""
    while True:
        newline = data.find(b"\n", at, end)
        if newline < 0:
            return end
        at = newline + 1
        if data[at : at + 1] not in (b" ", b"\t") or at >= end:
            return at


def _name(data: bytes, at: int, stop: int) -> str:
    """The field name that opens a line, or nothing: printable ASCII without space up to the colon."""
    colon = data.find(b":", at, stop)
    name = data[at:colon].rstrip(b" \t") if colon > at else b""
    if not name or b" " in name or not name.isascii():
        return ""
    decoded = name.decode("ascii")
    return decoded if decoded.isprintable() else ""


def _may_be_skipped(data: bytes, at: int, start: int) -> bool:
    """An mbox `From ` line before the first field, or a continuation line that continues nothing."""
    return at == start and (data.startswith(b"From ", at) or data[at : at + 1] in (b" ", b"\t"))
