"""The outcomes of an attempt -> one Change: who is done, who waits on, the events, the reports.

A failure and its report are in the same Change, so no crash can part them (RFC 5321 section 6.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.flow.queue import failures
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.entry import Entry
from saywhy.flow.queue.step import Result, RetryAt, Step
from saywhy.flow.stages import Gathered, Settled
from saywhy.infra.store.protocol import Change
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.queued import HopKind, Message, Pending, QueueId


@dataclass(frozen=True, slots=True)
class Told:
    """A message, its header, and recipients of it that have failed and are to be reported with those of others."""

    message: Message
    header: bytes
    held: tuple[Pending, ...]


class Settler:
    """`removed` are the messages that an administrator took out while a recipient was under way: with a report?"""

    def __init__(self, context: Context, entry: Entry) -> None:
        self._context = context
        self._entry = entry
        self.removed: dict[QueueId, bool] = {}

    def settle(self, message: Message, content: bytes, results: Sequence[Result], retry_at: RetryAt) -> Change:
        try:
            return self._settle(message, content, results, retry_at)
        except Exception as error:
            self._context.tell(Kind.FAULT, f"report on {message.id}: {type(error).__name__}: {error}", message)
            return self.hold(message, results)

    def _settle(self, message: Message, content: bytes, results: Sequence[Result], retry_at: RetryAt) -> Change:
        step = self._step(message, retry_at)
        ndr = self.removed.get(message.id)
        taken_out: list[Settled] = []
        for result in results:
            if ndr is not None and isinstance(result.outcome, Deferred):
                taken_out += self._remove(step, result.pending, ndr)
            else:
                step.take(result)
        self._entry.report(step.change, message, content, [*step.reportable, *taken_out])
        return step.change

    def remove(self, message: Message, content: bytes, owed: Sequence[Pending], ndr: bool) -> Change:
        """Take `owed` out, with one report on all of them or none."""
        step = self._step(message, lambda pending, _: pending.due)
        taken_out = [settled for pending in owed for settled in self._remove(step, pending, ndr)]
        self._entry.report(step.change, message, content, taken_out)
        return step.change

    def give_back(self, change: Change, message: Message, content: bytes, held: Sequence[Pending]) -> None:
        """Add to `change` that `held`, which the storm guard has kept, go back, with one report on all of them."""
        step = self._step(message, lambda pending, _: pending.due)
        for pending in held:
            if pending.failure is not None:
                step.give_up(pending, pending.failure)
        self._entry.report(step.change, message, content, step.reportable)
        _add(change, step.change)

    def gather(self, change: Change, parts: Sequence[Told]) -> None:
        """Add to `change` that all that `parts` hold is given up, with one report on them together."""
        found, gathered = Change(), []
        for part in parts:
            step = self._step(part.message, lambda pending, _: pending.due)
            for pending in part.held:
                if pending.failure is not None:
                    step.give_up(pending, pending.failure)
            _add(found, step.change)
            gathered.append(Gathered(part.message, part.header, tuple(step.reportable)))
        self._entry.report_together(found, gathered)
        _add(change, found)

    def _remove(self, step: Step, pending: Pending, ndr: bool) -> list[Settled]:
        step.remove(pending, ndr)
        poison = pending.hop.kind is HopKind.POISON
        why = failures.poison_removed if poison else failures.removed_by_administrator
        failure = why(pending, self._context.now())
        return [Settled(pending, Failed(failure))] if ndr else []

    def hold(self, message: Message, results: Sequence[Result]) -> Change:
        """Something of ours broke: what was delivered is done, the rest waits for a mended server."""
        until = self._context.now() + self._context.transport.message_interval
        step = self._step(message, lambda *_: until)
        for result in results:
            if isinstance(result.outcome, Deferred | Failed):
                step.hold(result, until)
            else:
                step.take(result)
        return step.change

    def _step(self, message: Message, retry_at: RetryAt) -> Step:
        return Step(message, self._context.transport, self._context.now(), retry_at, self._context.guard)


def _add(change: Change, found: Change) -> None:
    change.add += found.add
    change.settle += found.settle
    change.events += found.events
