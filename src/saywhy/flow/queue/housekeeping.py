"""What the queue does now and then: follow the organisation's revision, forget old tracking rows.

With a new revision whatever had no route is routed again, and connectors' limits hold for their queues.
"""

from __future__ import annotations

import asyncio

from saywhy.flow.queue.context import Context
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import StoreError
from saywhy.model.event import Kind
from saywhy.model.organisation import DAY, HOUR
from saywhy.model.queued import HopKind

FORGET_CHUNK = 1000


class Housekeeper:
    def __init__(self, context: Context, window: Window, loader: Loader) -> None:
        self._context = context
        self._window = window
        self._loader = loader
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
                await self._forget()
            except Exception as error:  # whatever it was, the next round may do better
                kind = Kind.STORE_FAULT if isinstance(error, StoreError) else Kind.FAULT
                self._context.tell(kind, f"queue: {type(error).__name__}: {error}")
            try:
                await asyncio.wait_for(self._again.wait(), self._context.settings.idle)
            except TimeoutError:
                continue

    async def _reroute(self) -> None:
        revision = self._context.organisation().revision
        if revision == self._revision:
            return
        for queue in await self._context.store.queues():
            if queue.kind is HopKind.UNREACHABLE:
                await self._context.store.hasten(self._context.now(), queue.key)
        self._window.organisation_changed()
        self._revision = revision
        self._loader.now()

    async def _forget(self) -> None:
        now = self._context.now()
        days = self._context.settings.tracking_days
        if not days or now < self._forget_at:
            return
        forgotten = await self._context.store.forget(now - days * DAY, FORGET_CHUNK)
        if forgotten == FORGET_CHUNK:
            self._again.set()
        else:
            self._forget_at = now + HOUR
