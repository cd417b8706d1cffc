"""The outcomes of one message's recipients at one moment -> who is done, who waits on and until when.

Pure: a delayed report falls due once per recipient (spec B1), an expired recipient becomes a failed one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from saywhy.flow.queue import events, expiry, failures, retry
from saywhy.flow.queue.holds import report_due
from saywhy.flow.queue.storm import Guard
from saywhy.flow.stages import Settled
from saywhy.infra.store.protocol import Change
from saywhy.model.event import Event
from saywhy.model.failure import Failure
from saywhy.model.organisation import TransportConfig
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Outcome, Relayed
from saywhy.model.queued import Message, Pending

RetryAt = Callable[[Pending, Deferred], float]  # when a deferred recipient is tried again


@dataclass(frozen=True, slots=True)
class Result:
    """`attempted` False: nothing was tried, but a report or the expiry is due."""

    pending: Pending
    outcome: Outcome
    attempted: bool = True


class Step:
    """`reportable` is what the reporter has to hear of."""

    def __init__(
        self, message: Message, config: TransportConfig, now: float, retry_at: RetryAt, guard: Guard
    ) -> None:
        self._message = message
        self._config = config
        self._now = now
        self._retry_at = retry_at
        self._guard = guard
        self.change = Change()
        self.reportable: list[Settled] = []

    def take(self, result: Result) -> None:
        pending = self._counted(result)
        outcome = result.outcome
        match outcome:
            case Deferred():
                self._defer(pending, outcome, result.attempted)
            case Failed(failure):
                self._fail(pending, failure, expired=False)
            case Delivered():
                self._done(pending, outcome, events.delivered(self._message, pending, outcome, self._now))
            case Relayed():
                self._done(pending, outcome, events.sent(self._message, pending, outcome, self._now))
            case Expanded():
                self._done(pending, outcome, events.expanded(self._message, pending, outcome, self._now))
            case _:
                assert_never(outcome)

    def hold(self, result: Result, until: float) -> None:
        """Keep the recipient as it is until then: nothing is reported, nothing expires."""
        pending = dataclasses.replace(self._counted(result), due=until)
        if isinstance(result.outcome, Deferred | Failed):
            failure = expiry.remember(result.outcome.failure, pending.failure)
            pending = dataclasses.replace(pending, failure=failure)
        self.change.update.append(pending)

    def remove(self, pending: Pending, ndr: bool) -> None:
        """An administrator took it out."""
        self.change.settle.append((pending.message, pending.number))
        self.change.events.append(events.removed(self._message, pending, ndr, self._now))

    def _counted(self, result: Result) -> Pending:
        pending = result.pending
        if not result.attempted:
            return pending
        return dataclasses.replace(
            pending,
            attempts=pending.attempts + 1,
            first_attempt=pending.first_attempt or self._now,
            last_attempt=self._now,
        )

    def _done(self, pending: Pending, outcome: Outcome, told: Event) -> None:
        self.change.settle.append((pending.message, pending.number))
        self.change.events.append(told)
        self.reportable.append(Settled(pending, outcome))

    def give_up(self, pending: Pending, failure: Failure) -> None:
        """For good, whatever the storm guard would say."""
        self._done(pending, Failed(failure), events.failed(self._message, pending, failure, self._now))

    def _fail(self, pending: Pending, failure: Failure, *, expired: bool) -> None:
        self._end(
            pending, failure, self._guard.caught(self._message, pending, failure, self._now, expired=expired)
        )

    def _end(self, pending: Pending, failure: Failure, held: Pending | None) -> None:
        """For good, or `held` until it may be reported."""
        if held is None:
            self.give_up(pending, failure)
            return
        self.change.update.append(held)
        self.change.events.append(events.held(self._message, held, failure, self._now))

    def _defer(self, pending: Pending, outcome: Deferred, attempted: bool) -> None:
        if attempted or pending.failure is None:
            failure = expiry.remember(outcome.failure, pending.failure)
            pending = dataclasses.replace(pending, failure=failure)
        if retry.returned(self._message, pending, self._now):
            failure = failures.deadline_missed(self._message, pending, self._now)
            held = self._guard.cap.gathered(self._message, pending, failure, self._now)
            self._end(pending, failure, held)
            return
        if self._now >= retry.expires(self._message, pending, self._now):
            failure = expiry.expired(self._message, pending, self._config.expiry_status, self._now)
            self._fail(pending, failure, expired=True)
            return
        if self._now >= retry.deadline(self._message, pending):
            pending = dataclasses.replace(pending, lateness_told=True, delay_reported=True)
            late = failures.late(self._message, pending, self._now)
            self.reportable.append(Settled(pending, Deferred(late)))
        elif retry.delay_due(self._message, pending, self._config, self._now):
            pending = dataclasses.replace(pending, delay_reported=True)
            self.reportable.append(Settled(pending, outcome))
        self._wait(pending, outcome, attempted)

    def _wait(self, pending: Pending, outcome: Deferred, attempted: bool) -> None:
        if pending.suspended_at:
            due = report_due(self._message, pending, self._config)
            self.change.update.append(dataclasses.replace(pending, due=due))
            return
        retry_at = self._retry_at(pending, outcome)
        due = retry.next_due(self._message, pending, self._config, retry_at, self._now)
        pending = dataclasses.replace(pending, due=due)
        self.change.update.append(pending)
        if attempted:
            self.change.events.append(events.deferred(self._message, pending, outcome.failure, self._now))
