"""All shards as one queue: for each question which shards are asked, and what one answer theirs make.

A shard is asked through an `Access`: a function of a method's name and arguments, so that it does not matter
whether the shard is in this process, in a worker's, or only a file.  A store that serves all nodes at once
(PostgreSQL) has QueueReads by itself and needs none of this.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from saywhy.flow.queue.admin import Rechecked
from saywhy.flow.receive.filed import Filed
from saywhy.infra.store.backup import Copied
from saywhy.infra.store.protocol import CauseRow, MessageFilter, QueueRow, TrackingFilter
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope
from saywhy.model.event import Event
from saywhy.model.moderation import Answer, Decided
from saywhy.model.pressure import Level, Reading, Resource
from saywhy.model.queued import Message, Pending, QueueId
from saywhy.operations.context import Away, PressureAdmin, QueueAdmin, QueueReads


class Access(Protocol):
    """Ask one shard.  Raises what the method raises, and operations.context.Away."""

    async def __call__(self, method: str, *arguments: Any) -> Any: ...


class Elsewhere(Protocol):
    """Ask a shard by its number, wherever it is; Away when nobody has it."""

    async def __call__(self, shard: int, method: str, *arguments: Any) -> Any: ...


async def nowhere(shard: int, method: str, *arguments: Any) -> Any:  # noqa: ARG001
    raise Away(f"there is no shard {shard} here")


class FileDesk(Protocol):
    """Where messages that came as files enter a shard (server/filing.Desk)."""

    async def take(self, message: Filed) -> str: ...

    async def bad(self, folder: str, name: str, why: str) -> None: ...

    async def notice(self, envelope: Envelope, content: bytes) -> str: ...


READS = frozenset(name for name in vars(QueueReads) if not name.startswith("_")) | {"backup"}
ADMIN = frozenset(name for name in vars(QueueAdmin) if not name.startswith("_"))
PRESSURE = frozenset(name for name in vars(PressureAdmin) if not name.startswith("_"))
FILES = frozenset(name for name in vars(FileDesk) if not name.startswith("_"))


def access(
    store: QueueReads, queue: QueueAdmin, pressure: PressureAdmin | None = None, desk: FileDesk | None = None
) -> Access:
    """To a shard in this process.  Nothing but what the Protocols name can be called."""

    owners = {
        **dict.fromkeys(READS, store),
        **dict.fromkeys(ADMIN, queue),
        **dict.fromkeys(PRESSURE, pressure),
        **dict.fromkeys(FILES, desk),
    }

    async def ask(method: str, *arguments: Any) -> Any:
        return await getattr(owners[method], method)(*arguments)

    return ask


class Shards:
    """QueueReads and QueueAdmin over all shards.  `accesses` are those of this moment, by the shard's number."""

    def __init__(self, accesses: Callable[[], Mapping[int, Access]]) -> None:
        self._accesses = accesses

    # -- QueueReads --

    async def queues(self, key: str = "") -> list[QueueRow]:
        return _merged(await self._each("queues", key))

    async def held(self) -> list[QueueRow]:
        return _merged(await self._each("held"))

    async def causes(self) -> list[CauseRow]:
        counted: Counter[tuple[str, str]] = Counter()
        for row in await self._each("causes"):
            counted[row.cause, row.queue] += row.recipients
        return [CauseRow(cause, queue, recipients) for (cause, queue), recipients in sorted(counted.items())]

    async def messages(self, which: MessageFilter) -> list[Message]:
        found: list[Message] = await self._each("messages", which)
        return sorted(found, key=lambda message: message.id)[: which.limit]

    async def message(self, message: QueueId) -> Message | None:
        found: Message | None = await self._one(message, None, "message", message)
        return found

    async def pending(self, message: QueueId) -> list[Pending]:
        found: list[Pending] = await self._one(message, [], "pending", message)
        return found

    async def owed(self, queue: str, messages: Sequence[QueueId]) -> list[Pending]:
        found: list[Pending] = await self._each("owed", queue, messages)
        return sorted(found, key=lambda pending: (pending.message, pending.number))

    async def content(self, message: QueueId) -> bytes | None:
        found: bytes | None = await self._one(message, None, "content", message)
        return found

    async def tracking(self, which: TrackingFilter) -> list[Event]:
        if which.message and not which.message_id:
            own: list[Event] = await self._one(QueueId.parse(which.message), [], "tracking", which)
            return own
        found: list[Event] = await self._each("tracking", which)
        return sorted(found, key=lambda event: event.at)[: which.limit]

    async def count(self) -> tuple[int, int]:
        counted = await self._all("count")
        return sum(messages for messages, _ in counted), sum(recipients for _, recipients in counted)

    # -- QueueAdmin --

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        if message is not None:
            found: int = await self._one(message, 0, "retry", key, message)
            return found
        return sum(await self._all("retry", key, None))

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        found: bool = await self._one(message, False, "remove", message, ndr)
        return found

    async def suspend(self, message: QueueId) -> int:
        found: int = await self._one(message, 0, "suspend", message)
        return found

    async def resume(self, message: QueueId) -> int:
        found: int = await self._one(message, 0, "resume", message)
        return found

    async def resubmit(self, key: str) -> int:
        return sum(await self._all("resubmit", key))

    async def dropped(self) -> list[tuple[str, int]]:
        counted: Counter[str] = Counter()
        for rule, number in await self._each("dropped"):
            counted[rule] += number
        return sorted(counted.items())

    async def release(self, key: str) -> int:
        return sum(await self._all("release", key))

    async def give_back(self, key: str) -> int:
        return sum(await self._all("give_back", key))

    async def redirect(self, message: QueueId, old: Address, new: Address) -> int:
        found: int = await self._one(message, 0, "redirect", message, old, new)
        return found

    async def decide(self, answer: Answer) -> Decided:
        message = QueueId(answer.ticket.shard, answer.ticket.number)
        found: Decided = await self._one(message, Decided.UNKNOWN, "decide", answer)
        return found

    async def moderate(self, message: QueueId, item: str, approve: bool, comment: Sequence[str], by: str) -> int:
        found: int = await self._one(message, 0, "moderate", message, item, approve, comment, by)
        return found

    async def recheck(self, key: str | None) -> list[Rechecked]:
        """Each worker looks for itself; a queue is in order when it is for all."""
        by_queue: dict[str, Rechecked] = {}
        for each in await self._each("recheck", key):
            seen = by_queue.get(each.queue)
            if seen is None:
                by_queue[each.queue] = each
            else:
                released = seen.released + each.released
                by_queue[each.queue] = Rechecked(each.queue, seen.trouble or each.trouble, released)
        return [by_queue[queue] for queue in sorted(by_queue)]

    async def backup(self, directory: Path) -> list[Copied]:
        """One after the other: the disk is one."""
        accesses = self._accesses()
        return [await accesses[shard]("backup", directory) for shard in sorted(accesses)]

    # -- PressureAdmin --

    async def pressure(self) -> list[Reading]:
        return _workers(await self._each("pressure"))

    async def override(self, resource: Resource | None, level: Level | None) -> list[Reading]:
        return _workers(await self._each("override", resource, level))

    # -- who is asked --

    async def _all(self, method: str, *arguments: Any) -> list[Any]:
        accesses = self._accesses()
        return await asyncio.gather(*(accesses[shard](method, *arguments) for shard in sorted(accesses)))

    async def _each(self, method: str, *arguments: Any) -> list[Any]:
        """The rows of all, in one list."""
        return [row for rows in await self._all(method, *arguments) for row in rows]

    async def _one(self, message: QueueId, nothing: Any, method: str, *arguments: Any) -> Any:
        """The shard that owns `message`; `nothing` when there is none of that number."""
        owner = self._accesses().get(message.shard)
        return nothing if owner is None else await owner(method, *arguments)


def _merged(rows: Sequence[QueueRow]) -> list[QueueRow]:
    by_key: defaultdict[str, list[QueueRow]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    return [_queue(by_key[key]) for key in sorted(by_key)]


def _queue(rows: Sequence[QueueRow]) -> QueueRow:
    """One next hop's share in each shard -> its row.  The last error is that of the shard with most retries."""
    if len(rows) == 1:
        return rows[0]
    telling = max(rows, key=lambda row: (bool(row.last_error), row.retrying))
    return replace(
        telling,
        recipients=sum(row.recipients for row in rows),
        messages=sum(row.messages for row in rows),
        retrying=sum(row.retrying for row in rows),
        next_due=min(row.next_due for row in rows),
        oldest=min(row.oldest for row in rows),
    )


def _workers(readings: Sequence[Reading]) -> list[Reading]:
    """A worker with several shards was asked several times."""
    return list({(reading.worker, reading.resource): reading for reading in readings}.values())
