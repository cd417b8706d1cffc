"""What an administrator does to queued mail: try it now, hold it back, route it again, take it out."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from saywhy.flow.queue import asking, events, expiry, failures
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.contents import remains
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.holds import released
from saywhy.flow.queue.lane import Key, Lane, key_of
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.mend import Mender
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.settle import Settler
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import ContentAltered
from saywhy.infra.store.protocol import Change, DueFilter, QueueRow
from saywhy.model.address import Address
from saywhy.model.event import Event, Kind
from saywhy.model.queued import NEVER, SUBMISSION, HopKind, Message, NextHop, Pending, QueueId

MAX_RECHECKED = 1000  # queues in one call
RECHECKS = 20  # looks at once
CHUNK = 200  # recipients read and written back at a time: more would hold up the event loop
_OURS = (HopKind.SUBMISSION, HopKind.UNREACHABLE, HopKind.MODERATION, HopKind.ARBITRATION)  # nothing to look at
SOON = 200  # looks, a twentieth of a second apart, for what is being written


class Rechecked(NamedTuple):
    """`trouble` is what is in the way yet, empty when nothing is; then `released` recipients are tried now."""

    queue: str
    trouble: str
    released: int


class Admin:
    def __init__(
        self,
        context: Context,
        window: Window,
        settler: Settler,
        committer: Committer,
        scheduler: Scheduler,
        loader: Loader,
        mender: Mender,
        changing: asyncio.Lock,
    ) -> None:
        self._context = context
        self._window = window
        self._settler = settler
        self._committer = committer
        self._scheduler = scheduler
        self._loader = loader
        self._mender = mender
        self.changing = changing  # held by whoever reads recipients and writes them back

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make due now what waits; a hop that was down starts over with its intervals."""
        now = self._context.now()
        told = await self._retried(key, message, now)
        for lane in self._window.lanes():
            if key in (None, lane.name) and lane.failures:
                lane.start_over()
        count = await self._context.store.hasten(now, key or "", message, told)
        for event in told:
            self._context.sink.emit(event)
        self._loader.now()
        return count

    async def _retried(self, key: str | None, message: QueueId | None, now: float) -> Sequence[Event]:
        if message is None:
            return [Event(Kind.RETRY, now, data={"queue": key or "*"})]
        found = await self._context.store.message(message)
        return [events.retried(found, now)] if found else []

    async def suspend(self, message: QueueId) -> int:
        """Hold back what a message still owes, recipients under way when they have ended; how many."""
        async with self.taking(message):
            found = await self._context.store.message(message)
            if found is None:
                return 0
            now, suspensions = self._context.now(), self._window.suspensions
            suspensions.messages.add(message)
            try:
                here, away = await self.owed(message)
                update = [suspensions.parked(found, each, now) for each in here]
                await self._committer.once(Change(update=update, events=[events.suspended(found, now)]))
            finally:
                suspensions.ended(message, self._scheduler.flies)
            return len(here) + len(away)

    async def resume(self, message: QueueId) -> int:
        """Let a message go on; what its queue holds back still waits for that.  How many recipients."""
        async with self.taking(message):
            self._window.suspensions.messages.discard(message)
            found = await self._context.store.message(message)
            owed = await self._ours(message)
            if found is None or not owed:
                return 0
            now, queues = self._context.now(), self._window.suspensions.queues
            free = [released(found, each, now) for each in owed if each.hop.key.lower() not in queues]
            change = Change([], [dataclasses.replace(each, due=now) for each in free])
            change.events.append(events.resumed(found, now))
            change.update += [
                dataclasses.replace(each, suspended_alone=False)
                for each in owed
                if each.hop.key.lower() in queues and each.suspended_alone
            ]
            await self._committer.once(change)
            return len(change.update)

    async def redirect(self, message: QueueId, old: Address, new: Address) -> int:
        """Send what `message` owes to `old` to `new` instead, as if it had come for that; how many recipients.

        A copy that is under way stays as it is.
        """
        async with self.taking(message):
            found = await self._context.store.message(message)
            if found is None:
                return 0
            now, (here, _) = self._context.now(), await self.owed(message)
            keys = ((each, (each.address.key, each.recipient.address.key)) for each in here)
            mine = [each for each, known in keys if old.key in known and not _aside(each)]
            update = [_redirected(each, new, now) for each in mine]
            told = [events.redirected(found, each, now) for each in update]
            await self._committer.once(Change(update=update, events=told))
            return len(mine)

    async def _ours(self, message: QueueId) -> list[Pending]:
        """The suspended recipients of a message, once no report on them is being written."""
        for _ in range(SOON):
            here, away = await self.owed(message)
            if not any(each.suspended_at for each in away):
                return [each for each in here if each.suspended_at]
            await asyncio.sleep(0.05)
        return []

    async def owed(self, message: QueueId) -> tuple[list[Pending], list[Pending]]:
        """What a message owes: those in no other hand, and those under way.

        Whoever came to his end while this was read is under way, too: to write him back would revive him.
        """
        busy = {number for key, number in self._scheduler.flying if key == message}
        owed = await self._context.store.pending(message)
        busy.update(number for key, number in self._scheduler.flying if key == message)
        here = [each for each in owed if each.number not in busy]
        return here, [each for each in owed if each.number in busy]

    @asynccontextmanager
    async def taking(self, message: QueueId) -> AsyncIterator[None]:
        """Nothing of `message` is started or changed by others; what is under way already goes on."""
        async with self.changing:
            self._window.entering.add(message)
            withdrawn = self._window.withdraw(message)
            try:
                yield
            finally:
                self._window.entering.discard(message)
                self.give_up(withdrawn)

    def give_up(self, withdrawn: list[tuple[Lane, list[Pending]]]) -> None:
        for lane, pending in withdrawn:
            self._window.release(lane, pending)
        self._loader.now()

    async def resubmit(self, key: str) -> int:
        """As `reroute`; a hop that was down is tried at once if it is the way still."""
        lane = self._window.named(key)
        if lane is not None and lane.failures:
            lane.start_over()
        return await self.reroute(key)

    async def reroute(self, key: str) -> int:
        """Send what waits for next hop `key` back to be categorized and routed again; how many recipients.

        Those under way and those held back stay.
        """
        now = self._context.now()
        lane = self._window.named(key)
        if lane is not None:
            self._scheduler.give_back(lane)
            lane.more = lane.postponing = True
        count, stay = 0, set[Key]()
        try:
            while moved := await self._resubmit_some(key, lane, stay, now):
                count += moved
        finally:
            if lane is not None:
                lane.more = lane.postponing = False
                self._window.rest(lane)
            self._loader.now()
        told = Event(Kind.RETRY, now, data={"queue": key, "resubmitted": count})
        self._context.sink.emit(told)
        return count

    async def _resubmit_some(self, key: str, lane: Lane | None, stay: set[Key], now: float) -> int:
        """A chunk.  `stay` collects those that are left where they are."""
        async with self.changing:
            held = self._window.held_keys([each for each in (lane, self._window.overdue()) if each is not None])
            rows = await self._context.store.due(NEVER - 1, CHUNK, DueFilter(queue=key, skip=held | stay))
            stay.update(key_of(row.pending) for row in rows if self._stays(row.pending))
            moved = [
                dataclasses.replace(self._wayless(row.pending, now), hop=SUBMISSION, due=now, resubmitted=now)
                for row in rows
                if not self._stays(row.pending)
            ]
            if not moved:
                return 0
            await self._committer.once(Change(update=moved))
            return len(moved)

    def _wayless(self, pending: Pending, now: float) -> Pending:
        """With the news that its connector exists no more, for the case that there is no other way."""
        name = pending.hop.connector
        if not name or pending.hop.kind is HopKind.UNREACHABLE or self._window.has_connector(name):
            return pending
        failure = expiry.remember(failures.connector_gone(pending, now), pending.failure)
        return dataclasses.replace(pending, failure=failure)

    def _stays(self, pending: Pending) -> bool:
        return pending.suspended_at > 0 or pending.message in self._settler.removed

    async def recheck(self, key: str | None) -> list[Rechecked]:
        """Look whether `key`, or every queue in trouble, is in order again; if so, release what waits."""
        rows = [row for row in await self._context.store.queues() if key in (None, row.key)]
        rows = [row for row in rows if row.kind is not HopKind.HELD and (key is not None or row.cause)]
        rows = rows[:MAX_RECHECKED]
        places = asyncio.Semaphore(RECHECKS)

        async def look(row: QueueRow) -> Rechecked:
            async with places:
                return await self._recheck(row)

        return list(await asyncio.gather(*(look(row) for row in rows)))

    async def _recheck(self, row: QueueRow) -> Rechecked:
        hop = NextHop(row.kind, row.domain, row.connector)
        if hop.kind is HopKind.POISON:
            return Rechecked(row.key, "it was put aside: `saywhy message resume` or `saywhy message remove`", 0)
        if hop.kind not in _OURS:
            still = await self._mender.still(
                hop, await self._sample(row.key) if hop.kind is HopKind.MAILBOX else None
            )
            if still is not None:
                return Rechecked(row.key, still if isinstance(still, str) else still.line(), 0)
        lane = self._window.named(row.key)
        if lane is not None and lane.failures:
            lane.start_over()
        return Rechecked(row.key, "", await self._mender.release(row.key))

    async def _sample(self, key: str) -> Pending | None:
        rows = await self._context.store.due(NEVER - 1, 1, DueFilter(queue=key))
        return rows[0].pending if rows else None

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Recipients under way end their attempt first; what is deferred then is removed too."""
        async with self.changing:
            return await self._remove(message, ndr)

    async def _remove(self, message: QueueId, ndr: bool) -> bool:
        self._settler.removed[message] = ndr
        self._scheduler.removing.add(message)
        withdrawn = self._window.withdraw(message)
        try:
            await self._after_commits(message)
            flying = {number for key, number in self._scheduler.flying if key == message}
            found = await self._context.store.message(message)
            if found is not None:
                await self._take_out(found, flying, ndr)
        finally:
            self._scheduler.removing.discard(message)
            self._scheduler.forget_removed(message)
            self.give_up(withdrawn)
        return found is not None

    async def _after_commits(self, message: QueueId) -> None:
        """A deferral on its way into the store was decided before anybody said that this is to be removed."""
        for _ in range(SOON):
            if not self._scheduler.settles(message):
                return
            await asyncio.sleep(0.05)

    async def _content(self, message: Message) -> bytes | None:
        """For the report; one that is damaged can be taken out, too."""
        try:
            return await self._context.store.content(message.id)
        except ContentAltered:
            return remains(message)

    async def _take_out(self, message: Message, flying: set[int], ndr: bool) -> None:
        owed = await self._context.store.pending(message.id)
        waiting = [pending for pending in owed if pending.number not in flying]
        content = await self._content(message)
        if not waiting or content is None:
            return
        change: Change = self._settler.remove(message, content, waiting, ndr)
        await self._committer.once(change)
        self._scheduler.follow(change)
        self._scheduler.pump()


def _aside(pending: Pending) -> bool:
    return pending.hop.kind is HopKind.POISON


def _redirected(pending: Pending, new: Address, now: float) -> Pending:
    due = pending.due if pending.suspended_at else now
    free = asking.undecided(pending, now)
    return dataclasses.replace(free, address=new, mailbox="", hop=SUBMISSION, due=due, resubmitted=now)
