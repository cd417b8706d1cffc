"""The Store: one shard's queue and tracking, behind a narrow contract (organisation objects: see `objects`).

Everything that must happen together is one `Change`, committed atomically and durably before `commit`
returns.  Reads see every commit that returned before they began.  The store does not know which recipients
are being tried right now: one process owns a shard and keeps that in memory, so that after a crash everything
that was not settled is simply still due.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from saywhy.infra.errors import StoreError
from saywhy.model.event import Event, Kind
from saywhy.model.queued import NEVER, HopKind, Message, NewMessage, Pending, QueueId


@dataclass(slots=True)
class Change:
    """One atomic step of the queue.  A message leaves the store with its last pending recipient.

    `add` new messages; `update` pending recipients that wait on (matched by message and number; adds the row
    when there is none, so that a group's members can replace the group); `settle` recipients that are done
    (unknown ones are passed over); `events` of messages become tracking rows.
    """

    add: list[NewMessage] = field(default_factory=list)
    update: list[Pending] = field(default_factory=list)
    settle: list[tuple[QueueId, int]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DueRow:
    """A pending recipient with its message."""

    message: Message
    pending: Pending


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which due recipients: of one next hop (`queue`), or of all but `skip_queues`; never those in `skip`."""

    queue: str = ""
    skip_queues: frozenset[str] = frozenset()
    skip: frozenset[tuple[QueueId, int]] = frozenset()


TURN = 0.001  # seconds
MOST_TURNS = 1000


def turn(attempts: int) -> float:
    """Seconds by which a recipient comes after others of its hop that were tried less often."""
    return TURN * min(attempts, MOST_TURNS)


ALL_DUE = DueFilter()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """What waits for one next hop.  `oldest` is the earliest arrival, `next_due` the earliest due time."""

    key: str
    kind: HopKind
    domain: str
    connector: str
    recipients: int
    messages: int
    next_due: float
    oldest: float
    retrying: int  # recipients with at least one attempt
    last_error: str = ""  # of the recipient tried last, among those that had any
    cause: str = ""


@dataclass(frozen=True, slots=True, order=True)
class CauseRow:
    """How many recipients wait for one next hop because of one cause: that of their last trouble."""

    cause: str
    queue: str
    recipients: int


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages to list; empty fields do not restrict.  `after` is the last id of the page before.

    `sender` and `recipient` are addresses in any spelling (`<>` is the null reverse-path); `recipient` is one as
    accepted or where it goes now.
    """

    queue: str = ""
    sender: str = ""
    recipient: str = ""
    after: QueueId | None = None
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class TrackingFilter:
    """Which tracking rows: by queue id or Message-ID header (either), oldest first."""

    message: str = ""
    message_id: str = ""
    kinds: tuple[Kind, ...] = ()
    limit: int = 10_000


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """One organisation object put (`data` given) or removed (`data` None)."""

    kind: str
    name: str
    data: Mapping[str, Any] | None


class Parked(enum.Enum):
    """What is held back (due NEVER, model/queued, or later): left alone, made due like the rest, or it alone."""

    NOT = "not"
    TOO = "too"
    ONLY = "only"
    REPORT = "report"  # it alone, where its sender is to be told by now

    def bounds(self, at: float) -> tuple[float, float]:
        """Due times between which, exclusively, recipients are made due at `at`."""
        above = at if self in (Parked.NOT, Parked.TOO) else NEVER - 1
        return above, {Parked.NOT: NEVER, Parked.REPORT: NEVER + at}.get(self, 3 * NEVER)


class RevisionConflict(Exception):
    """The organisation changed between reading and writing; read again and decide again."""


class ChangeConflict(StoreError):
    """A Change contradicts what is stored (an id used twice, a recipient of no message): an error of its maker."""


class Store(Protocol):
    """One shard.  All methods may raise infra.errors.StoreError; none blocks the event loop."""

    def next_id(self) -> QueueId:
        """A queue id that no message ever had, across restarts."""
        ...

    async def commit(self, change: Change) -> None:
        """Return when `change` is on disk, whole.  On StoreError nothing of it is."""
        ...

    async def due(self, until: float, limit: int, which: DueFilter = ALL_DUE) -> list[DueRow]:
        """Pending recipients due at or before `until` (epoch seconds), earliest first."""
        ...

    async def next_due(self, after: float) -> float | None:
        """The earliest due time later than `after`, or None."""
        ...

    async def hasten(
        self,
        at: float,
        queue: str = "",
        message: QueueId | None = None,
        events: Sequence[Event] = (),
        parked: Parked = Parked.NOT,
        limit: int = 0,
    ) -> int:
        """Make due at `at` whatever is due later and waits for `queue`, or is of `message`; how many.

        At most `limit` a call, where one is given.
        """
        ...

    async def postpone(self, queue: str, now: float, until: float, delay_after: float, limit: int = 2000) -> int:
        """The next hop is down: what waits for it and is due at `now` becomes due at `until`; how many.

        Later by its `turn`: a message at which the hop hangs up would otherwise go first each time.  Earlier where
        a report is: when the message expires, or `delay_after` seconds after its arrival while
        no delay was reported.  What is overdue in that sense already stays due.  At most `limit` a call.
        """
        ...

    async def content(self, message: QueueId) -> bytes | None:
        """A queued message's content as it was added; None when it has left the queue."""
        ...

    async def message(self, message: QueueId) -> Message | None: ...

    async def pending(self, message: QueueId) -> list[Pending]:
        """What a message still owes, by number."""
        ...

    async def owed(self, queue: str, messages: Sequence[QueueId]) -> list[Pending]:
        """What of those messages waits for `queue`, by message and number."""
        ...

    async def messages(self, which: MessageFilter) -> list[Message]:
        """Queued messages by id."""
        ...

    async def queues(self, key: str = "") -> list[QueueRow]:
        """One row per next hop that something waits for, by key; only that of `key` when it is given.

        From counts that each commit keeps: its cost grows with the number of queues, not of messages.
        """
        ...

    async def held(self) -> list[QueueRow]:
        """As `queues`, those alone that are held (HopKind.HELD)."""
        ...

    async def causes(self) -> list[CauseRow]:
        """What waits because of something, by cause and queue; from such counts, too."""
        ...

    async def tracking(self, which: TrackingFilter) -> list[Event]: ...

    async def forget(self, before: float, limit: int = 1000) -> int:
        """Remove tracking rows older than `before`, the oldest `limit` at most; how many."""
        ...

    async def count(self) -> tuple[int, int]:
        """Messages and pending recipients in the queue."""
        ...

    async def close(self) -> None: ...
