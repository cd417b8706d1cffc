"""What an operation may ask of the house: Protocols that the server fills in, or the command line without one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from saywhy.infra.store.protocol import ObjectChange, Store
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Sink
from saywhy.model.organisation import Organisation
from saywhy.model.queued import QueueId


class QueueAdmin(Protocol):
    """The running queue (flow/queue/queue.Queue)."""

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make due now what waits for next hop `key`, or of `message`; all with neither; how many recipients."""
        ...

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Take a message out of the queue, with a report to its sender or without; False when it is not there."""
        ...


class OrganisationAccess(Protocol):
    """The organisation in force, and changes to it (server/organisation.CurrentOrganisation)."""

    def __call__(self) -> Organisation: ...

    async def change(self, revision: int, changes: Sequence[ObjectChange], events: Sequence[Event] = ()) -> int:
        """Write `changes` on top of `revision` (RevisionConflict when it is not the current one); the new one."""
        ...


class Hashing(Protocol):
    """infra/passwords.Passwords."""

    async def hash(self, password: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Context:
    """`actor` is who asks: a user of the host, as the kernel told it.  `listeners` are the server's, if known."""

    store: Store
    queue: QueueAdmin
    organisation: OrganisationAccess
    passwords: Hashing
    sink: Sink
    clock: Clock
    listeners: frozenset[str] | None = None
    actor: str = ""
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one change at a time
