"""The bounce-storm guard: when one cause is about to return many messages, they are held for an administrator.

It looks at what would be reported because time is over (whatever the cause), because something of ours is wrong
(why/entries.Fault), or because another server turns ours away; never at what a server says of one recipient, nor
at what an administrator has chosen to refuse.  *One cause* is its id and its place: of a fault of ours the whole
server, or the one recipient that it concerns, and else the next hop.

What is held waits in a queue of its own, `held/CAUSE/PLACE`, marked as what an administrator suspends: its expiry
waits with it, and its sender hears of the delay.  So nothing is kept beside the queue: as long as such a queue is
there, all that fails so joins it.  Each queue counts for itself, with its part of `storm_messages`
(server/shares); server/storms tells the administrator, and `release.py` does what he says.  A message that does
not fail pays nothing, one that fails a look at its cause.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from saywhy.flow.queue.cap import Cap
from saywhy.flow.queue.holds import report_due
from saywhy.flow.stages import CurrentOrganisation
from saywhy.model.failure import Failure
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId
from saywhy.why import catalogue
from saywhy.why.catalogue import Act, Cause, Scope, Unknown

MAX_COUNTED = 1000  # causes with their places; the one that failed longest ago is forgotten
UNNAMED = frozenset({"expired", "remote-deferred"})  # causes that say no more than that it took too long
_TURNED_AWAY = frozenset({Scope.OUR_SERVER, Scope.OUR_ADDRESS, Scope.PATH})


@dataclass(slots=True)
class _Count:
    """When the last messages failed, oldest first, and which was the last."""

    times: deque[float] = field(default_factory=deque)
    last: QueueId | None = None


class Guard:
    """One queue's.  `begin` with the queues that are held already."""

    def __init__(self, organisation: CurrentOrganisation) -> None:
        self._organisation = organisation
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._storms: set[str] = set()
        self.cap = Cap(organisation)

    @property
    def busy(self) -> bool:
        """Something is held, as far as is known."""
        return bool(self._storms)

    def begin(self, keys: Iterable[str]) -> None:
        """The storms there are: `keys` of the queues that are held."""
        self._storms = set(keys)

    def released(self, key: str, now: float) -> None:
        """Its mail is tried again.  What fails in the same way meanwhile is held without a new count."""
        config = self._organisation().transport
        self._storms.discard(key)
        self._counts[key] = _Count(deque([now] * config.storm_messages))

    def returned(self, key: str) -> None:
        """Its mail has gone back: an administrator finds that right, and the count begins anew."""
        self._storms.discard(key)
        self._counts.pop(key, None)

    def caught(
        self, message: Message, pending: Pending, failure: Failure, now: float, *, expired: bool
    ) -> Pending | None:
        """The recipient as it is held, if `failure` is one too many; None when it may be reported."""
        held = self._stormy(message, pending, failure, now, expired=expired)
        return held or self.cap.gathered(message, pending, failure, now)

    def _stormy(
        self, message: Message, pending: Pending, failure: Failure, now: float, *, expired: bool
    ) -> Pending | None:
        config = self._organisation().transport
        if not config.storm_messages or message.envelope.sender is None:
            return None
        cause = _known(failure.cause)
        if cause is None or not guarded(cause, failure, expired=expired):
            return None
        hop = NextHop(HopKind.HELD, cause.id, _place(cause, failure, pending))
        if hop.key not in self._storms and not self._one_too_many(hop.key, message.id, now):
            return None
        self._storms.add(hop.key)
        held = dataclasses.replace(pending, hop=hop, failure=failure, suspended_at=now, suspended_alone=True)
        return dataclasses.replace(held, due=report_due(message, held, config))

    def _one_too_many(self, key: str, message: QueueId, now: float) -> bool:
        """Counts `message`, unless it is the last one again."""
        config = self._organisation().transport
        count = self._counts.setdefault(key, _Count())
        self._counts.move_to_end(key)
        if len(self._counts) > MAX_COUNTED:
            self._counts.popitem(last=False)
        while count.times and count.times[0] <= now - config.storm_interval:
            count.times.popleft()
        if count.last == message and count.times:
            return False
        if len(count.times) >= config.storm_messages:
            return True
        count.times.append(now)
        count.last = message
        return False


def _known(cause: str) -> Cause | None:
    try:
        return catalogue.cause(cause)
    except Unknown:
        return None


def guarded(cause: Cause, failure: Failure, *, expired: bool) -> bool:
    """Could it be one of many?"""
    if expired or not failure.from_remote:
        return expired or cause.fault.final
    return cause.act is Act.OUR_ADMIN and cause.scope in _TURNED_AWAY


def _place(cause: Cause, failure: Failure, pending: Pending) -> str:
    if not cause.ours or failure.from_remote or cause.id in UNNAMED:
        return pending.hop.key
    return pending.address.key if cause.scope is Scope.RECIPIENT else ""
