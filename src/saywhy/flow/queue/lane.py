"""One next hop's share of the work in memory: what waits its turn, what is under way, how the hop fares."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from saywhy.model.failure import Failure
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId

MAX_RECIPIENTS = 100  # in one transmission; every server takes that many (RFC 5321 section 4.5.3.1.8)

OVERDUE = "(overdue)"

Key = tuple[QueueId, int]


def key_of(pending: Pending) -> Key:
    return pending.message, pending.number


@dataclass(slots=True)
class Job:
    """Recipients of one message that share a next hop."""

    lane: Lane
    message: Message
    pending: list[Pending]
    landed: bool = False  # the transmission is over


@dataclass(slots=True)
class Lane:
    """`held` are the recipients in memory, waiting or under way; `more` says that the store may have others due.

    While `failures` is not 0 one attempt at a time tries whether the hop is back.
    """

    hop: NextHop
    name: str
    limit: int
    jobs: OrderedDict[QueueId, Job] = field(default_factory=OrderedDict)
    held: set[Key] = field(default_factory=set)
    waiting: int = 0
    active: int = 0
    more: bool = False
    listed: bool = False  # in the window's round
    postponing: bool = False
    failures: int = 0
    failed_at: float = 0.0
    not_before: float = 0.0
    failure: Failure | None = None

    def add(self, message: Message, pending: Pending) -> None:
        job = self.jobs.get(message.id)
        if job is None:
            job = self.jobs[message.id] = Job(self, message, [])
        job.pending.append(pending)
        self.held.add(key_of(pending))
        self.waiting += 1

    @property
    def overdue(self) -> bool:
        """Not a next hop but the recipients of any whose report or expiry is due while nothing is tried."""
        return self.name == OVERDUE

    @property
    def resubmits(self) -> bool:
        """No next hop yet: to be categorized and routed again rather than delivered."""
        return self.hop.kind in (HopKind.SUBMISSION, HopKind.UNREACHABLE) and not self.overdue

    @property
    def ready(self) -> bool:
        return bool(self.jobs) and self.active < (1 if self.failures else self.limit)

    @property
    def idle(self) -> bool:
        return not (self.held or self.active or self.more)

    def start(self) -> Job:
        """The next transmission; what is above a transmission's size stays for the one after."""
        message, job = next(iter(self.jobs.items()))
        taken = job.pending[:MAX_RECIPIENTS]
        job.pending = job.pending[MAX_RECIPIENTS:]
        if not job.pending:
            del self.jobs[message]
        self.waiting -= len(taken)
        self.active += 1
        return Job(self, job.message, taken)

    def withdraw(self, message: QueueId) -> list[Pending]:
        """Those of `message` that have not started; they stay held until `release`."""
        job = self.jobs.pop(message, None)
        if job is None:
            return []
        self.waiting -= len(job.pending)
        return job.pending

    def withdraw_all(self) -> list[Job]:
        jobs = list(self.jobs.values())
        self.jobs.clear()
        self.waiting = 0
        return jobs

    def release(self, pending: Iterable[Pending]) -> None:
        self.held.difference_update(map(key_of, pending))

    # -- how the hop fares --

    def fail(self, failure: Failure, started: float, now: float, interval: Callable[[int], float]) -> None:
        """Attempts that ran side by side count once.  `interval` says how long the nth failure keeps us away."""
        if not self.failures or started > self.failed_at:
            self.failures += 1
            self.failed_at = now
            self.not_before = now + interval(self.failures)
        self.failure = failure

    def succeed(self) -> None:
        self.failures = 0
        self.not_before = 0.0
        self.failure = None
