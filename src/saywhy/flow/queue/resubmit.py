"""Recipients without a next hop are categorized and routed again: when due, or when the organisation changed.

A group that resolves now is replaced by its members in one Change (RFC 3461 section 5.2.7.1).  Left out: the
DSN wishes of a late duplicate are not added to those of the copy that is on its way already.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import OrderedDict

from saywhy.flow.queue import failures, retry
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.entry import TURN, Entry
from saywhy.flow.queue.lane import Job
from saywhy.flow.queue.sorting import Sorter
from saywhy.flow.queue.step import Result
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import Categorize, Resolved, SelectRoute
from saywhy.infra.store.protocol import Change
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.queued import SUBMISSION, HopKind, Message, Pending, QueueId

MAX_REMEMBERED = 10_000  # messages: more than are ever categorized at once


class Resubmitter:
    def __init__(
        self, context: Context, window: Window, entry: Entry, categorize: Categorize, select_route: SelectRoute
    ) -> None:
        self._context = context
        self._window = window
        self._entry = entry
        self._categorize = categorize
        self._select_route = select_route
        # The first number of each message that was not given out: recipients that wait for two domains may be
        # worked on side by side, and neither sees in the store what the other is about to bring.
        self._free: OrderedDict[QueueId, int] = OrderedDict()

    async def work(self, job: Job, content: bytes) -> Change:
        message = job.message
        mine = {pending.number for pending in job.pending}
        owed = await self._context.store.pending(message.id)
        now = self._context.now()
        away = [pending for pending in owed if pending.hop.kind not in (HopKind.SUBMISSION, HopKind.HELD)]
        others = [pending for pending in away if pending.number not in mine]
        sorter = Sorter(message, self._select_route, self._window, now, self._context.guard, others)
        # The first number that no recipient has.
        free = 1 + max([*mine, *(pending.number for pending in owed)])
        forked: list[Resolved] = []
        for pending in job.pending:
            if retry.returned(message, pending, now):
                missed = failures.deadline_missed(message, pending, now)
                sorter.result.waiting.append(Result(pending, Failed(missed), attempted=False))
                continue
            if now >= retry.expires(message, pending, now) and pending.failure is not None:
                sorter.result.waiting.append(Result(pending, Deferred(pending.failure), attempted=False))
                continue
            first, *members = await self._resolve(message, pending)
            if first.fork is None:
                sorter.add(first, pending)
            else:
                sorter.result.gone.add(pending.number)
                forked.append(_named(pending, first))
            for member in (each for each in members if each.fork is None):
                number = self._number(message.id, free)
                sorter.add(member, _member(pending, member, number))
                if number % TURN == 0:
                    await asyncio.sleep(0)
            forked += [_named(pending, each) for each in members if each.fork is not None]
        paused = max(pending.paused for pending in job.pending)
        forks = await self._entry.forks(message, forked, paused)
        step = self._entry.wait(message, sorter.result, now)
        change = step.change
        asked = self._entry.questions(message, sorter.result) if sorter.result.held else ()
        change.update += [*sorter.result.pending.values(), *(each.pending for each in asked)]
        change.settle += [(message.id, number) for number in sorted(sorter.result.gone)]
        change.events[:0] = sorter.result.events
        self._entry.report(change, message, content, [*sorter.result.settled, *step.reportable])
        self._entry.put_questions(change, message, content, asked)
        self._entry.put_forks(change, message, content, forks)
        return change

    def _number(self, message: QueueId, least: int) -> int:
        """For a new recipient of `message`: `least` or more, and given to no other."""
        number = max(least, self._free.pop(message, 0))
        self._free[message] = number + 1
        if len(self._free) > MAX_REMEMBERED:
            self._free.popitem(last=False)
        return number

    async def _resolve(self, message: Message, pending: Pending) -> list[Resolved]:
        """As if it had just come in, under the address where it goes now."""
        asked = dataclasses.replace(pending.recipient, address=pending.address)
        envelope = dataclasses.replace(message.envelope, recipients=(asked,))
        again = dataclasses.replace(message, envelope=envelope, approvals=pending.approvals)
        resolved = await self._categorize(again)
        if not resolved:
            raise ValueError(f"the categorizer said nothing of {pending.address}")
        first, *members = resolved
        if pending.mailbox and pending.mailbox == first.mailbox:
            members = []  # whom it is forwarded to got theirs when it was first sorted
        if pending.plain and first.outcome is None and first.address == pending.address:
            first = dataclasses.replace(first, plain=True)  # said by the contact that led there before
        return [first, *members]


def _named(pending: Pending, resolved: Resolved) -> Resolved:
    """Who is forwarded to is told of under the address that was accepted, not under the one asked about now."""
    if resolved.fork is None or not resolved.fork.alias:
        return resolved
    recipient = dataclasses.replace(resolved.recipient, address=pending.recipient.address)
    return dataclasses.replace(resolved, recipient=recipient)


def _member(group: Pending, member: Resolved, number: int) -> Pending:
    recipient = dataclasses.replace(member.recipient, address=group.recipient.address)
    return Pending(
        group.message,
        number,
        recipient,
        member.address,
        SUBMISSION,
        group.due,
        paused=group.paused,
        approvals=group.approvals,
    )
