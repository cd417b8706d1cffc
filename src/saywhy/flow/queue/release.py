"""What an administrator does with mail that the storm guard holds: all of a cause is tried again, or returned."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby

from saywhy.flow.queue import events
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.contents import remains
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.holds import released
from saywhy.flow.queue.lane import Key, key_of
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.settle import Settler, Told
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import ContentAltered
from saywhy.infra.store.protocol import Change, DueFilter, DueRow
from saywhy.model.event import Kind
from saywhy.model.queued import NEVER, Message, Pending, QueueId
from saywhy.wire.header import header_block

FOR_GOOD = 4 * NEVER  # later than anything is due
CHUNK = 100  # recipients at a time: each may bring a report with the whole message
PATIENCE = 200  # looks, a twentieth of a second apart, at what is in another hand just now


class Storms:
    """`changing` is held by whoever reads recipients and writes them back."""

    def __init__(
        self,
        context: Context,
        window: Window,
        settler: Settler,
        committer: Committer,
        scheduler: Scheduler,
        loader: Loader,
        changing: asyncio.Lock,
    ) -> None:
        self._context = context
        self._window = window
        self._settler = settler
        self._committer = committer
        self._scheduler = scheduler
        self._loader = loader
        self._changing = changing

    async def release(self, key: str) -> int:
        """Categorize, route and try again what is held as `key`; how many recipients."""
        now = self._context.now()
        self._context.guard.released(key, now)

        async def change_of(rows: list[DueRow]) -> Change:
            told = [events.resumed(message, now) for message in _messages(rows)]
            return Change(update=[_free(row, now) for row in rows], events=told)

        return await self._all(key, change_of)

    async def give_back(self, key: str) -> int:
        """Return what is held as `key`, each with the failure that it was held for; how many recipients."""
        self._context.guard.returned(key)

        async def change_of(rows: list[DueRow]) -> Change:
            change = Change()
            for message, group in groupby(rows, key=lambda row: row.message):
                await self._returned(change, message, [row.pending for row in group])
            return change

        return await self._all(key, change_of)

    async def gather(self, key: str) -> int:
        """Report all that waits as `key` (cap.py), to each sender together; how many recipients."""

        async def change_of(rows: list[DueRow]) -> Change:
            by_sender: dict[str, list[Told]] = {}
            for message, group in groupby(rows, key=lambda row: row.message):
                sender = message.envelope.sender
                told = Told(message, await self._header(message), tuple(row.pending for row in group))
                by_sender.setdefault(sender.key if sender is not None else "", []).append(told)
            change = Change()
            for parts in by_sender.values():
                await self._together(change, parts)
            return change

        return await self._all(key, change_of)

    async def _together(self, change: Change, parts: list[Told]) -> None:
        """Add to `change` one report on `parts`; one on each where that cannot be written."""
        try:
            self._settler.gather(change, parts)
        except Exception as error:
            self._context.tell(Kind.FAULT, f"gathered report: {type(error).__name__}: {error}")
            for part in parts:
                await self._returned(change, part.message, list(part.held))

    async def _header(self, message: Message) -> bytes:
        """All that a gathered report needs of a message."""
        try:
            content = await self._context.store.content(message.id)
        except ContentAltered:
            content = None
        return remains(message) if content is None else header_block(content)

    async def _returned(self, change: Change, message: Message, held: list[Pending]) -> None:
        try:
            content = await self._context.store.content(message.id)
        except ContentAltered:
            content = remains(message)
        if content is None:
            return
        try:
            self._settler.give_back(change, message, content, held)
        except Exception as error:  # it stays held, and the others are returned
            text = f"report on {message.id}: {type(error).__name__}: {error}"
            self._context.tell(Kind.FAULT, text, message)

    async def _all(self, key: str, change_of: Callable[[list[DueRow]], Awaitable[Change]]) -> int:
        """What is held as `key` now, chunk by chunk; how many recipients.

        A report on a delay may be under way about some: they come when it is written.  What fails again and comes
        to be held meanwhile is left.
        """
        began, count = self._context.now(), 0
        seen, left = set[Key](), set[Key]()
        for _ in range(PATIENCE):
            while (change := await self._one(key, change_of, began, seen, left)) is not None:
                count += len(change.update) + len(change.settle)
                self._scheduler.follow(change)
                self._loader.now()
                self._scheduler.pump()
            if not await self._context.store.due(FOR_GOOD, 1, DueFilter(queue=key, skip=frozenset(left))):
                break
            await asyncio.sleep(0.05)
        return count

    async def _one(
        self,
        key: str,
        change_of: Callable[[list[DueRow]], Awaitable[Change]],
        began: float,
        seen: set[Key],
        left: set[Key],
    ) -> Change | None:
        """One chunk, which nobody else touches between its reading and its writing; None when there is no more."""
        entering = self._window.entering
        async with self._changing:
            rows = await self._chunk(key, began, seen, left)
            if not rows:
                return None
            taken = {row.message.id for row in rows} - entering
            entering.update(taken)
            try:
                change = await change_of(rows)
                await self._committer.once(change)
                seen.difference_update(change.settle, map(key_of, change.update))  # they have left the queue
            finally:
                entering.difference_update(taken)
        return change

    async def _chunk(self, key: str, began: float, seen: set[Key], left: set[Key]) -> list[DueRow]:
        """The next that are in no other hand, by message."""
        fresh: list[DueRow] = []
        while not fresh:
            busy = self._busy()
            rows = await self._context.store.due(FOR_GOOD, CHUNK, DueFilter(queue=key, skip=busy | left))
            busy = self._busy()
            rows = [row for row in rows if key_of(row.pending) not in busy]
            if not rows:
                break
            fresh = [row for row in rows if key_of(row.pending) not in seen and row.pending.suspended_at <= began]
            left |= {key_of(row.pending) for row in rows} - {key_of(row.pending) for row in fresh}
            seen |= {key_of(row.pending) for row in fresh}
        return sorted(fresh, key=lambda row: key_of(row.pending))

    def _busy(self) -> frozenset[Key]:
        """In another hand just now."""
        return self._window.held_keys([self._window.overdue()]) | self._scheduler.flying


def _free(row: DueRow, now: float) -> Pending:
    return dataclasses.replace(released(row.message, row.pending, now), due=now)


def _messages(rows: Iterable[DueRow]) -> list[Message]:
    found: dict[QueueId, Message] = {row.message.id: row.message for row in rows}
    return list(found.values())
