"""What an administrator holds back: whole queues, as the organisation says, and single messages (spec C1, I10).

A recipient that is held back is marked in the store, and loaded only when its sender is to hear of the delay.  Its
expiry waits with it.  Marks are made and taken away when the loader meets the recipient, so that one that a
crash left behind does no harm.  Left out: a recipient whose next attempt would have come after the queue was
resumed is not marked, and has no pause.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from saywhy.flow.queue import retry
from saywhy.flow.stages import CurrentOrganisation
from saywhy.model.organisation import Suspension, TransportConfig
from saywhy.model.queued import NEVER, SUBMISSION, HopKind, Message, Pending, QueueId
from saywhy.model.units import HOUR

SECOND_CHANCE = 4 * HOUR  # for what is tried again though its time was over


class Holds:
    """`messages` are those suspended while a recipient was under way: it is held back if it has to wait."""

    def __init__(self, organisation: CurrentOrganisation) -> None:
        self._organisation = organisation
        self.messages: set[QueueId] = set()

    @property
    def queues(self) -> Mapping[str, Suspension]:
        return self._organisation().suspensions

    def ended(self, message: QueueId, flies: Callable[[QueueId], bool]) -> None:
        """An attempt of `message` is over, and its marks are written."""
        if message in self.messages and not flies(message):
            self.messages.discard(message)

    def mark(self, updates: Sequence[Pending], now: float) -> list[Pending]:
        """Of what is about to be written, those that must stay here are marked."""
        if not self.messages and not self.queues:
            return list(updates)
        return [self.marked(each, now) if self.holds(each) else each for each in updates]

    def holds(self, pending: Pending) -> bool:
        """Must it be kept here?"""
        if pending.suspended_alone or pending.message in self.messages:
            return True
        queues = self.queues
        return bool(queues) and pending.hop.key.lower() in queues

    def marked(self, pending: Pending, now: float, arrived: float = 0.0) -> Pending:
        """As one that is held back: since its queue is, or since now."""
        alone = pending.suspended_alone or pending.message in self.messages
        since = pending.suspended_at
        if not since:
            queue = self.queues.get(pending.hop.key.lower())
            since = max(queue.since, arrived) if queue is not None and not alone else now
        return dataclasses.replace(pending, suspended_at=since, suspended_alone=alone)

    def parked(self, message: Message, pending: Pending, now: float) -> Pending:
        """Marked, and out of the loader's sight."""
        due = report_due(message, pending, self._organisation().transport)
        return dataclasses.replace(self.marked(pending, now, message.arrived), due=due)


def report_due(message: Message, pending: Pending, config: TransportConfig) -> float:
    """Not by itself; `NEVER` seconds later than there is something to tell (housekeeping.py looks for it)."""
    delay = NEVER if pending.delay_reported else retry.delay_at(message, config)
    return NEVER + min(delay, retry.deadline(message, pending))


def released(message: Message, pending: Pending, now: float) -> Pending:
    """Free to go; it expires as much later as it was kept.

    What the storm guard held, or was put aside, is categorized and routed again, and has SECOND_CHANCE at least.
    """
    if not pending.suspended_at:
        return pending
    paused = pending.paused + max(0.0, now - pending.suspended_at)
    free = dataclasses.replace(pending, suspended_at=0.0, suspended_alone=False, paused=paused)
    if pending.hop.kind not in (HopKind.HELD, HopKind.POISON):
        return free
    anew = dataclasses.replace(free, hop=SUBMISSION, resubmitted=now)
    lacking = max(0.0, now + SECOND_CHANCE - retry.expires(message, anew, now))
    return dataclasses.replace(anew, paused=paused + lacking)
