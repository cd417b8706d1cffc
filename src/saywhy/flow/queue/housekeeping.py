"""What the queue does now and then: follow the organisation's revision, forget old tracking rows.

With a new revision whatever had no route is routed again, queues are held back or resumed, and what connectors
say holds for the mail that waits, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from saywhy.flow.queue.context import Context
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.mend import Reroute
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import Parked
from saywhy.model.event import Kind
from saywhy.model.organisation import SendConnector, Server
from saywhy.model.queued import NEVER, HopKind
from saywhy.model.units import HOUR

FORGET_CHUNK = 1000


def _routes(connector: SendConnector) -> tuple[object, ...]:
    """What of a connector decides which queue mail joins."""
    return (
        connector.address_spaces,
        connector.cost,
        connector.smart_hosts,
        bool(connector.program),
        connector.max_message_size,
        connector.enabled,
        connector.servers,
        connector.scoped,
    )


class Housekeeper:
    """`resubmit` and `gather` take the name of a queue: route its mail again, report all of it together."""

    def __init__(
        self,
        context: Context,
        window: Window,
        loader: Loader,
        scheduler: Scheduler,
        resubmit: Reroute,
        gather: Reroute,
    ) -> None:
        self._context = context
        self._window = window
        self._loader = loader
        self._scheduler = scheduler
        self._resubmit = resubmit
        self._gather = gather
        self._connectors: Mapping[str, SendConnector] = {}
        self._servers: Mapping[str, Server] = {}
        self._suspended: set[str] | None = None  # queues held back under the revision before
        self._revision = -1  # at the start everything without a route is looked at once
        self._forget_at = 0.0
        self._again = asyncio.Event()

    def organisation_changed(self) -> None:
        self._again.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._again.clear()
            try:
                await self._reroute()
                await self._report_delays()
                await self._storms()
                await self._gathered()
                await self._forget()
            except Exception as error:  # whatever it was, the next round may do better
                kind = Kind.STORE_FAULT if isinstance(error, StoreError) else Kind.FAULT
                self._context.tell(kind, f"queue: {type(error).__name__}: {error}")
            try:
                async with asyncio.timeout(self._context.settings.idle):
                    await self._again.wait()
            except TimeoutError:
                continue

    async def _reroute(self) -> None:
        revision = self._context.organisation().revision
        if revision == self._revision:
            return
        for queue in await self._context.store.queues():
            if queue.kind is HopKind.UNREACHABLE:
                await self._context.store.hasten(self._context.now(), queue.key)
        self._scheduler.organisation_changed()
        await self._resume()
        await self._follow_connectors()
        self._revision = revision
        self._loader.now()

    async def _follow_connectors(self) -> None:
        """Mail whose connector routes otherwise now is routed again; of one that sends otherwise, tried again.

        Mail for other servers of ours is routed again when those are others now, or hold other stores.
        """
        organisation = self._context.organisation()
        before, now = self._connectors, organisation.send_connectors
        self._connectors = now
        servers, self._servers = self._servers, organisation.servers
        moved = set() if servers == organisation.servers else servers.keys() | organisation.servers.keys()
        for queue in await self._context.store.queues():
            name = queue.connector.lower()
            if queue.kind not in (HopKind.DNS, HopKind.SMART_HOST, HopKind.PROGRAM):
                continue
            if (
                name not in now
                or queue.domain in moved
                or not now[name].enabled
                or _routes(before.get(name, now[name])) != _routes(now[name])
            ):
                await self._resubmit(queue.key)
            elif before.get(name, now[name]) != now[name] and queue.cause:
                await self._try_again(queue.key)

    async def _try_again(self, key: str) -> None:
        lane = self._window.named(key)
        if lane is not None and lane.failures:
            lane.start_over()
        await self._context.store.hasten(self._context.now(), key)

    async def _report_delays(self) -> None:
        """Senders of mail that is held back hear of it like all others."""
        now = self._context.now()
        first = await self._context.store.next_due(NEVER - 1)
        if first is not None and first < NEVER + now:
            await self._context.store.hasten(now, parked=Parked.REPORT)
            self._loader.now()

    async def _resume(self) -> None:
        """Queues that are held back no more are tried at once; at the start, whatever a crash left parked, too."""
        now = self._context.now()
        suspended = {entry.name for entry in self._window.suspensions.queues.values()}
        if self._suspended is not None:
            for key in self._suspended - suspended:
                await self._context.store.hasten(now, key, parked=Parked.TOO)
        elif await self._context.store.next_due(NEVER - 1) is not None:
            for queue in await self._context.store.queues():
                if queue.key not in suspended and queue.kind not in (HopKind.HELD, HopKind.POISON):
                    await self._context.store.hasten(now, queue.key, parked=Parked.ONLY)
        self._suspended = suspended

    async def _storms(self) -> None:
        """What the guard has in memory follows what is held: administrators take out messages, too."""
        if self._context.guard.busy:
            held = await self._context.store.held()
            self._context.guard.begin(row.key for row in held)

    async def _gathered(self) -> None:
        """Reports above the cap leave when their hour is over; what did not is tried again."""
        cap, now = self._context.guard.cap, self._context.now()
        while key := cap.over(now):
            try:
                await self._gather(key)
            except BaseException:
                cap.again(key, 0.0)
                raise
            if any(row.key == key for row in await self._context.store.held()):
                cap.again(key, now)

    async def _forget(self) -> None:
        now = self._context.now()
        if now < self._forget_at:
            return
        forgotten = await self._context.store.forget(now - self._context.settings.tracking_age, FORGET_CHUNK)
        if forgotten == FORGET_CHUNK:
            self._again.set()
        else:
            self._forget_at = now + HOUR
