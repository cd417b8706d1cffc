"""A message enters the queue: categorized, routed, and written with whatever that gives into one Change.

The same way is taken by what a client submits and by our own reports.  A report about recipients that failed
here joins the very Change that would have brought them, so that neither exists without the other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from saywhy.flow.queue import events, retry
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.sorting import Sorted, Sorter, fresh
from saywhy.flow.queue.step import Step
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import (
    Categorize,
    OutgoingReport,
    Report,
    Reports,
    SelectRoute,
    Settled,
    Submission,
    Suppressed,
)
from saywhy.infra.store.protocol import Change
from saywhy.model.envelope import Origin
from saywhy.model.outcome import Deferred
from saywhy.model.queued import HopKind, Message, NewMessage, Pending

REPORT_ORIGIN = Origin(connector="report", internal=True)
NULL_PATH = "null-reverse-path"


class Entry:
    def __init__(
        self,
        context: Context,
        window: Window,
        categorize: Categorize,
        select_route: SelectRoute,
        report: Report,
    ) -> None:
        self._context = context
        self._window = window
        self._categorize = categorize
        self._select_route = select_route
        self._report = report

    def enter(self, change: Change, submission: Submission) -> None:
        """Add to `change` the message with its pending recipients, its events, and reports on the others."""
        now = self._context.now()
        message = self._message(submission)
        resolved = self._categorize(message.envelope, message.origin)
        sorter = Sorter(message, self._select_route, self._window, now)
        recipients = [entry.recipient for entry in resolved]
        for entry, pending in zip(resolved, fresh(message, recipients, now), strict=True):
            sorter.add(entry, pending)
        step = self.wait(message, sorter.result, now)
        owed = sorted([*sorter.result.pending.values(), *step.change.update], key=lambda row: row.number)
        if owed:
            change.add.append(NewMessage(message, submission.content, tuple(owed)))
        change.events += [events.received(message), *sorter.result.events, *step.change.events]
        self.report(change, message, submission.content, [*sorter.result.settled, *step.reportable])

    def wait(self, message: Message, found: Sorted, now: float) -> Step:
        """What becomes of recipients that have no way yet."""
        config = self._context.transport

        def retry_at(pending: Pending, _: Deferred) -> float:
            if pending.hop.kind is HopKind.UNREACHABLE:
                return message.expires  # or the organisation's next revision
            interval = retry.own_interval(config, pending.hop.kind)
            return now + retry.jittered(interval, config.retry_jitter, random.random)

        step = Step(message, config, now, retry_at)
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
        for outgoing in reports.outgoing:
            self._send(change, message, outgoing)
        now = self._context.now()
        change.events += [events.dropped(message, suppressed, now) for suppressed in reports.suppressed]

    def _send(self, change: Change, message: Message, outgoing: OutgoingReport) -> None:
        now = self._context.now()
        submission = Submission(
            id=self._context.store.next_id(),
            envelope=outgoing.envelope,
            origin=REPORT_ORIGIN,
            headline=outgoing.headline,
            content=outgoing.content,
            arrived=now,
        )
        change.events.append(events.reported(message, outgoing, submission.id, now))
        self.enter(change, submission)


def _none(reports: Reports) -> Reports:
    held = [Suppressed(settled, NULL_PATH) for outgoing in reports.outgoing for settled in outgoing.about]
    return Reports(suppressed=(*reports.suppressed, *held))
