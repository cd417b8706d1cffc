"""Which messages a worker has in work at this moment, in memory that outlives it (spec F8).

The supervisor makes the memory and lends it to one worker after the other; what one that crashed had in work are
suspects of the next.  A message costs two writes to memory and no system call.  A crash proves something only
against a message that was alone in work; of several, each is suspected and no more.  Left out: messages that are
being received, which are not ours yet, and crashes of the supervisor or the machine: nobody is suspected then.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from saywhy.model.queued import QueueId

SLOTS = 2048  # more than are ever in work at once; those above it would not be noted
_HEAD = struct.Struct("<I12x")  # how many workers in a row ended in disorder
_SLOT = struct.Struct("<QII")  # number, shard, and twice the crashes, plus one while it is in work
SIZE = _HEAD.size + SLOTS * _SLOT.size

Memory = mmap.mmap | bytearray


@dataclass(frozen=True, slots=True)
class InWork:
    """One shard's part.  `suspects` and the crashes of each: one, or as many as it was alone in work at.

    `begin` gives what `end` wants back; `clear`: a suspect has been tried, and the worker is still there.
    """

    begin: Callable[[QueueId], int]
    end: Callable[[int], None]
    clear: Callable[[QueueId], None]
    suspects: Mapping[QueueId, int] = field(default_factory=dict)
    disorders: int = 0  # ends of workers in a row


class WorkNotes:
    def __init__(self, memory: Memory | None = None) -> None:
        """`memory` of SIZE octets, all zero when new, or as a process before left it."""
        self._memory: Memory = bytearray(SIZE) if memory is None else memory
        self._suspected: dict[QueueId, int] = {}  # the slot of each
        self._suspects = self._found()
        self._disorders = _HEAD.unpack_from(self._memory)[0] + 1 if self._suspects else 0
        self._begin_anew()

    def of(self, shard: int) -> InWork:
        mine = {message: crashes for message, crashes in self._suspects.items() if message.shard == shard}
        return InWork(self.begin, self.end, self.clear, mine, self._disorders)

    def begin(self, message: QueueId) -> int:
        if not self._free:
            return -1
        slot = self._free.pop()
        _SLOT.pack_into(self._memory, slot, message.number, message.shard, 1)
        return slot

    def end(self, slot: int) -> None:
        if slot >= 0:
            _SLOT.pack_into(self._memory, slot, 0, 0, 0)
            self._free.append(slot)

    def clear(self, message: QueueId) -> None:
        slot = self._suspected.pop(message, -1)
        self.end(slot)
        if not self._suspected:
            _HEAD.pack_into(self._memory, 0, 0)

    def close(self) -> None:
        """An orderly end: nothing is in work."""
        self._memory[:] = bytes(SIZE)

    def _found(self) -> dict[QueueId, int]:
        crashes: dict[QueueId, int] = {}
        working: set[QueueId] = set()
        for number, shard, state in _SLOT.iter_unpack(self._memory[_HEAD.size :]):
            if not number or not state:
                continue
            message = QueueId(shard, number)
            crashes[message] = max(crashes.get(message, 0), state >> 1)
            if state & 1:
                working.add(message)
        for message in working:
            crashes[message] = crashes[message] + 1 if len(working) == 1 else max(crashes[message], 1)
        return crashes

    def _begin_anew(self) -> None:
        self._memory[:] = bytes(SIZE)
        self._free = list(range(_HEAD.size, SIZE, _SLOT.size))
        _HEAD.pack_into(self._memory, 0, self._disorders)
        for message, crashes in list(self._suspects.items())[:SLOTS]:
            slot = self._suspected[message] = self._free.pop()
            _SLOT.pack_into(self._memory, slot, message.number, message.shard, crashes << 1)
