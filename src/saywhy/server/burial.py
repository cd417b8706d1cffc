"""Tombstones have their time: the supervisor takes away those that are older than `transport.tombstone_age`."""

from __future__ import annotations

import asyncio

from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import ObjectChange, RevisionConflict
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.units import HOUR
from saywhy.operations.burying import leaving
from saywhy.operations.context import OrganisationAccess


class Burial:
    """`start` and `stop` in the supervisor's loop; a look every hour, in memory."""

    def __init__(self, organisation: OrganisationAccess, sink: Sink, clock: Clock, every: float = HOUR) -> None:
        self._organisation = organisation
        self._sink = sink
        self._clock = clock
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except RevisionConflict:  # an administrator was faster
                await asyncio.sleep(0)
                continue
            except StoreError as error:
                self._sink.emit(Event(Kind.STORE_FAULT, self._clock.now(), text=f"tombstones: {error}"))
            await asyncio.sleep(self._every)

    async def look(self) -> int:
        """How many had their time."""
        organisation = self._organisation()
        old = leaving(organisation, self._clock.now())
        if old:
            gone = [ObjectChange("tombstone", each.name.lower(), None) for each in old]
            await self._organisation.change(organisation.revision, gone)
        return len(old)
