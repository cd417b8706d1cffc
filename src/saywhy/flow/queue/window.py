"""The part of the queue that is in memory: bounded, one lane a next hop, served round robin.

Everything in it is in the store as well, still due, so whatever does not fit is simply left there.  A lane
whose hop is down keeps only its count of failures; of those lanes a bounded number is remembered.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, deque
from collections.abc import Iterable

from saywhy.flow.queue import retry
from saywhy.flow.queue.holds import Holds
from saywhy.flow.queue.lane import OVERDUE, Job, Key, Lane, key_of
from saywhy.flow.queue.settings import QueueSettings
from saywhy.flow.stages import CurrentOrganisation
from saywhy.model.failure import Failure
from saywhy.model.organisation import SendConnector
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId

MAX_RESTING = 10_000
MAX_PROVEN = 10_000
MAX_PROBES = 10  # recipients loaded for a hop that is down
LANE_SHARE = 4  # of the octets under way, one hop has at most this part

_DEFAULT_LIMIT = SendConnector("default").max_connections_per_destination


class Window:
    """`entering`: messages being committed, which are fed in when that is done and must not be loaded before.

    `suspected`: those to be tried alone (quarantine.py).  `behind`: the store has due
    recipients for which there was no room here.
    """

    def __init__(self, settings: QueueSettings, organisation: CurrentOrganisation) -> None:
        self._settings = settings
        self._organisation = organisation
        self._lanes: dict[str, Lane] = {}
        self._round: deque[Lane] = deque()
        self._strangers: deque[Lane] = deque()  # the same for hops that have not answered yet
        self._strangers_turn = False
        self._proven: OrderedDict[str, int] = OrderedDict()  # what idle hops had earned when they last answered
        self._resting: OrderedDict[str, Lane] = OrderedDict()  # idle lanes that remember failures
        self._left: set[Key] | None = None  # released since `watch`
        self.entering: set[QueueId] = set()
        self.suspected: set[QueueId] = set()
        self.suspensions = Holds(organisation)
        self.held = 0
        self.behind = False

    # -- lanes --

    def connector(self, hop: NextHop) -> SendConnector | None:
        return self._organisation().send_connectors.get(hop.connector.lower()) if hop.connector else None

    def has_connector(self, name: str) -> bool:
        return name.lower() in self._organisation().send_connectors

    def lane(self, hop: NextHop) -> Lane:
        """The lane of `hop`, made when there is none."""
        return self._lanes.get(hop.key) or self._make(hop, hop.key)

    def named(self, key: str) -> Lane | None:
        return self._lanes.get(key)

    def overdue(self) -> Lane:
        return self._lanes.get(OVERDUE) or self._make(NextHop(HopKind.UNREACHABLE), OVERDUE)

    def _make(self, hop: NextHop, name: str) -> Lane:
        limit = self._limit(hop, name)
        ours = hop.kind not in (HopKind.DNS, HopKind.SMART_HOST)
        earned = limit if ours else self._proven.pop(name, 0)
        allowed = earned or self._settings.first_attempts
        octets = self._settings.max_attempt_bytes // LANE_SHARE
        lane = self._lanes[name] = Lane(hop, name, limit, allowed, octets, proven=bool(earned))
        return lane

    def _limit(self, hop: NextHop, name: str) -> int:
        if hop.kind is HopKind.MAILBOX or name == OVERDUE:
            return self._settings.mailbox_attempts
        if hop.kind in (HopKind.SUBMISSION, HopKind.UNREACHABLE, HopKind.HELD, HopKind.POISON):
            return 1
        connector = self.connector(hop)
        return max(1, connector.max_connections_per_destination if connector else _DEFAULT_LIMIT)

    def organisation_changed(self) -> None:
        for lane in self._lanes.values():
            lane.limit = self._limit(lane.hop, lane.name)
            self.enlist(lane)

    def back_at(self, hop: NextHop) -> float:
        """Until when nothing is tried for `hop`; in the past when it is not down."""
        lane = self._lanes.get(hop.key)
        return lane.not_before if lane else 0.0

    def failure(self, hop: NextHop) -> Failure | None:
        """Why `hop` is down."""
        lane = self._lanes.get(hop.key)
        return lane.failure if lane else None

    def admitted(self, message: Message, pending: Pending, now: float) -> Pending:
        """A recipient on its way into a queue: it waits with the others when the hop is down."""
        if self.suspensions.holds(pending):
            return self.suspensions.parked(message, pending, now)
        back = self.back_at(pending.hop)
        if back <= now:
            return pending
        config = self._organisation().transport
        due = retry.next_due(message, pending, config, back, now)
        return dataclasses.replace(pending, due=due, failure=pending.failure or self.failure(pending.hop))

    def lanes(self) -> list[Lane]:
        return list(self._lanes.values())

    # -- recipients --

    @property
    def room(self) -> int:
        return max(0, self._settings.window - self.held)

    def room_in(self, lane: Lane) -> int:
        """A hop that is down needs only what probes it; what is overdue waits for nobody."""
        if lane.overdue:
            return self.room
        most = MAX_PROBES if lane.failures else self._settings.window_per_hop
        return max(0, most - lane.waiting)

    def add(self, lane: Lane, message: Message, pending: Pending) -> bool:
        """False when there is no room or the older ones are in the store still; it keeps this one too."""
        if not self.room:
            self.behind = True
            self.rest(lane)
            return False
        if lane.more or not self.room_in(lane):
            lane.more = True
            return False
        self._resting.pop(lane.name, None)
        lane.add(message, pending)
        self.held += 1
        self.enlist(lane)
        return True

    def admit(self, message: Message, pending: list[Pending]) -> Job:
        """A transmission of one hop that starts now, out of turn; what is too much for one is left out."""
        lane = self.lane(pending[0].hop)
        self._resting.pop(lane.name, None)
        taken = pending[: lane.most]
        self.held += len(taken)
        return lane.admit(message, taken)

    def holds(self, pending: Pending) -> bool:
        """In memory, or so lately settled that a read may not have seen it."""
        key = key_of(pending)
        lanes = (self._lanes.get(pending.hop.key), self._lanes.get(OVERDUE))
        if self._left is not None and key in self._left:
            return True
        return any(lane is not None and key in lane.held for lane in lanes)

    def watch(self) -> None:
        """A read of the store begins: what is released until `unwatch` may be in its answer all the same."""
        self._left = set()

    def unwatch(self) -> None:
        self._left = None

    def held_keys(self, lanes: Iterable[Lane]) -> frozenset[Key]:
        return frozenset().union(*(lane.held for lane in lanes))

    # -- turns --

    def enlist(self, lane: Lane) -> None:
        """Into the round, when it has something that may start."""
        if lane.ready and not lane.listed:
            lane.listed = True
            (self._round if lane.proven else self._strangers).append(lane)

    def next(self, strangers: bool) -> Job | None:
        """The transmission whose turn it is; `strangers`: of hops that have not answered yet, too."""
        if not strangers:
            return self._first(self._round)
        rounds = (self._strangers, self._round) if self._strangers_turn else (self._round, self._strangers)
        job = self._first(rounds[0]) or self._first(rounds[1])
        if job is not None:
            self._strangers_turn = not job.stranger
        return job

    def _first(self, round_: deque[Lane]) -> Job | None:
        while round_:
            lane = round_.popleft()
            lane.listed = False
            if lane.ready:
                job = lane.start()
                self.enlist(lane)
                return job
        return None

    def landed(self, job: Job) -> None:
        """The transmission is over: its place at the hop is free, though its results are not written yet."""
        job.lane.landed(job)
        self.enlist(job.lane)

    def release(self, lane: Lane, pending: list[Pending]) -> None:
        """Settled, or waiting in the store: forget them and let the lane go on."""
        if self._left is not None:
            self._left.update(map(key_of, pending))
        before = len(lane.held)
        lane.release(pending)
        self.held -= before - len(lane.held)
        self.enlist(lane)
        self.rest(lane)

    def withdraw(self, message: QueueId) -> list[tuple[Lane, list[Pending]]]:
        """What of `message` has not started, per lane; held until it is released."""
        found = [(lane, lane.withdraw(message)) for lane in self._lanes.values()]
        return [(lane, pending) for lane, pending in found if pending]

    def rest(self, lane: Lane) -> None:
        """Forget an idle lane, unless its hop is down; of those that are, the latest are remembered."""
        if self._lanes.get(lane.name) is not lane:
            return
        self._resting.pop(lane.name, None)
        if not lane.idle:
            return
        if not lane.failures:
            self._lanes.pop(lane.name, None)
            self._remember(lane)
            return
        self._resting[lane.name] = lane
        if len(self._resting) > MAX_RESTING:
            oldest, _ = self._resting.popitem(last=False)
            self._lanes.pop(oldest, None)

    def _remember(self, lane: Lane) -> None:
        """A hop that answers needs no second trial when its next message comes."""
        if lane.proven:
            self._proven[lane.name] = lane.allowed
            if len(self._proven) > MAX_PROVEN:
                self._proven.popitem(last=False)
