"""What an administrator does to queued mail: try it now, take it out."""

from __future__ import annotations

from collections.abc import Sequence

from saywhy.flow.queue import events
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.settle import Settler
from saywhy.flow.queue.window import Window
from saywhy.infra.store.protocol import Change
from saywhy.model.event import Event, Kind
from saywhy.model.queued import Message, QueueId


class Admin:
    def __init__(
        self,
        context: Context,
        window: Window,
        settler: Settler,
        committer: Committer,
        scheduler: Scheduler,
        loader: Loader,
    ) -> None:
        self._context = context
        self._window = window
        self._settler = settler
        self._committer = committer
        self._scheduler = scheduler
        self._loader = loader

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

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Recipients under way end their attempt first; what is deferred then is removed too."""
        self._settler.removed[message] = ndr
        self._scheduler.removing.add(message)
        flying = {number for key, number in self._scheduler.flying if key == message}
        withdrawn = self._window.withdraw(message)
        try:
            found = await self._context.store.message(message)
            if found is not None:
                await self._take_out(found, flying, ndr)
        finally:
            for lane, pending in withdrawn:
                self._window.release(lane, pending)
            self._scheduler.removing.discard(message)
            self._scheduler.forget_removed(message)
            self._loader.now()
        return found is not None

    async def _take_out(self, message: Message, flying: set[int], ndr: bool) -> None:
        owed = await self._context.store.pending(message.id)
        waiting = [pending for pending in owed if pending.number not in flying]
        content = await self._context.store.content(message.id)
        if not waiting or content is None:
            return
        change: Change = self._settler.remove(message, content, waiting, ndr)
        await self._committer.once(change)
        self._scheduler.follow(change)
        self._scheduler.pump()
