"""A whole server in one process: the supervisor with its worker inside, for tests, the demo and measurements."""

from __future__ import annotations

from saywhy.config.settings import Settings
from saywhy.flow.queue.queue import Queue
from saywhy.infra.net.listen import Listener
from saywhy.infra.passwords import Passwords
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.operations.context import Context
from saywhy.server.crew import Inside
from saywhy.server.organisation import CurrentOrganisation
from saywhy.server.supervisor import Supervisor


class App:
    """`start` returns when mail is taken; `stop` when what was under way has ended or the grace is over."""

    def __init__(
        self,
        settings: Settings,
        *,
        sink: Sink | None = None,
        clock: Clock | None = None,
        synchronous: str = "FULL",
    ) -> None:
        self.settings = settings
        self._crew = Inside()
        self._supervisor = Supervisor(settings, self._crew, sink=sink, clock=clock, synchronous=synchronous)

    async def start(self) -> None:
        await self._supervisor.start()

    async def stop(self) -> None:
        await self._supervisor.stop()

    async def reload(self) -> None:
        await self._supervisor.reload()

    @property
    def addresses(self) -> dict[str, list[tuple[str, int]]]:
        """Where each listener listens: name -> (host, port)s."""
        return self._supervisor.addresses

    @property
    def organisation(self) -> CurrentOrganisation:
        return self._supervisor.organisation

    @property
    def context(self) -> Context:
        return self._supervisor.context

    @property
    def listeners(self) -> dict[str, Listener]:
        return self._crew.worker.listeners

    @property
    def passwords(self) -> Passwords:
        """Those that sign-ins are checked with."""
        return self._crew.worker.passwords

    @property
    def store(self) -> SqliteStore:
        return self._crew.worker.store

    @property
    def queue(self) -> Queue:
        return self._crew.worker.queue
