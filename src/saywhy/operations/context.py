"""What an operation may ask of the house: Protocols that the server fills in, or the command line without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from saywhy.infra.store.protocol import Store
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.model.organisation import Organisation, OrganisationObject
from saywhy.model.queued import QueueId


class QueueAdmin(Protocol):
    """The running queue (flow/queue/queue.Queue)."""

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make the recipients of a queue, of a message, or all (both None) due now; how many."""
        ...

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Take a message out of the queue, with a report to its sender or without; False when it is not there."""
        ...


@dataclass(frozen=True, slots=True)
class ObjectEdit:
    """`new` replaces `old`; None stands for an object that was not there, or shall not be."""

    old: OrganisationObject | None
    new: OrganisationObject | None


class OrganisationAccess(Protocol):
    """The organisation in force, and changes to it (operations/live.LiveOrganisation)."""

    def __call__(self) -> Organisation: ...

    async def change(self, seen: Organisation, edits: Sequence[ObjectEdit], actor: str) -> Organisation:
        """Commit `edits` to what was `seen`, all or none; RevisionConflict when it is no longer in force."""
        ...


class Hashing(Protocol):
    async def hash(self, password: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Context:
    """`actor` is who asks: a user of the host, as the kernel told it."""

    store: Store
    queue: QueueAdmin
    organisation: OrganisationAccess
    passwords: Hashing
    sink: Sink
    clock: Clock
    actor: str = ""
