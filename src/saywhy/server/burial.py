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
from saywhy.server.rounds import Rounds


class Burial(Rounds):
    """A look every hour, in memory."""

    def __init__(self, organisation: OrganisationAccess, sink: Sink, clock: Clock, every: float = HOUR) -> None:
        self._organisation = organisation
        self._sink = sink
        self._clock = clock
        self.every = every

    def trouble(self, error: Exception) -> None:
        kind, what = (Kind.STORE_FAULT, str(error)) if isinstance(error, StoreError) else (Kind.FAULT, repr(error))
        self._sink.emit(Event(kind, self._clock.now(), text=f"tombstones: {what}"))

    async def look(self) -> int:
        """How many had their time."""
        while True:
            try:
                return await self._forget()
            except RevisionConflict:  # an administrator was faster
                await asyncio.sleep(0)

    async def _forget(self) -> int:
        organisation = self._organisation()
        old = leaving(organisation, self._clock.now())
        if old:
            gone = [ObjectChange("tombstone", each.name.lower(), None) for each in old]
            await self._organisation.change(organisation.revision, gone)
        return len(old)
