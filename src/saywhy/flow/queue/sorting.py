"""What the categorizer and the router say of a message's recipients -> who waits for which next hop, who is done.

One that leads where another of the same message already goes is left out.  No IO; the caller gives the pending
recipients that the resolved ones continue, and decides how long those wait that have no way yet.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import assert_never

from saywhy.flow.queue import events, failures
from saywhy.flow.queue.duplicates import Merged, Targets, merge
from saywhy.flow.queue.step import Result
from saywhy.flow.queue.storm import Guard
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import Held, Resolved, SelectRoute, Settled
from saywhy.model.envelope import Recipient
from saywhy.model.event import Event
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Expanded, Failed
from saywhy.model.queued import SUBMISSION, HopKind, Message, Pending


@dataclass(slots=True)
class Sorted:
    """`pending` by number go to a next hop; `waiting` have none yet; `gone` are numbers without a row from now.

    `held` wait for a moderator.
    """

    pending: dict[int, Pending] = field(default_factory=dict)
    waiting: list[Result] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    held: list[tuple[Pending, Held]] = field(default_factory=list)


class Sorter:
    """Sorts recipients of one message at one moment.  `already` are its others that wait for a next hop."""

    def __init__(
        self,
        message: Message,
        select_route: SelectRoute,
        window: Window,
        now: float,
        guard: Guard,
        already: Iterable[Pending] = (),
    ) -> None:
        self._message = message
        self._select_route = select_route
        self._window = window
        self._now = now
        self._guard = guard
        self._targets = Targets(already)
        self.result = Sorted()

    def add(self, resolved: Resolved, pending: Pending) -> None:
        """`resolved` is what became of `pending`, or of a member that takes its place."""
        if resolved.address is not pending.address or resolved.mailbox != pending.mailbox:
            pending = dataclasses.replace(pending, address=resolved.address, mailbox=resolved.mailbox)
        if resolved.foreign != pending.foreign or resolved.plain is not pending.plain:
            pending = dataclasses.replace(pending, foreign=resolved.foreign, plain=resolved.plain)
        for recipient in resolved.duplicates:
            pending = self._merged(merge(pending, dataclasses.replace(pending, recipient=recipient)))
        match resolved.outcome:
            case None:
                self._route(resolved, pending)
            case Failed():
                self._fail(pending, resolved.outcome)
            case Expanded():
                self._settle(pending, resolved.outcome)
                told = events.expanded(self._message, pending, resolved.outcome, self._now)
                self.result.events.append(told)
            case Held():
                self.result.held.append((pending, resolved.outcome))
            case Deferred():
                self.result.waiting.append(Result(dataclasses.replace(pending, hop=SUBMISSION), resolved.outcome))
            case _:
                assert_never(resolved.outcome)

    def _route(self, resolved: Resolved, pending: Pending) -> None:
        hop = self._select_route(resolved, self._message.size)
        if isinstance(hop, Failed):
            self._fail(pending, hop)
            return
        routed = dataclasses.replace(pending, hop=hop, due=self._now)
        if self._left_out(routed):
            return
        if hop.kind is HopKind.UNREACHABLE:
            failure = self._no_way(resolved, routed)
            self.result.waiting.append(Result(routed, Deferred(failure)))
        else:
            self.result.pending[routed.number] = self._window.admitted(self._message, routed, self._now)

    def _no_way(self, resolved: Resolved, pending: Pending) -> Failure:
        if resolved.server:
            return failures.no_path(pending, resolved.server, self._now)
        connector = self._window.connector(pending.hop)
        return self._removed(pending) or failures.no_route(pending, connector, self._now)

    def _removed(self, pending: Pending) -> Failure | None:
        """What stands if the way that the recipient had was taken away, and no other was made."""
        last = pending.failure
        gone = failures.of_removed_connector(last)
        if not gone or last is None or self._window.has_connector(gone):
            return None
        evidence = dataclasses.replace(last.evidence, queue=pending.hop.key)
        return dataclasses.replace(last, evidence=evidence, because=(), at=self._now)

    def _left_out(self, pending: Pending) -> bool:
        merged = self._targets.merge(pending)
        if merged is None:
            return False
        if merged.stays.number in self.result.pending:
            self.result.pending[merged.stays.number] = self._merged(merged)
        else:  # it may be on its way at this moment, in the name that it has
            self.result.events.append(events.duplicate(self._message, pending, self._now))
        self.result.gone.add(pending.number)
        return True

    def _merged(self, merged: Merged) -> Pending:
        """The one that stays; the other has its end in the tracking."""
        self.result.events.append(events.duplicate(self._message, merged.left_out, self._now))
        return merged.stays

    def _fail(self, pending: Pending, outcome: Failed) -> None:
        held = self._guard.caught(self._message, pending, outcome.failure, self._now, expired=False)
        if held is not None:
            self.result.pending[held.number] = held
            self.result.events.append(events.held(self._message, held, outcome.failure, self._now))
            return
        self._settle(pending, outcome)
        self.result.events.append(events.failed(self._message, pending, outcome.failure, self._now))

    def _settle(self, pending: Pending, outcome: Failed | Expanded) -> None:
        self.result.settled.append(Settled(pending, outcome))
        self.result.gone.add(pending.number)


def fresh(message: Message, recipients: Iterable[Recipient], now: float, first: int = 0) -> Iterator[Pending]:
    """Recipients that wait for submission, numbered from `first`."""
    for number, recipient in enumerate(recipients, first):
        yield Pending(message.id, number, recipient, recipient.address, SUBMISSION, now)
