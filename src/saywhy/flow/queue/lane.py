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


@dataclass(slots=True, eq=False)
class Job:
    """Recipients of one message that share a next hop.

    `answers` and `turn` are the lane's when the job started: what has changed since concerns it.
    """

    lane: Lane
    message: Message
    pending: list[Pending]
    answers: int = 0
    turn: int = 0
    stranger: bool = False  # the hop had not answered before it started
    landed: bool = False  # the transmission is over


@dataclass(slots=True)
class Lane:
    """`held` are the recipients in memory, waiting or under way; `more` says that the store may have others due.

    `allowed` attempts run side by side: one more after each that was answered, up to `limit`, half as many after
    one that was not.  While `failures` is not 0 one attempt at a time tries whether the hop is back.  `proven`: it
    has answered lately, so that its attempts may be expected to end soon.
    """

    hop: NextHop
    name: str
    limit: int
    allowed: int
    most_octets: int  # of the messages under way; one is always let through
    proven: bool
    jobs: OrderedDict[QueueId, Job] = field(default_factory=OrderedDict)
    held: set[Key] = field(default_factory=set)
    waiting: int = 0
    active: int = 0
    octets: int = 0  # of the messages under way
    answers: int = 0  # attempts that the hop answered, whatever it said
    turn: int = 0  # how often `allowed` was halved
    more: bool = False
    listed: bool = False  # in the window's round
    postponing: bool = False
    failures: int = 0
    not_before: float = 0.0
    failing_since: float = 0.0
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
        if not self.jobs or self.active >= (1 if self.failures else min(self.allowed, self.limit)):
            return False
        return not self.active or self.octets < self.most_octets

    @property
    def idle(self) -> bool:
        return not (self.held or self.active or self.more)

    @property
    def most(self) -> int:
        """Recipients in one transmission; of a program one, so that an attempt cut off repeats no other."""
        return 1 if self.hop.kind is HopKind.PROGRAM else MAX_RECIPIENTS

    def start(self) -> Job:
        """The next transmission; what is above a transmission's size stays for the one after."""
        message, job = next(iter(self.jobs.items()))
        taken = job.pending[: self.most]
        job.pending = job.pending[self.most :]
        if not job.pending:
            del self.jobs[message]
        self.waiting -= len(taken)
        return self._under_way(job.message, taken)

    def admit(self, message: Message, pending: list[Pending]) -> Job:
        """A transmission out of turn."""
        self.held.update(map(key_of, pending))
        return self._under_way(message, pending)

    def _under_way(self, message: Message, pending: list[Pending]) -> Job:
        self.active += 1
        self.octets += message.size
        return Job(self, message, pending, self.answers, self.turn, not self.proven)

    def landed(self, job: Job) -> None:
        """The transmission is over: its place at the hop is free."""
        job.landed = True
        self.active -= 1
        self.octets -= job.message.size

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

    def fail(self, job: Job, failure: Failure, now: float, interval: Callable[[int], float]) -> None:
        """The hop did not take `job`.  `interval` says how long the nth failure keeps us away.

        A hop that answers others meanwhile is not down: it has more at once than it bears.  While others are
        under way, the last of them tells.
        """
        if job.turn == self.turn:
            self.turn += 1
            self.allowed = max(1, min(self.allowed, self.limit) // 2)
        if self.answers != job.answers or (self.active > 1 and not self.failures):
            return
        self.proven = False
        if not self.failing_since:
            self.failing_since = min(max(each.first_attempt, each.resubmitted) or now for each in job.pending)
        self.failures += 1
        self.not_before = now + interval(self.failures)
        self.failure = failure

    def succeed(self) -> None:
        """The hop answered."""
        self.answers += 1
        self.proven = True
        if self.allowed < self.limit:
            self.allowed += 1
        if self.failures:
            self.start_over()

    def start_over(self) -> None:
        """As if it had never failed."""
        self.failures = 0
        self.not_before = 0.0
        self.failing_since = 0.0
        self.failure = None
