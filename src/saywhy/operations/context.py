"""What an operation may ask of the house: Protocols that the server fills in, or the command line without one.

An operation runs once, wherever the queue's shards are: `QueueReads` and `QueueAdmin` ask all of them that have to
be asked, and make one answer of theirs (server/shards).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from saywhy.infra.store.protocol import CauseRow, MessageFilter, ObjectChange, QueueRow, TrackingFilter
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Sink
from saywhy.model.moderation import Answer, Decided
from saywhy.model.organisation import Organisation
from saywhy.model.pressure import Level, Reading, Resource
from saywhy.model.queued import Message, Pending, QueueId


class QueueReads(Protocol):
    """What stands in the queue: a shard's Store has these methods, and so have all shards together."""

    async def queues(self, key: str = "") -> list[QueueRow]:
        """One row per next hop that something waits for, by key; only that of `key` when it is given."""
        ...

    async def held(self) -> list[QueueRow]:
        """One row for each cause that the storm guard holds mail for."""
        ...

    async def causes(self) -> list[CauseRow]:
        """How many wait because of what, by cause and next hop."""
        ...

    async def messages(self, which: MessageFilter) -> list[Message]:
        """Queued messages by id."""
        ...

    async def message(self, message: QueueId) -> Message | None: ...

    async def pending(self, message: QueueId) -> list[Pending]:
        """What a message still owes, by number."""
        ...

    async def owed(self, queue: str, messages: Sequence[QueueId]) -> list[Pending]:
        """What of those messages waits for `queue`, by message and number."""
        ...

    async def content(self, message: QueueId) -> bytes | None:
        """A queued message's content; None when it has left the queue."""
        ...

    async def tracking(self, which: TrackingFilter) -> list[Event]: ...

    async def count(self) -> tuple[int, int]:
        """Messages and pending recipients in the queue."""
        ...


class QueueAdmin(Protocol):
    """The running queue (flow/queue/queue.Queue)."""

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make due now what waits for next hop `key`, or of `message`; all with neither; how many recipients."""
        ...

    async def suspend(self, message: QueueId) -> int:
        """Hold back what a message still owes; how many recipients."""
        ...

    async def resume(self, message: QueueId) -> int:
        """Let a message go on; how many recipients were held back."""
        ...

    async def resubmit(self, key: str) -> int:
        """Categorize and route again what waits for next hop `key`; how many recipients."""
        ...

    async def redirect(self, message: QueueId, old: Address, new: Address) -> int:
        """Send what a message owes to `old` to `new` instead; how many recipients."""
        ...

    async def recheck(self, key: str | None) -> Sequence[tuple[str, str, int]]:
        """Look whether `key`, or every queue in trouble, is in order again; if so, release what waits.

        For each: the queue, what is in its way yet (empty when nothing is), how many recipients are tried now.
        """
        ...

    async def dropped(self) -> Sequence[tuple[str, int]]:
        """How many reports each rule (flow/report/decide) has held back since the queue was started."""
        ...

    async def release(self, key: str) -> int:
        """Try again what the storm guard holds as `key`; how many recipients."""
        ...

    async def give_back(self, key: str) -> int:
        """Return to their senders what it holds as `key`; how many recipients."""

    async def decide(self, answer: Answer) -> Decided:
        """A moderator has answered."""
        ...

    async def moderate(self, message: QueueId, item: str, approve: bool, comment: Sequence[str], by: str) -> int:
        """Decide in a moderator's place about what of `message` waits (for `item`); how many recipients."""
        ...

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Take a message out of the queue, with a report to its sender or without; False when it is not there."""
        ...


class PressureAdmin(Protocol):
    """Back pressure in the workers (server/pressure)."""

    async def pressure(self) -> list[Reading]:
        """Each resource at each worker."""
        ...

    async def override(self, resource: Resource | None, level: Level | None) -> list[Reading]:
        """Set the level of `resource`, or of all; None goes by the meters again.  As it is afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class ShardBackup:
    """What of one shard was copied; `contents` are large ones, in files of their own."""

    shard: int
    messages: int
    recipients: int
    contents: int
    octets: int


class FolderTaken(Exception):
    """A backup's folder is not empty."""


class Backup(Protocol):
    """server/backup.Backups."""

    async def __call__(self, directory: Path, actor: str) -> Sequence[ShardBackup]:
        """Copy everything into `directory`, which FolderTaken says is not empty; StoreError when it fails."""
        ...


@dataclass(frozen=True, slots=True)
class BadFileRow:
    """A file of which nothing could be made: `changed` in epoch seconds, `why` as it is now."""

    folder: str
    name: str
    size: int
    changed: float
    why: str


class NoSuchFile(Exception):
    """There is no bad file of that name."""


class BadFiles(Protocol):
    """The Pickup and Replay folders (server/filing.Office).  OSError where a folder cannot be used."""

    async def listed(self) -> Sequence[BadFileRow]: ...

    async def resubmit(self, name: str) -> Sequence[str]:
        """Let the files of that name, or all (empty), be taken again; their new names.  NoSuchFile."""
        ...


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """How full a mailbox or folder is: octets, or messages where `state` is about their number.  0: no limit."""

    name: str
    kind: str
    observed: int
    limit: int
    state: str

    @property
    def percent(self) -> int:
        return self.observed * 100 // self.limit if self.limit else 0


class Quotas(Protocol):
    """server/quotas.QuotaWatch."""

    async def listed(self) -> Sequence[QuotaRow]: ...

    async def notify(self) -> int:
        """Tell the owners of what is full, unless they were told within a day; how many mailboxes and folders."""
        ...


class OrganisationAccess(Protocol):
    """The organisation in force, and changes to it (server/organisation.CurrentOrganisation)."""

    def __call__(self) -> Organisation: ...

    async def change(self, revision: int, changes: Sequence[ObjectChange]) -> int:
        """Write `changes` on top of `revision` (RevisionConflict when it is not the current one); the new one."""
        ...


class Hashing(Protocol):
    """infra/passwords.Passwords."""

    async def hash(self, password: str) -> str: ...


@dataclass(frozen=True, slots=True)
class WorkerState:
    """`process` 0: none just now.  `since` epoch seconds, `memory` octets resident."""

    number: int
    process: int
    state: str
    since: float
    starts: int
    shards: tuple[int, ...]
    memory: int


class ServerAccess(Protocol):
    """The running server's processes."""

    def workers(self) -> Sequence[WorkerState]: ...

    def shares(self) -> Sequence[str]:
        """A sentence for each limit that is divided among the workers; none when there is one worker."""
        ...


class Away(Exception):
    """A part of the queue cannot be asked just now; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Context:
    """`actor` is who asks: a user of the host, as the kernel told it.  `listeners` are the server's, if known."""

    store: QueueReads
    queue: QueueAdmin
    organisation: OrganisationAccess
    passwords: Hashing
    sink: Sink
    clock: Clock
    listeners: frozenset[str] | None = None
    actor: str = ""
    server: ServerAccess | None = None
    pressure: PressureAdmin | None = None  # of a running server
    backup: Backup | None = None
    bad_files: BadFiles | None = None  # of a running server
    quotas: Quotas | None = None  # of a running server
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one change at a time
