"""Recipients without a next hop are categorized and routed again: when due, or when the organisation changed.

A group that resolves now is replaced by its members in one Change (RFC 3461 section 5.2.7.1).  Left out: the
DSN wishes of a late duplicate are not added to those of the copy that is on its way already.
"""

from __future__ import annotations

import dataclasses

from saywhy.flow.queue.context import Context
from saywhy.flow.queue.entry import Entry
from saywhy.flow.queue.lane import Job
from saywhy.flow.queue.sorting import SUBMISSION, Sorter
from saywhy.flow.queue.step import Result
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import Categorize, Resolved, SelectRoute
from saywhy.infra.store.protocol import Change
from saywhy.model.outcome import Deferred
from saywhy.model.queued import Message, Pending


class Resubmitter:
    def __init__(
        self, context: Context, window: Window, entry: Entry, categorize: Categorize, select_route: SelectRoute
    ) -> None:
        self._context = context
        self._window = window
        self._entry = entry
        self._categorize = categorize
        self._select_route = select_route

    async def work(self, job: Job, content: bytes) -> Change:
        message = job.message
        mine = {pending.number for pending in job.pending}
        owed = await self._context.store.pending(message.id)
        now = self._context.now()
        others = [pending for pending in owed if pending.number not in mine and pending.hop != SUBMISSION]
        sorter = Sorter(message, self._select_route, self._window, now, others)
        free = 1 + max([*mine, *(pending.number for pending in owed)])
        for pending in job.pending:
            free = self._sort(sorter, message, pending, free, now)
        step = self._entry.wait(message, sorter.result, now)
        change = step.change
        change.update += sorter.result.pending.values()
        change.settle += [(message.id, number) for number in sorted(sorter.result.gone)]
        change.events[:0] = sorter.result.events
        self._entry.report(change, message, content, [*sorter.result.settled, *step.reportable])
        return change

    def _sort(self, sorter: Sorter, message: Message, pending: Pending, free: int, now: float) -> int:
        """`free` is the first number that no recipient has; the next such is returned."""
        if now >= message.expires and pending.failure is not None:
            sorter.result.waiting.append(Result(pending, Deferred(pending.failure), attempted=False))
            return free
        first, *members = self._resolve(message, pending)
        sorter.add(first, pending)
        for member in members:
            sorter.add(member, _member(pending, member, free))
            free += 1
        return free

    def _resolve(self, message: Message, pending: Pending) -> list[Resolved]:
        """As if it had just come in, under the address where it goes now."""
        asked = dataclasses.replace(pending.recipient, address=pending.address)
        envelope = dataclasses.replace(message.envelope, recipients=(asked,))
        resolved = self._categorize(envelope, message.origin)
        if not resolved:
            raise ValueError(f"the categorizer said nothing of {pending.address}")
        return resolved


def _member(group: Pending, member: Resolved, number: int) -> Pending:
    recipient = dataclasses.replace(member.recipient, address=group.recipient.address)
    return Pending(group.message, number, recipient, member.address, SUBMISSION, group.due)
