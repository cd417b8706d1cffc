"""Canonical forms of header fields and bodies (RFC 6376 section 3.4): what a DKIM signature is about.

Every step is linear in the size, whatever the content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from saywhy.wire.header import field_end, header_block

MAX_FIELDS = 2000  # of a header; the rest is not seen
MAX_LINES = 1024 * 1024

_SPACES = re.compile(rb"[ \t]+")


@dataclass
class Content:
    """A message as DKIM sees it; the forms of its body are made once, for all its signatures."""

    octets: bytes = field(repr=False)

    @cached_property
    def fields(self) -> Sequence[bytes]:
        """The header fields in order, folded, line ends on."""
        return tuple(fields_of(header_block(self.octets), MAX_FIELDS))

    @cached_property
    def body(self) -> bytes:
        block = len(header_block(self.octets))
        rest = self.octets[block:]
        return rest[2:] if rest.startswith(b"\r\n") else rest[1:]

    @cached_property
    def simple_body(self) -> bytes:
        return _one_end(self.body) or b"\r\n"

    @cached_property
    def relaxed_body(self) -> bytes:
        lines = _SPACES.sub(b" ", self.body).replace(b" \r\n", b"\r\n")
        return _one_end(lines.removesuffix(b" "))

    def named(self, name: str) -> list[bytes]:
        """The fields of that name (lower case), in order."""
        return self._by_name.get(name.encode(), [])

    @cached_property
    def _by_name(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for each in self.fields:
            found.setdefault(each.partition(b":")[0].strip().lower(), []).append(each)
        return found


def fields_of(block: bytes, most: int = MAX_LINES) -> Iterator[bytes]:
    """A header block -> its fields, folded as they are; together they are the block, unless there are more."""
    at = 0
    for _ in range(most):
        if at >= len(block):
            return
        end = field_end(block, at, len(block))
        yield block[at:end]
        at = end


def _one_end(body: bytes) -> bytes:
    """Empty lines at the end off, and one line end there; nothing stays nothing."""
    kept = body.rstrip(b"\r\n")
    ends = body[len(kept) :].replace(b"\r\n", b"\0").rstrip(b"\0").replace(b"\0", b"\r\n")
    kept += ends
    return kept + b"\r\n" if kept else b""


def relaxed(field: bytes) -> bytes:
    """`Subject: A  b \\r\\n` -> `subject:A b\\r\\n`."""
    name, _, body = field.partition(b":")
    text = body.replace(b"\r\n", b"").replace(b"\n", b"")
    return name.strip().lower() + b":" + _SPACES.sub(b" ", text).strip(b" ") + b"\r\n"
