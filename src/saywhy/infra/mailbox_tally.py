"""What all workers bring into each mailbox, told by each to the others in memory that they share.

Numbers only grow: octets and messages whose delivery began, and those whose delivery has ended, well or not.
Each worker writes a part of its own, so nothing is locked.  Mailboxes share numbers by a hash of their names: a
number may be too high for one of them, which costs a reading of its folder, and never too low.
"""

from __future__ import annotations

import mmap
import zlib
from typing import NamedTuple

SLOTS = 4096
KINDS = 4  # octets and messages begun, octets and messages ended
PART = SLOTS * KINDS  # numbers of one worker

Memory = mmap.mmap | bytearray


class Brought(NamedTuple):
    octets: int
    messages: int

    def since(self, before: Brought) -> Brought:
        return Brought(self.octets - before.octets, self.messages - before.messages)


def size(workers: int) -> int:
    """Octets of memory."""
    return 8 * PART * workers


class Tally:
    def __init__(self, memory: Memory | None = None, worker: int = 1, workers: int = 1) -> None:
        """`memory` of `size(workers)` octets; a worker takes over the part of the one before with its number."""
        self._numbers = memoryview(bytearray(size(workers)) if memory is None else memory).cast("Q")
        self._parts = range(0, PART * workers, PART)
        self._mine = PART * (worker - 1)
        for at in range(self._mine, self._mine + PART, KINDS):  # what it had begun has ended with it
            self._numbers[at + 2], self._numbers[at + 3] = self._numbers[at], self._numbers[at + 1]

    def begin(self, mailbox: str, octets: int) -> None:
        self._add(self._mine + _slot(mailbox), octets)

    def end(self, mailbox: str, octets: int) -> None:
        self._add(self._mine + _slot(mailbox) + 2, octets)

    def begun(self, mailbox: str) -> Brought:
        return self._sum(_slot(mailbox))

    def ended(self, mailbox: str) -> Brought:
        return self._sum(_slot(mailbox) + 2)

    def _add(self, at: int, octets: int) -> None:
        self._numbers[at] += octets
        self._numbers[at + 1] += 1

    def _sum(self, slot: int) -> Brought:
        numbers = self._numbers
        return Brought(
            sum([numbers[part + slot] for part in self._parts]),
            sum([numbers[part + slot + 1] for part in self._parts]),
        )


def _slot(mailbox: str) -> int:
    return KINDS * (zlib.crc32(mailbox.encode("utf-8", "surrogateescape")) % SLOTS)
