"""Where the workers live: `Crew` is what the supervisor asks of them, `Inside` has the only one in this process.

Tests, the demo and our own measurements run `Inside`; `saywhy serve` runs server/processes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from saywhy.config.settings import Settings
from saywhy.config.snapshot import Table
from saywhy.infra.meters import resident
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.operations.context import WorkerState
from saywhy.server.organisation import FollowedOrganisation, Step
from saywhy.server.shards import Access
from saywhy.server.shares import share
from saywhy.server.sockets import Sockets
from saywhy.server.worker import Post, Worker


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a crew works with."""

    settings: Settings
    sockets: Sequence[Sockets]  # a set for each worker
    posts: Sequence[Post]
    table: Table  # the organisation at the start; steps follow
    sink: Sink
    clock: Clock
    synchronous: str


class Crew(Protocol):
    async def start(self, equipment: Equipment) -> None:
        """Returns when all take mail; raises what keeps one from it, and then none runs."""
        ...

    async def stop(self, grace: float) -> None:
        """Drain and end in `grace` seconds."""
        ...

    async def follow(self, step: Step) -> None:
        """Returns when all who run have the new revision."""
        ...

    async def reload(self, settings: Settings) -> None: ...

    def accesses(self) -> Mapping[int, Access]:
        """To every shard, by its number."""
        ...

    def workers(self) -> Sequence[WorkerState]: ...


class Inside:
    """One worker, in this process, with all shards."""

    worker: Worker

    async def start(self, equipment: Equipment) -> None:
        shards = tuple(shard for post in equipment.posts for shard in post.shards)
        organisation = FollowedOrganisation(share(1, len(shards)))
        organisation.begin(equipment.table)
        self._organisation = organisation
        self.worker = Worker(
            equipment.settings,
            Post(1, 1, shards, len(shards)),
            organisation,
            equipment.sink,
            equipment.clock,
            equipment.synchronous,
        )
        await self.worker.start(equipment.sockets[0])
        self._since = equipment.clock.now()

    async def stop(self, grace: float) -> None:
        await self.worker.stop(grace)

    async def follow(self, step: Step) -> None:
        self._organisation.follow(step)

    async def reload(self, settings: Settings) -> None:
        self.worker.reload(settings)

    def accesses(self) -> Mapping[int, Access]:
        return self.worker.accesses

    def workers(self) -> Sequence[WorkerState]:
        shards = self.worker.post.shards
        return [WorkerState(1, os.getpid(), "running", self._since, 1, shards, resident(os.getpid()))]
