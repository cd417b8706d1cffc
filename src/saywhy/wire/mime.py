"""A lazy reader of MIME messages (RFC 2045, 2046) over bytes: header fields once, parts and bodies when asked for.

No body is copied until it is wanted: a part is a range of the message.  Everything is bounded, because the input
is anybody's: octets looked at, depth, parts, header fields.  What lies beyond a bound is not there, and `Part.cut`
says so.  The reading is tolerant: a missing final boundary, a broken header or bad base64 gives what can be had.
Leaves out: parameters in pieces (RFC 2231), uuencode, external bodies.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from saywhy.wire import charset
from saywhy.wire.header import MAX_BLOCK, Field, scan, text
from saywhy.wire.lazy import lazy

# What holds a message of its own; RFC 6533 section 4.4 has the global form stand for the other.
MESSAGE_TYPES = frozenset({"message/rfc822", "message/global"})

_MAX_TYPE = 8192  # characters of a Content-Type looked at
_MAX_LINE = 998  # octets of a boundary line looked at
_MAX_LINES = 100_000  # lines that begin like a boundary looked at
_PARAMETER = re.compile(r';\s*+([^=;\s"]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;\s"]*+))')
_TYPE = re.compile(r"\s*+([!-.0-~]++/[!-.0-:<-~]++)")
# As `scan` reads a block: perhaps a line to skip, then fields with their continuation lines.
_HEAD = re.compile(
    rb"(?:(?:From |[ \t])[^\n]*+(?:\n[ \t][^\n]*+)*+\n)?+"
    rb"(?:[!-9;-~]++[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z))*+"
)
_PAIR = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*([^\n]*)", re.M)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is looked at of one message."""

    octets: int = 16 * 1024 * 1024
    depth: int = 50
    parts: int = 1000
    fields: int = 10_000


class _Budget:
    """What is left of the bounds, shared by the parts of one message."""

    def __init__(self, bounds: Bounds) -> None:
        self.depth = bounds.depth
        self.parts = bounds.parts
        self.fields = bounds.fields
        self.lines = _MAX_LINES
        self.cut = False


def read(content: bytes, bounds: Bounds = Bounds()) -> Part:
    """A whole message -> its root part."""
    budget = _Budget(bounds)
    budget.cut = len(content) > bounds.octets
    return Part(content, 0, min(len(content), bounds.octets), budget, 0)


class Part:
    """One entity: the message itself, a part of a multipart, or the message inside a message/rfc822."""

    def __init__(
        self, data: bytes, start: int, end: int, budget: _Budget, depth: int, default: str = "text/plain"
    ) -> None:
        self.content = data
        self.start = start
        self.end = end
        self._budget = budget
        self._depth = depth
        self._default = default
        most = start + MAX_BLOCK
        found = _HEAD.match(data, start, end if end < most else most)
        self.head_end = at = found.end() if found is not None else start
        self.body_start = at + 1 if data.startswith(b"\n", at, end) else _behind_empty_line(data, at, end)
        self._fields = left = budget.fields
        budget.fields = left = left - data.count(b"\n", start, at)
        if left <= 0:
            budget.cut = True

    @property
    def cut(self) -> bool:
        """True when a bound was reached anywhere in the message so far."""
        return self._budget.cut

    @lazy
    def fields(self) -> list[Field]:
        """The header fields in order, each as it was written."""
        return scan(self.content, self.start, self.head_end, max(self._fields, 0))[0]

    @lazy
    def head(self) -> Mapping[str, str]:
        """The header fields by lower-case name, unfolded; the first of a name counts."""
        raw = self.content[self.start : self.head_end]
        block = text(raw if b"\r" not in raw else raw.replace(b"\r", b""))
        block = block.replace("\n ", " ").replace("\n\t", "\t")  # unfolded
        pairs = _PAIR.findall(block)
        del pairs[max(self._fields, 0) :]
        pairs.reverse()
        return {name.lower(): value.rstrip() for name, value in pairs}

    def field(self, name: str) -> Field | None:
        """The first field of that name."""
        return next(iter(self.all(name)), None)

    def get(self, name: str) -> str:
        """The first field of that name, unfolded; empty when there is none."""
        return self.head.get(name.lower(), "")

    def all(self, name: str) -> list[Field]:
        lower = name.lower()
        return [field for field in self.fields if field.name.lower() == lower]

    @lazy
    def type(self) -> str:
        """`multipart/report`, in lower case; what stands for it where there is none or a broken one."""
        return media_type(self.head.get("content-type", "")[:_MAX_TYPE]) or self._default

    @lazy
    def parameters(self) -> Mapping[str, str]:
        """The parameters of Content-Type by lower-case name; the first of a name counts."""
        return parameters(self.head.get("content-type", ""))

    @property
    def body(self) -> bytes:
        """The body as it stands in the message, transfer encoding on."""
        return self.content[self.body_start : self.end]

    @property
    def data(self) -> bytes:
        """The body with its transfer encoding taken off."""
        return decoded(self.body, self.get("Content-Transfer-Encoding"))

    @property
    def text(self) -> str:
        """The body of a text part as characters, lines ending in `\\n`."""
        return charset.decode(self.data, self.parameters.get("charset", "")).replace("\r\n", "\n")

    @lazy
    def parts(self) -> tuple[Part, ...]:
        """The parts of a multipart, or the one message of a message/rfc822; otherwise none."""
        if self._depth >= self._budget.depth:
            self._budget.cut = True
            return ()
        if self.type in MESSAGE_TYPES:
            return self._inner_message()
        if self.type.startswith("multipart/"):
            return tuple(self._split())
        return ()

    def split_at(self, boundary: bytes) -> list[Part]:
        """The parts of a body whose boundary is not the declared one."""
        if self._depth >= self._budget.depth:
            self._budget.cut = True
            return []
        return list(self._parts_between(boundary))

    def as_text(self) -> Part:
        """The same octets as a text, where a multipart has no parts."""
        if self.type.startswith("multipart/"):
            self.type = "text/plain"
        return self

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in order."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def _inner_message(self) -> tuple[Part, ...]:
        if not self._spend_part():
            return ()
        encoding = self.get("Content-Transfer-Encoding").lower()
        if encoding in ("base64", "quoted-printable"):  # allowed for message/global, RFC 6532 section 3.5
            data = self.data
            return (Part(data, 0, len(data), self._budget, self._depth + 1),)
        return (Part(self.content, self.body_start, self.end, self._budget, self._depth + 1),)

    def _split(self) -> Iterator[Part]:
        return self._parts_between(self.parameters.get("boundary", "").encode("utf-8", "replace"))

    def _parts_between(self, boundary: bytes) -> Iterator[Part]:
        default = "message/rfc822" if self.type == "multipart/digest" else "text/plain"
        for start, end in self._ranges(boundary):
            if not self._spend_part():
                return
            yield Part(self.content, start, end, self._budget, self._depth + 1, default)

    def _ranges(self, boundary: bytes) -> Iterator[tuple[int, int]]:
        """Where the parts between the boundary lines begin and end (RFC 2046 section 5.1.1)."""
        if not boundary:
            return
        opened = -1
        for line, behind, last in self._boundaries(b"--" + boundary):
            if opened >= 0:
                yield opened, max(opened, self._without_line_end(line))
            opened = -1 if last else behind
            if last:
                return
        if opened >= 0:
            yield opened, self.end

    def _boundaries(self, mark: bytes) -> Iterator[tuple[int, int, bool]]:
        """Where each boundary line begins, where the next line begins, and whether it is the closing one."""
        data, at = self.content, self.body_start
        if not data.startswith(mark, at, self.end):
            at = data.find(b"\n" + mark, at, self.end) + 1
        while at > 0 and self._budget.lines > 0:
            self._budget.lines -= 1
            line_end = data.find(b"\n", at, self.end)
            behind = line_end + 1 if line_end >= 0 else self.end
            rest = data[at + len(mark) : min(behind, at + _MAX_LINE)]
            last = rest.startswith(b"--")
            if not (rest[2:] if last else rest).strip(b" \t\r\n"):
                yield at, behind, last
            at = data.find(b"\n" + mark, behind - 1, self.end) + 1
        self._budget.cut = self._budget.cut or self._budget.lines <= 0

    def _without_line_end(self, at: int) -> int:
        """The line end before a boundary belongs to the boundary."""
        if self.content[at - 2 : at] == b"\r\n":
            return at - 2
        return at - 1

    def _spend_part(self) -> bool:
        if self._budget.parts <= 0 or self._budget.fields <= 0:
            self._budget.cut = True
            return False
        self._budget.parts -= 1
        return True


@lru_cache(maxsize=256)  # most are one of a few
def media_type(value: str) -> str:
    """The value of a Content-Type -> `text/plain`; empty where it is none."""
    found = _TYPE.match(value)
    return found[1].lower() if found else ""


def _behind_empty_line(data: bytes, at: int, end: int) -> int:
    """Where an empty line ended by CRLF ends."""
    return at + 2 if data.startswith(b"\r\n", at, end) else at


def parameters(value: str) -> dict[str, str]:
    """The parameters of a structured field such as Content-Type, quotes and escapes off."""
    found: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(value[:_MAX_TYPE]):
        found.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain)
    return found


def decoded(body: bytes, encoding: str) -> bytes:
    """Take a transfer encoding off; what is broken or unknown comes as far as it can be read."""
    match encoding.strip().lower():
        case "base64":
            return _base64(body)
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case _:
            return body


def _base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body + b"==")  # a missing end is common, one too many does no harm
    except binascii.Error:
        digits = re.sub(rb"[^A-Za-z0-9+/]+", b"", body)
        return binascii.a2b_base64(digits[: len(digits) // 4 * 4])
