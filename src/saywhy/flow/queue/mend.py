"""Retry when cured: looks now and then whether what stood in the way is still there, and releases what waited.

A look is cheap: one connection up to the sign-in, one question to the name service, one file in a mailbox; where
the directory is waited for, one message.  There is one look at a time for a queue, after twice as long each time,
and a bounded number in all.  When a hop passes, one message is tried; when the hop takes it, the rest follows.
A hop that fails for hours has its mail routed again (spec F6).  Left out: what waits for another organisation
(housekeeping.py) and for the store itself (commit.py), which look for themselves.
"""

from __future__ import annotations

import asyncio
import random
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from saywhy.flow.queue import retry
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.lane import Lane
from saywhy.flow.queue.window import MAX_PROBES, Window
from saywhy.flow.stages import Recheck
from saywhy.infra.errors import StoreError
from saywhy.model.event import Event, Kind
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Outcome
from saywhy.model.queued import HopKind, NextHop, Pending

MAX_LOOKS = 20  # under way at once
MAX_KNOWN = 10_000  # queues that a look is planned for
PATIENCE = 30.0  # seconds for one look
GAP = 0.2  # seconds between two rounds
CHUNK = 2000  # recipients released in one transaction
CALM = 3600.0  # seconds without trouble after which the looks begin anew

# Trouble of the whole server, whose end can be seen without a delivery.
HOUSE_CAUSES = frozenset(
    {"mail-store-full", "mailbox-unwritable", "mailbox-store-offline", "directory-unavailable"}
)


Reroute = Callable[[str], Coroutine[Any, Any, int]]


@dataclass(slots=True)
class Watch:
    """One queue in trouble.  `sample` is one recipient of it."""

    hop: NextHop
    sample: Pending
    looks: int = 0
    at: float = 0.0
    busy: bool = False


class Mender:
    """`wake` makes the loader look for what is due."""

    def __init__(self, context: Context, window: Window, recheck: Recheck | None) -> None:
        self._context = context
        self._window = window
        self._recheck = recheck
        self.wake: Callable[[], None] = lambda: None
        self._watches: OrderedDict[str, Watch] = OrderedDict()
        self._past: OrderedDict[str, Watch] = OrderedDict()  # over, and perhaps not for good
        self._looking: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._open = True
        self.reroute: Reroute | None = None

    # -- what attempts tell --

    def failed(self, sample: Pending, failure: Failure) -> None:
        """The hop of `sample`, or what stands behind it, did not work."""
        now, name = self._context.now(), sample.hop.key
        watch = self._watches.get(name)
        if watch is None:
            watch = self._begin(name, sample, now)
            self._tell(Kind.HOP_DOWN, name, failure.line(), failure)
        watch.sample = sample
        if not watch.busy and watch.at <= now:
            self._plan(watch, now)

    def house(self, outcomes: Iterable[tuple[Pending, Outcome]]) -> bool:
        """True when one of them met trouble of the whole server."""
        for pending, outcome in outcomes:
            if isinstance(outcome, Deferred) and outcome.failure.cause in HOUSE_CAUSES:
                self.failed(pending, outcome.failure)
                return True
        return False

    def answered(self, name: str) -> None:
        """The hop works again: nothing needs to wait for its time."""
        watch = self._watches.get(name)
        if watch is not None:
            self._over(name, watch)
        self._spawn(self._release(name))

    def worked(self, name: str) -> None:
        """As `answered`, for a queue that nothing else remembers as down."""
        if name in self._watches:
            self.answered(name)

    def _begin(self, name: str, sample: Pending, now: float) -> Watch:
        watch = self._past.pop(name, None)
        if watch is None or now - watch.at > CALM:
            watch = Watch(sample.hop, sample)
        watch.at = 0.0
        self._watches[name] = watch
        if len(self._watches) > MAX_KNOWN:
            self._watches.popitem(last=False)
        return watch

    def _over(self, name: str, watch: Watch) -> None:
        self._watches.pop(name, None)
        watch.at = self._context.now()
        self._past[name] = watch
        if len(self._past) > MAX_KNOWN:
            self._past.popitem(last=False)

    def _plan(self, watch: Watch, now: float) -> None:
        config = self._context.transport
        if not config.recheck_interval:
            return
        wait = min(config.recheck_interval * 2 ** min(watch.looks, 20), config.recheck_most)
        watch.looks += 1
        watch.at = now + retry.jittered(wait, config.retry_jitter, random.random)
        self._news.set()

    def route_again(self, lane: Lane) -> None:
        """If the hop has failed for too long."""
        now, after = self._context.now(), self._context.transport.resubmit_after
        if self.reroute is not None and after and lane.failing_since and now - lane.failing_since >= after:
            lane.failing_since = now
            self._spawn(self._rerouted(self.reroute, lane.name))

    async def _rerouted(self, reroute: Reroute, name: str) -> None:
        await asyncio.sleep(1)  # the attempt that told us is still being written
        try:
            await reroute(name)
        except StoreError as error:
            self._context.tell(Kind.STORE_FAULT, str(error))

    # -- looking --

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                self._news.clear()
                wait = self._start_due()
                await asyncio.sleep(GAP)
                try:
                    async with asyncio.timeout(wait):
                        await self._news.wait()
                except TimeoutError:
                    continue
        finally:
            self._open = False
            for task in self._looking:
                task.cancel()

    def _start_due(self) -> float | None:
        """Start the looks that are due; seconds until the next one."""
        now = self._context.now()
        planned = [(watch.at, name, watch) for name, watch in self._watches.items() if watch.at and not watch.busy]
        for at, name, watch in planned:
            if at <= now and len(self._looking) < MAX_LOOKS:
                watch.busy = True
                self._spawn(self._look(name, watch))
        later = [at for at, _, watch in planned if not watch.busy]
        return max(0.1, min(later) - now) if later else None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if not self._open:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work)
        self._looking.add(task)
        task.add_done_callback(self._looked)

    def _looked(self, task: asyncio.Task[None]) -> None:
        self._looking.discard(task)
        self._news.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._context.tell(Kind.FAULT, f"queue: {type(error).__name__}: {error}")

    async def _look(self, name: str, watch: Watch) -> None:
        try:
            if watch.hop.kind is HopKind.SUBMISSION:
                await self._context.store.hasten(self._context.now(), message=watch.sample.message)
                self.wake()
                self._plan(watch, self._context.now())
            elif await self.still(watch.hop, watch.sample) is None:
                await self._passed(name, watch)
            else:
                self._plan(watch, self._context.now())
        finally:
            watch.busy = False

    async def still(self, hop: NextHop, sample: Pending | None) -> Failure | str | None:
        """What is in the way of `hop` yet; None when nothing is."""
        if self._recheck is None:
            return "it cannot be looked at"
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._recheck(hop, sample)
        except TimeoutError:
            return f"no answer within {PATIENCE:g} seconds"

    async def _passed(self, name: str, watch: Watch) -> None:
        """Mailboxes need no more proof; of another hop, a few messages are tried, one after the other."""
        now = self._context.now()
        lane = self._window.named(name)
        if lane is None or watch.hop.kind is HopKind.MAILBOX:
            self._over(name, watch)
            await self._release(name)
            return
        lane.not_before = now
        self._plan(watch, now)
        await self._context.store.hasten(now, name, limit=MAX_PROBES)
        self.wake()

    async def _release(self, name: str) -> None:
        count = await self.release(name)
        more = f": {count} more recipient{'' if count == 1 else 's'} tried now" if count else ""
        self._tell(Kind.HOP_BACK, name, f"{name} is in order again{more}")

    async def release(self, name: str) -> int:
        """Make due now what waits for a queue; how many recipients."""
        count, moved = 0, CHUNK
        while moved == CHUNK:  # not until none is left: the first may have been put off again by then
            moved = await self._context.store.hasten(self._context.now(), name, limit=CHUNK)
            count += moved
        self.wake()
        return count

    def _tell(self, kind: Kind, queue: str, text: str, failure: Failure | None = None) -> None:
        status, cause = (str(failure.status), failure.cause) if failure else ("", "")
        now = self._context.now()
        self._context.sink.emit(
            Event(kind, now, status=status, cause=cause, text=text[:1000], data={"queue": queue})
        )
