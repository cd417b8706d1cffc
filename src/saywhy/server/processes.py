"""The crew of `saywhy serve`: each worker is a process of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Mapping, Sequence
from functools import partial
from typing import Any

from saywhy.config.settings import Settings
from saywhy.config.snapshot import Table
from saywhy.infra import mailbox_tally, memory
from saywhy.infra.meters import resident
from saywhy.model.event import Event, Kind
from saywhy.operations.context import WorkerState
from saywhy.server import sockets
from saywhy.server.crew import Equipment
from saywhy.server.hand import Hand
from saywhy.server.organisation import Step
from saywhy.server.porter import Porter, own_sockets
from saywhy.server.shards import Access, nowhere
from saywhy.server.sockets import Sockets


class Processes:
    """A Crew.  Its workers follow the organisation from the table that `equipment` brings."""

    def __init__(self) -> None:
        self.hands: list[Hand] = []

    async def start(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._table = equipment.table
        self._tally = memory.shared(mailbox_tally.size(len(equipment.posts)))
        self.hands = [
            Hand(
                post,
                own,
                self._porter(own),
                equipment.synchronous,
                self._whole,
                self._tell,
                equipment.clock,
                self._elsewhere,
                self._tally,
            )
            for post, own in zip(equipment.posts, equipment.sockets, strict=True)
        ]
        results = await asyncio.gather(
            *(hand.start(equipment.settings) for hand in self.hands), return_exceptions=True
        )
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:
            await self.stop(0)
            raise errors[0]

    async def stop(self, grace: float) -> None:
        for hand in self.hands:
            hand.stop_watching()
        sockets.close(list(self._equipment.sockets))  # who connects now shall not wait in vain
        try:
            await asyncio.gather(*(hand.stop(grace) for hand in self.hands))
        finally:
            os.close(self._tally)

    async def follow(self, step: Step) -> None:
        self._table.change(step.revision, step.changes)
        await asyncio.gather(*(hand.follow(step) for hand in self.hands))

    async def reload(self, settings: Settings) -> None:
        await _all_done(*(hand.reload(settings) for hand in self.hands))

    def accesses(self) -> Mapping[int, Access]:
        return {shard: partial(hand.ask, "shard", shard) for hand in self.hands for shard in hand.post.shards}

    async def _elsewhere(self, shard: int, method: str, *arguments: Any) -> Any:
        """For a worker that asks of another one's shard."""
        access = self.accesses().get(shard)
        return await (nowhere(shard, method) if access is None else access(method, *arguments))

    def workers(self) -> Sequence[WorkerState]:
        return [
            WorkerState(
                hand.post.number,
                hand.pid,
                "running" if hand.ready else "starting",
                hand.since,
                hand.starts,
                hand.post.shards,
                resident(hand.pid) if hand.pid else 0,
            )
            for hand in self.hands
        ]

    def _porter(self, sockets: Sockets) -> Porter:
        own = own_sockets(self._equipment.sockets, sockets)
        return Porter(own, self._equipment.settings.listeners)

    def _whole(self) -> Table:
        return self._table

    def _tell(self, text: str) -> None:
        self._equipment.sink.emit(Event(Kind.WORKER, self._equipment.clock.now(), text=text))


async def _all_done(*work: Awaitable[Any]) -> None:
    """Whoever is just being started again has the new settings anyway."""
    await asyncio.gather(*work, return_exceptions=True)
