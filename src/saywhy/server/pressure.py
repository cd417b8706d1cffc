"""Back pressure at work: look at the meters every two seconds, and tell and do what flow/pressure makes of them.

Each worker looks by itself.  What is the machine's own (disks, memory) the first of them tells of.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from saywhy.config.settings import PressureSettings, Settings
from saywhy.flow.pressure import Pressure
from saywhy.flow.queue.queue import Queue
from saywhy.infra import meters
from saywhy.infra.errors import StoreError
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.pressure import Level, Reading, Resource, Thresholds
from saywhy.model.queued import HopKind

INTERVAL = 2.0  # seconds
LARGE = 10  # a volume of so many times the wanted free space is held to it

_OWN = frozenset({Resource.SUBMISSION, Resource.COMMITS})  # a worker's; the others are the machine's


def thresholds(settings: PressureSettings) -> dict[Resource, Thresholds]:
    return {
        Resource.QUEUE_DISK: Thresholds(*settings.queue_disk),
        Resource.LOG_DISK: Thresholds(*settings.log_disk),
        Resource.PROCESS_MEMORY: Thresholds(*settings.process_memory),
        Resource.SYSTEM_MEMORY: Thresholds(*settings.system_memory),
        Resource.SUBMISSION: Thresholds(*settings.submission_queue),
        Resource.COMMITS: Thresholds(*settings.commits),
    }


class PressureWatch:
    """`stores` and `queues` are this worker's; `workers` how many there are, of which it is `number`."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        number: int,
        workers: int,
        stores: Sequence[SqliteStore],
        queues: Sequence[Queue],
        clock: Clock,
        sink: Sink,
    ) -> None:
        self._settings = settings
        self._number = number
        self._workers = workers
        self._stores = stores
        self._queues = queues
        self._clock = clock
        self._sink = sink
        self.state = Pressure(thresholds(settings().pressure))

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(INTERVAL)

    async def look(self) -> None:
        settings = self._settings()
        marks = thresholds(settings.pressure)
        values = self._machine(settings, marks)
        try:
            values.update(await self._own())
        except StoreError:  # the queue tells of it; what is known already stands
            pass
        self._act(self.state.look(values, marks))
        if self.state.short_of_memory:
            for queue in self._queues:
                queue.relieve()

    def _machine(self, settings: Settings, marks: dict[Resource, Thresholds]) -> dict[Resource, float]:
        values: dict[Resource, float] = {}
        queue = meters.volume(settings.store.path)
        values[Resource.QUEUE_DISK] = queue.used_percent
        wanted = settings.pressure.queue_disk_free
        if queue.size >= LARGE * wanted:
            marks[Resource.QUEUE_DISK] = marks[Resource.QUEUE_DISK].lowered(100 * (1 - wanted / queue.size))
        if settings.log.path != "-":
            log = (settings.server.data_dir / Path(settings.log.path)).parent
            values[Resource.LOG_DISK] = meters.volume(log).used_percent
        size, used = meters.memory()
        if size:
            values[Resource.SYSTEM_MEMORY] = 100 * used / size
            values[Resource.PROCESS_MEMORY] = 100 * meters.resident(os.getpid()) * self._workers / size
        return values

    async def _own(self) -> Mapping[Resource, float]:
        waiting = [row for store in self._stores for row in await store.queues(HopKind.SUBMISSION.value)]
        return {
            Resource.SUBMISSION: sum(row.recipients for row in waiting),
            Resource.COMMITS: sum(store.committing for store in self._stores),
        }

    def _act(self, changed: Sequence[Reading]) -> None:
        for queue in self._queues:
            queue.hold(not self.state.sends)
        for reading in changed:
            if self._number == 1 or reading.resource in _OWN:
                self._tell(reading)

    def _tell(self, reading: Reading) -> None:
        name, level = reading.resource.value, reading.level.name.lower()
        observed = "set by an administrator" if reading.override else f"{reading.value:.0f}"
        consequence = reading.action or "nothing is held back because of it any more"
        data: dict[str, str | int | float | bool] = {
            "resource": name,
            "level": level,
            "observed": round(reading.value, 1),
        }
        cause = "system-resources" if reading.level > Level.LOW else ""
        text = f"{name} is {level} ({observed}): {consequence}"
        self._sink.emit(Event(Kind.PRESSURE, self._clock.now(), cause=cause, text=text, data=data))

    # -- operations.context.PressureAdmin --

    async def pressure(self) -> list[Reading]:
        return [replace(reading, worker=self._number) for reading in self.state.readings()]

    async def override(self, resource: Resource | None, level: Level | None) -> list[Reading]:
        self._act(self.state.override(resource, level))
        return await self.pressure()
