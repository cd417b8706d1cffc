"""A message enters the queue: categorized, routed, and written with whatever that gives into one Change.

The same way is taken by what a client submits and by our own reports.  A report about recipients that failed
here joins the very Change that would have brought them, so that neither exists without the other.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Coroutine, Sequence
from typing import Any

from saywhy.flow.queue import events, retry
from saywhy.flow.queue.asking import ORIGIN, Question, letters, question
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.mend import Mender
from saywhy.flow.queue.sorting import Sorted, Sorter, fresh
from saywhy.flow.queue.step import Step
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import (
    AskModerators,
    Categorize,
    Fork,
    Gathered,
    OutgoingReport,
    Report,
    Reports,
    Resolved,
    SelectRoute,
    Settled,
    Submission,
    Suppressed,
)
from saywhy.infra.store.protocol import Change
from saywhy.model.envelope import Envelope, Origin, ReversePath
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred
from saywhy.model.queued import HopKind, Message, NewMessage, Pending, QueueId
from saywhy.wire import loop

REPORT_ORIGIN = Origin(connector="report", internal=True)
NULL_PATH = "null-reverse-path"
TURN = 200  # recipients sorted before others have their turn


class Entry:
    def __init__(
        self,
        context: Context,
        window: Window,
        categorize: Categorize,
        select_route: SelectRoute,
        report: Report,
        mender: Mender,
        ask: AskModerators | None = None,
    ) -> None:
        self._ask = ask
        self._mender = mender
        self._context = context
        self._window = window
        self._categorize = categorize
        self._select_route = select_route
        self._report = report

    async def enter(self, change: Change, submission: Submission) -> None:
        """Add to `change` the message with its pending recipients, its events, and reports on the others.

        `change` is touched when nothing has to be waited for any more.
        """
        message = self._message(submission)
        resolved = [*submission.refused, *await self._categorize(_without(message, submission.refused))]
        own = await self._sorted(message, [entry for entry in resolved if entry.fork is None])
        forks = await self.forks(message, [entry for entry in resolved if entry.fork is not None])
        change.events.append(events.received(message))
        self._put(change, message, submission.content, own)
        self.put_forks(change, message, submission.content, forks)

    async def _sorted(self, message: Message, resolved: Sequence[Resolved]) -> Sorted:
        now = self._context.now()
        sorter = Sorter(message, self._select_route, self._window, now, self._context.guard)
        recipients = [entry.recipient for entry in resolved]
        for entry, pending in zip(resolved, fresh(message, recipients, now), strict=True):
            sorter.add(entry, pending)
            if pending.number % TURN == TURN - 1:
                await asyncio.sleep(0)
        return sorter.result

    def _put(self, change: Change, message: Message, content: bytes, found: Sorted) -> None:
        step = self.wait(message, found, self._context.now())
        if found.waiting:
            self._mender.house((result.pending, result.outcome) for result in found.waiting)
        owed = sorted([*found.pending.values(), *step.change.update], key=lambda row: row.number)
        asked = self.questions(message, found) if found.held else ()
        owed += [each.pending for each in asked]
        if owed:
            change.add.append(NewMessage(message, content, tuple(owed)))
        change.events += [*found.events, *step.change.events]
        self.put_questions(change, message, content, asked)
        self.report(change, message, content, [*found.settled, *step.reportable])

    def questions(self, message: Message, found: Sorted) -> list[Question]:
        """Those that wait for a moderator, as they are to be stored."""
        organisation, now = self._context.organisation(), self._context.now()
        return [question(message, *each, organisation, self._ask, now) for each in found.held]

    def put_questions(self, change: Change, message: Message, content: bytes, asked: Sequence[Question]) -> None:
        """The messages to moderators; `asked` themselves stand in `change` already."""
        organisation, now = self._context.organisation(), self._context.now()
        for each in asked:
            change.events.append(events.moderation(message, each.pending, now))
            for outgoing in letters(message, content, each, organisation, self._ask) if self._ask else ():
                self._enter(change, self._submission(outgoing, ORIGIN))

    async def forks(
        self, message: Message, resolved: Sequence[Resolved], paused: float = 0.0
    ) -> list[tuple[Message, Fork, Sorted]]:
        """The copies of a message: one for each list, one for all whom it is forwarded to.

        They expire as much later as the original was held back before, `paused` seconds.
        """
        members: dict[Fork, list[Resolved]] = {}
        for entry in resolved:
            if entry.fork is not None:
                members.setdefault(entry.fork, []).append(entry)
        out = []
        for fork, entries in members.items():
            copy = self._copy(message, fork, entries, paused)
            out.append((copy, fork, await self._sorted(copy, entries)))
        return out

    def put_forks(
        self, change: Change, message: Message, content: bytes, forks: Sequence[tuple[Message, Fork, Sorted]]
    ) -> None:
        for copy, fork, found in forks:
            change.events.append(events.copied(message, copy, fork, self._context.now()))
            self._put(change, copy, loop.stamped(content, str(message.id), fork.stamps), found)

    def _copy(self, message: Message, fork: Fork, entries: Sequence[Resolved], paused: float) -> Message:
        """To a list no DSN wish of the original goes along (errata 10), to an alias all do."""
        original, origin = message.envelope, message.origin
        recipients = tuple(dict.fromkeys(entry.recipient for entry in entries))
        headline = dataclasses.replace(message.headline, stamps=message.headline.stamps + fork.stamps)
        size = len(loop.stamped(b"", str(message.id), fork.stamps)) + message.size
        id_, expires = self._context.store.next_id(), message.expires + paused
        copy = dataclasses.replace(message, id=id_, headline=headline, size=size, expires=expires)
        if fork.alias:
            return dataclasses.replace(copy, envelope=dataclasses.replace(original, recipients=recipients))
        envelope = Envelope(fork.sender, recipients, body=original.body, smtputf8=original.smtputf8)
        if origin.reverse_path is not ReversePath.UNKNOWN:  # that was the sender's; reports go to the list's owner
            origin = dataclasses.replace(origin, reverse_path=ReversePath.UNKNOWN)
        return dataclasses.replace(copy, envelope=envelope, origin=origin)

    def wait(self, message: Message, found: Sorted, now: float) -> Step:
        """What becomes of recipients that have no way yet."""
        config = self._context.transport

        def retry_at(pending: Pending, _: Deferred) -> float:
            if pending.hop.kind is HopKind.UNREACHABLE:
                return message.expires  # or the organisation's next revision
            interval = retry.own_interval(config, pending.hop.kind)
            return now + retry.jittered(interval, config.retry_jitter, random.random)

        step = Step(message, config, now, retry_at, self._context.guard)
        for result in found.waiting:
            step.take(result)
        return step

    def _message(self, submission: Submission) -> Message:
        config = self._context.transport
        lifetime = config.report_expire_after if submission.envelope.sender is None else config.expire_after
        return Message(
            id=submission.id,
            envelope=submission.envelope,
            origin=submission.origin,
            arrived=submission.arrived,
            expires=submission.arrived + lifetime,
            size=len(submission.content),
            headline=submission.headline,
        )

    def report(self, change: Change, message: Message, content: bytes, settled: Sequence[Settled]) -> None:
        """Add to `change` the reports that `settled` calls for, or that they were held back."""
        if not settled:
            return
        reports = self._report(message, content, settled)
        if message.envelope.sender is None:  # RFC 5321 section 4.5.5: no report, whatever the reporter says
            reports = _none(reports)
        if reports.fault:
            self._context.tell(Kind.FAULT, f"report on {message.id} is bare: {reports.fault}", message)
        for outgoing in reports.outgoing:
            self._send(change, message, outgoing)
        for suppressed in reports.suppressed:
            self._drop(change, message, suppressed)

    def _drop(self, change: Change, message: Message, suppressed: Suppressed) -> None:
        change.events.append(events.dropped(message, suppressed, self._context.now()))
        self._context.dropped[suppressed.rule] += 1

    def report_together(self, change: Change, parts: Sequence[Gathered]) -> None:
        """As `report`, on several messages of one sender at once."""
        reports = self._report.together(parts)
        now = self._context.now()
        if reports.fault:
            self._context.tell(Kind.FAULT, f"gathered report is bare: {reports.fault}")
        messages = {part.message.id: part.message for part in parts}
        for outgoing in reports.outgoing:
            first, *others = dict.fromkeys(settled.pending.message for settled in outgoing.about)
            report = self._send(change, messages[first], outgoing)
            change.events += [events.reported(messages[other], outgoing, report, now) for other in others]
        for suppressed in reports.suppressed:
            self._drop(change, messages[suppressed.settled.pending.message], suppressed)

    def _send(self, change: Change, message: Message, outgoing: OutgoingReport) -> QueueId:
        submission = self._submission(outgoing, REPORT_ORIGIN)
        change.events.append(events.reported(message, outgoing, submission.id, submission.arrived))
        self._enter(change, submission)
        return submission.id

    def _submission(self, outgoing: OutgoingReport, origin: Origin) -> Submission:
        return Submission(
            id=self._context.store.next_id(),
            envelope=outgoing.envelope,
            origin=origin,
            headline=outgoing.headline,
            content=outgoing.content,
            arrived=self._context.now(),
        )

    def _enter(self, change: Change, submission: Submission) -> None:
        """Into the same Change."""
        if not _at_once(self.enter(change, submission)):
            self._enter_later(change, submission)

    def _enter_later(self, change: Change, submission: Submission) -> None:
        """Into the submission queue, to be categorized as soon as this is committed."""
        message = self._message(submission)
        owed = tuple(fresh(message, message.envelope.recipients, self._context.now()))
        change.add.append(NewMessage(message, submission.content, owed))
        change.events.append(events.received(message))


def _without(message: Message, refused: Sequence[Resolved]) -> Message:
    if not refused:
        return message
    gone = {entry.recipient for entry in refused}
    left = tuple(each for each in message.envelope.recipients if each not in gone)
    return dataclasses.replace(message, envelope=dataclasses.replace(message.envelope, recipients=left))


def _at_once(step: Coroutine[Any, Any, None]) -> bool:
    """Run a step that need not wait; False, and it never was, when it would have to."""
    try:
        step.send(None)
    except StopIteration:
        return True
    step.close()
    return False


def _none(reports: Reports) -> Reports:
    held = [Suppressed(settled, NULL_PATH) for outgoing in reports.outgoing for settled in outgoing.about]
    return Reports(suppressed=(*reports.suppressed, *held))
