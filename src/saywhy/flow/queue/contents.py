"""Contents kept from a message's arrival to its first attempt, so that the usual one is never read back.

Bounded in octets; the oldest make room.  What is not here is asked of the store.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from saywhy.model.queued import Message, QueueId


@dataclass(slots=True)
class _Entry:
    content: bytes
    uses: int


class Contents:
    def __init__(self, octets: int) -> None:
        self._room = octets
        self._entries: OrderedDict[QueueId, _Entry] = OrderedDict()

    def put(self, message: QueueId, content: bytes, uses: int) -> None:
        """For `uses` recipients; gone when as many are `used`."""
        if not uses or message in self._entries:
            return
        self._entries[message] = _Entry(content, uses)
        self._room -= len(content)
        while self._room < 0:
            _, oldest = self._entries.popitem(last=False)
            self._room += len(oldest.content)

    def get(self, message: QueueId) -> bytes | None:
        entry = self._entries.get(message)
        return None if entry is None else entry.content

    def used(self, message: QueueId, times: int) -> None:
        entry = self._entries.get(message)
        if entry is None:
            return
        entry.uses -= times
        if entry.uses <= 0:
            del self._entries[message]
            self._room += len(entry.content)

    def clear(self) -> None:
        self._room += sum(len(entry.content) for entry in self._entries.values())
        self._entries.clear()


def remains(message: Message) -> bytes:
    """A header for the report on a message whose content is lost: what the queue knows of it elsewhere."""
    head = message.headline
    known = {"Message-ID": head.message_id, "Date": head.date, "From": head.from_, "Subject": head.subject}
    lines = [f"{name}: {value}\r\n" for name, value in known.items() if value]
    return "".join(lines).encode("utf-8", "surrogateescape")
