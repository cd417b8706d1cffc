"""From the store into the window: what is due, when it is due, as far as there is room.

Due recipients of a hop that already has as many in memory as it may are passed over by the general read and
loaded for that hop alone when its lane runs low, so that a long queue for one destination hides no other.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import Callable, Mapping

from saywhy.flow.queue import retry
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.holds import released
from saywhy.flow.queue.lane import Lane
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import DueFilter, DueRow
from saywhy.model.event import Kind
from saywhy.model.queued import QueueId

CHUNK = 500  # recipients a read
PAUSE = 0.1  # seconds to leave alone what is being committed or removed
GAP = 0.02  # seconds between two rounds of reads
MAX_PARKING = 2000  # recipients in memory at once that are only to be marked as held back
GAP_SHARE = 1  # or as much as the last one took, so that reading never fills the day


class Loader:
    """`removed` are messages that an administrator is taking out: they are not loaded."""

    def __init__(
        self,
        context: Context,
        window: Window,
        removed: Mapping[QueueId, bool],
        loaded: Callable[[], None],
    ) -> None:
        self._context = context
        self._window = window
        self._removed = removed
        self._loaded = loaded
        self._wake_at = -math.inf
        self._parking = False  # there are more to be marked
        self._changed = asyncio.Event()

    def note(self, due: float) -> None:
        """Something in the store is due at `due`."""
        if due < self._wake_at:
            self._wake_at = due
            self._changed.set()

    def now(self) -> None:
        self.note(-math.inf)

    def freed(self, lane: Lane) -> None:
        """Room has become free in `lane`: is there more to load?"""
        if lane.more and lane.not_before <= self._context.now() and self._low(lane):
            self.now()
        if self._parking and lane.overdue and lane.waiting <= MAX_PARKING // 2:
            self._parking = False
            self.now()
        if self._window.behind and self._window.room >= self._context.settings.window // 2:
            self.now()

    def _low(self, lane: Lane) -> bool:
        return lane.waiting <= self._context.settings.window_per_hop // 2

    async def run(self) -> None:
        """Until cancelled.  What is measured here goes by the loop's clock, which nobody sets."""
        time = asyncio.get_running_loop().time
        while True:
            await self._sleep()
            began = time()
            self._wake_at = math.inf
            try:
                await self._load(self._context.now())
            except Exception as error:
                self._fault(error)
            await asyncio.sleep(max(GAP, GAP_SHARE * (time() - began)))

    def _fault(self, error: Exception) -> None:
        """Whatever it was, mail must go on: look again soon."""
        kind = Kind.STORE_FAULT if isinstance(error, StoreError) else Kind.FAULT
        self._context.tell(kind, f"queue: {type(error).__name__}: {error}")
        self.note(self._context.now() + self._context.settings.store_retry)

    async def _sleep(self) -> None:
        """Until something is due; never for long, so that no lost wake-up keeps mail waiting."""
        time = asyncio.get_running_loop().time
        until = time() + self._context.settings.idle
        while (wait := min(self._wake_at - self._context.now(), until - time())) > 0:
            self._changed.clear()
            try:  # not wait_for: of Python 3.11 it can swallow the cancellation that ends us
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _load(self, now: float) -> None:
        self._window.watch()
        try:
            self._window.behind = False
            for lane in self._window.lanes():
                if lane.more:
                    await self._refill(lane, now)
            await self._due(now)
        finally:
            self._window.unwatch()

    async def _refill(self, lane: Lane, now: float) -> None:
        """Others for a hop of whose queue a part is in memory."""
        if lane.not_before > now:
            self.note(lane.not_before)
            return
        if not self._low(lane) or lane.postponing or self._parks(lane):
            return
        limit = min(CHUNK, self._window.room_in(lane), self._window.room)
        if limit <= 0:
            self._window.behind = True
            return
        which = DueFilter(queue=lane.name, skip=self._window.held_keys((lane, self._window.overdue())))
        rows = await self._context.store.due(now, limit, which)
        lane.more = False
        for row in rows:
            self._place(row, now)
        lane.more = lane.more or len(rows) == limit
        self._window.rest(lane)
        self._loaded()

    def _parks(self, lane: Lane) -> bool:
        """Mail of a queue that is held back waits for its turn to be marked."""
        if lane.name.lower() not in self._window.suspensions.queues:
            return False
        return self._window.overdue().waiting > MAX_PARKING // 2

    async def _due(self, now: float) -> None:
        """Whatever else is due, earliest first, until nothing is left or there is no room."""
        while self._window.room:
            limit = min(CHUNK, self._window.room)
            lanes = self._window.lanes()
            passed_over = frozenset(lane.name for lane in lanes if lane.more)
            held = self._window.held_keys(lane for lane in lanes if not lane.more)
            rows = await self._context.store.due(now, limit, DueFilter(skip_queues=passed_over, skip=held))
            placed = [self._place(row, now) for row in rows]
            self._loaded()
            if len(rows) < limit:
                next_due = await self._context.store.next_due(now)
                self.note(math.inf if next_due is None else next_due)
                return
            if not any(placed):
                self.note(self._context.now() + PAUSE)
                return
        self._window.behind = True

    def _place(self, row: DueRow, now: float) -> bool:
        """False for what must be left alone just now: it is on its way in or out by another hand."""
        pending = row.pending
        message = row.message.id
        window = self._window
        if message in self._removed or message in window.entering or message in window.suspected:
            return False
        if window.holds(pending):
            return False
        if self._window.suspensions.holds(pending):
            self._park(row, now)
            return True
        if pending.suspended_at:
            pending = released(row.message, pending, now)
            row = DueRow(row.message, pending)
        lane = self._window.lane(pending.hop)
        if not lane.resubmits and self._overdue(row, lane, now):
            failure = pending.failure or lane.failure
            self._window.add(self._window.overdue(), row.message, dataclasses.replace(pending, failure=failure))
            self._window.rest(lane)
        elif lane.not_before > now:
            lane.more = True
            self.note(lane.not_before)
        else:
            self._window.add(lane, row.message, pending)
        return True

    def _park(self, row: DueRow, now: float) -> None:
        overdue = self._window.overdue()
        if overdue.waiting >= MAX_PARKING:
            self._window.lane(row.pending.hop).more = self._parking = True
        else:
            pending = self._window.suspensions.marked(row.pending, now, row.message.arrived)
            self._window.add(overdue, row.message, pending)

    def _overdue(self, row: DueRow, lane: Lane, now: float) -> bool:
        """Expired; or a delay to be told of while nothing can be tried.  What never failed is tried once first.

        Past the sender's own deadline nothing is tried, or the deadline is told of.
        """
        if retry.returned(row.message, row.pending, now):
            return True
        if row.pending.failure is None and lane.failure is None:
            return False
        if now >= retry.expires(row.message, row.pending, now):
            return True
        config = self._context.transport
        if lane.not_before <= now:
            return False
        return retry.delay_due(row.message, row.pending, config, now) or now >= retry.deadline(
            row.message, row.pending
        )
