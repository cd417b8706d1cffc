"""One message out of a source, and how much of it is held: the first 12 MiB and the last 4.

Reports begin with what matters and end with the returned message; nothing that decides stands in the middle of an
attachment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

HEAD = 12 << 20
TAIL = 4 << 20
LIMIT = HEAD + TAIL
BLOCK = 1 << 20  # octets of one read

Read = Callable[[int], bytes]  # up to so many octets; b"" at the end


@dataclass(frozen=True, slots=True)
class Piece:
    """A message: `start` and `end` are offsets in its source where it has them; `name` that of a packed file.

    `number` counts from 1 within an mbox; it is 0 where a file is one message, or who reads cannot know it.
    `error` is a sentence for what could not be read; `data` is then empty.  `size` is the whole message's, where
    `data` has only its first HEAD and its last TAIL octets; otherwise 0.
    """

    data: bytes
    truncated: bool = False
    name: str = ""
    number: int = 0
    start: int = 0
    end: int = 0
    error: str = ""
    size: int = 0


def whole(read: Read, first: bytes = b"", name: str = "") -> Piece:
    """All that `read` gives after `first`, as one message, holding no more than LIMIT and a block of it."""
    data = bytearray(first)
    head = b""
    size = len(first)
    while block := read(BLOCK):
        data += block
        size += len(block)
        if not head and len(data) > LIMIT:
            head = bytes(data[:HEAD])
            del data[:HEAD]
        elif head and len(data) > 2 * TAIL:
            del data[:-TAIL]
    if head:
        return Piece(head + bytes(data[-TAIL:]), True, name, size=size)
    return cut(bytes(data), name)


def cut(data: bytes, name: str = "") -> Piece:
    if len(data) > LIMIT:
        return Piece(data[:HEAD] + data[-TAIL:], True, name, size=len(data))
    return Piece(data, False, name)


def of_file(descriptor: int, size: int) -> Piece:
    """The one message in an open file of `size` octets; a large one's middle is not read at all."""
    if size <= LIMIT:
        return whole(lambda octets: os.read(descriptor, octets))
    return Piece(_at(descriptor, 0, HEAD) + _at(descriptor, size - TAIL, TAIL), True, size=size)


def _at(descriptor: int, offset: int, octets: int) -> bytes:
    blocks = []
    while octets > 0 and (block := os.pread(descriptor, octets, offset)):
        blocks.append(block)
        offset += len(block)
        octets -= len(block)
    return b"".join(blocks)
