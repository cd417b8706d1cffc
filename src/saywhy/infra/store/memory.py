"""The Store in memory: the same contract without the disk, for tests and trials.  Nothing survives the process."""

from __future__ import annotations

import dataclasses
import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from saywhy.infra.store.filters import address_key, tracked
from saywhy.infra.store.protocol import (
    ALL_DUE,
    CauseRow,
    Change,
    ChangeConflict,
    DueFilter,
    DueRow,
    MessageFilter,
    Parked,
    QueueRow,
    TrackingFilter,
    turn,
)
from saywhy.model.event import Event
from saywhy.model.queued import HopKind, Message, NewMessage, Pending, QueueId


class MemoryStore:
    """One shard."""

    def __init__(self, shard: int = 1) -> None:
        self._shard = shard
        self._last = 0
        self._messages: dict[QueueId, NewMessage] = {}
        self._pending: dict[QueueId, dict[int, Pending]] = {}
        self._tracking: list[Event] = []

    def next_id(self) -> QueueId:
        self._last += 1
        return QueueId(self._shard, self._last)

    async def commit(self, change: Change) -> None:
        self._check(change)
        for new in change.add:
            self._messages[new.message.id] = new
            self._pending[new.message.id] = {pending.number: pending for pending in new.pending}
        for pending in change.update:
            self._pending[pending.message][pending.number] = pending
        for message, number in change.settle:
            self._pending.get(message, {}).pop(number, None)
        for message in {message for message, _ in change.settle}:
            if not self._pending.get(message):
                self._pending.pop(message, None)
                self._messages.pop(message, None)
        self._tracking += [event for event in change.events if tracked(event)]

    def _check(self, change: Change) -> None:
        added = [new.message.id for new in change.add]
        if len(set(added)) < len(added) or any(message in self._messages for message in added):
            raise ChangeConflict("a message with this id is in the queue already")
        for pending in change.update:
            if pending.message not in self._messages and pending.message not in added:
                raise ChangeConflict(f"message {pending.message} is not in the queue")

    def _all(self) -> Iterable[Pending]:
        return (pending for owed in self._pending.values() for pending in owed.values())

    async def due(self, until: float, limit: int, which: DueFilter = ALL_DUE) -> list[DueRow]:
        rows = (
            pending
            for pending in self._all()
            if pending.due <= until
            and (not which.queue or pending.hop.key == which.queue)
            and pending.hop.key not in which.skip_queues
            and (pending.message, pending.number) not in which.skip
        )
        first = heapq.nsmallest(limit, rows, key=lambda row: (row.due, row.message, row.number))
        return [DueRow(self._messages[pending.message].message, pending) for pending in first]

    async def next_due(self, after: float) -> float | None:
        return min((pending.due for pending in self._all() if pending.due > after), default=None)

    async def hasten(
        self,
        at: float,
        queue: str = "",
        message: QueueId | None = None,
        events: Sequence[Event] = (),
        parked: Parked = Parked.NOT,
        limit: int = 0,
    ) -> int:
        above, below = parked.bounds(at)
        later = [
            pending
            for pending in self._all()
            if above < pending.due < below
            and (not queue or pending.hop.key == queue)
            and (message is None or pending.message == message)
        ]
        if limit:
            later = later[:limit]
        for pending in later:
            self._pending[pending.message][pending.number] = dataclasses.replace(pending, due=at)
        self._tracking += [event for event in events if tracked(event)]
        return len(later)

    async def postpone(self, queue: str, now: float, until: float, delay_after: float, limit: int = 2000) -> int:
        moved = 0
        for row in await self.due(now, sum(map(len, self._pending.values())), DueFilter(queue)):
            report_at = _report_at(row, delay_after)
            if report_at > now and moved < limit:
                later = dataclasses.replace(row.pending, due=min(until + turn(row.pending.attempts), report_at))
                self._pending[later.message][later.number] = later
                moved += 1
        return moved

    async def content(self, message: QueueId) -> bytes | None:
        new = self._messages.get(message)
        return None if new is None else new.content

    async def message(self, message: QueueId) -> Message | None:
        new = self._messages.get(message)
        return None if new is None else new.message

    async def pending(self, message: QueueId) -> list[Pending]:
        return [pending for _, pending in sorted(self._pending.get(message, {}).items())]

    async def owed(self, queue: str, messages: Sequence[QueueId]) -> list[Pending]:
        found = [pending for message in sorted(set(messages)) for pending in await self.pending(message)]
        return [pending for pending in found if pending.hop.key == queue]

    async def messages(self, which: MessageFilter) -> list[Message]:
        found = [
            new.message
            for key, new in sorted(self._messages.items())
            if (which.after is None or key > which.after) and self._matches(new.message, which)
        ]
        return found[: which.limit]

    def _matches(self, message: Message, which: MessageFilter) -> bool:
        if which.sender and address_key(which.sender) != address_key(message.envelope.sender):
            return False
        owed = self._pending[message.id].values()
        if which.queue and all(pending.hop.key != which.queue for pending in owed):
            return False
        wanted = address_key(which.recipient)
        return not which.recipient or any(
            wanted in (pending.recipient.address.key, pending.address.key) for pending in owed
        )

    async def queues(self, key: str = "") -> list[QueueRow]:
        by_key: defaultdict[str, list[Pending]] = defaultdict(list)
        for pending in self._all():
            if key in ("", pending.hop.key):
                by_key[pending.hop.key].append(pending)
        return [self._queue(by_key[key]) for key in sorted(by_key)]

    def _queue(self, rows: list[Pending]) -> QueueRow:
        hop = rows[0].hop
        tried = [row for row in rows if row.failure is not None]
        last = max(tried, key=lambda row: row.last_attempt, default=None)
        failure = last.failure if last else None
        return QueueRow(
            key=hop.key,
            kind=hop.kind,
            domain=hop.domain,
            connector=hop.connector,
            recipients=len(rows),
            messages=len({row.message for row in rows}),
            next_due=min(row.due for row in rows),
            oldest=min(self._messages[row.message].message.arrived for row in rows),
            retrying=sum(row.attempts > 0 for row in rows),
            last_error=failure.line() if failure else "",
            cause=failure.cause if failure else "",
        )

    async def held(self) -> list[QueueRow]:
        return [row for row in await self.queues() if row.kind is HopKind.HELD]

    async def causes(self) -> list[CauseRow]:
        counts = Counter((row.failure.cause, row.hop.key) for row in self._all() if row.failure)
        return [CauseRow(*key, recipients) for key, recipients in sorted(counts.items())]

    async def tracking(self, which: TrackingFilter) -> list[Event]:
        found = [
            event
            for event in self._tracking
            if (not (which.message or which.message_id))
            or (which.message and event.message == which.message)
            or (which.message_id and event.message_id == which.message_id)
        ]
        if which.kinds:
            found = [event for event in found if event.kind in which.kinds]
        return found[: which.limit]

    async def forget(self, before: float, limit: int = 1000) -> int:
        old = [event for event in self._tracking[:limit] if event.at < before]
        self._tracking = [event for event in self._tracking[:limit] if event.at >= before] + self._tracking[limit:]
        return len(old)

    async def count(self) -> tuple[int, int]:
        return len(self._messages), sum(map(len, self._pending.values()))

    async def close(self) -> None:
        """Nothing to give back."""


def _report_at(row: DueRow, delay_after: float) -> float:
    """When the recipient's sender is owed a word."""
    by = row.message.envelope.by
    end = row.message.expires if by is None else min(row.message.expires, by.at)
    return end if row.pending.delay_reported else min(end, row.message.arrived + delay_after)
