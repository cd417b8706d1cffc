"""One transmission from its start to the Change that holds its results.

Whatever breaks in between is no claim about the recipients: they are deferred and the fault is told.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from saywhy.flow.queue import asking, failures, retry
from saywhy.flow.queue.contents import Contents, remains
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.lane import Job
from saywhy.flow.queue.mend import Mender
from saywhy.flow.queue.resubmit import Resubmitter
from saywhy.flow.queue.settle import Settler
from saywhy.flow.queue.step import Result
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import Deliver, Transmission
from saywhy.infra.errors import ContentAltered, StoreError
from saywhy.infra.store.protocol import Change, turn
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred, Failed, Outcome
from saywhy.model.queued import SUBMISSION, HopKind, Pending


class Attempt:
    def __init__(
        self,
        context: Context,
        window: Window,
        contents: Contents,
        deliver: Deliver,
        settler: Settler,
        resubmitter: Resubmitter,
        mender: Mender,
    ) -> None:
        self._context = context
        self._window = window
        self._contents = contents
        self._deliver = deliver
        self._settler = settler
        self._resubmitter = resubmitter
        self._mender = mender

    async def __call__(self, job: Job) -> Change | None:
        """None when the message has left the queue meanwhile."""
        try:
            content = await self._content(job)
            if content is None:
                return None
            if job.lane.resubmits:
                return await self._resubmitted(job, content)
        except ContentAltered as error:
            return self._altered(job, error)
        except StoreError as error:
            self._context.tell(Kind.STORE_FAULT, str(error), job.message)
            return self._settler.hold(job.message, self._broken(job.pending, error))
        except Exception as error:
            self._tell(job, error)
            return self._settler.hold(job.message, self._broken(job.pending, error))
        return self._settler.settle(job.message, content, await self._results(job, content), self._retry_at)

    async def _resubmitted(self, job: Job, content: bytes) -> Change:
        change = await self._resubmitter.work(job, content)
        waiting = [
            (each, Deferred(each.failure)) for each in change.update if each.failure and each.hop == SUBMISSION
        ]
        if not self._mender.house(waiting):
            self._mender.worked(job.lane.name)
        return change

    async def _content(self, job: Job) -> bytes | None:
        content = self._contents.get(job.message.id)
        return await self._context.store.content(job.message.id) if content is None else content

    def _altered(self, job: Job, error: ContentAltered) -> Change:
        """Never to be sent; a fault of ours that no waiting mends (spec A2 5.7.7 a)."""
        now = self._context.now()
        self._context.tell(Kind.INTEGRITY, str(error), job.message)
        results = [
            Result(each, Failed(failures.content_altered(each, str(error), now)), attempted=False)
            for each in job.pending
        ]
        return self._settler.settle(job.message, remains(job.message), results, self._retry_at)

    async def _results(self, job: Job, content: bytes) -> list[Result]:
        """Those that expired before this attempt are not tried any more, unless nothing ever was."""
        now = self._context.now()
        results: list[Result] = []
        fresh: list[Pending] = []
        for pending in job.pending:
            failure = pending.failure
            if retry.returned(job.message, pending, now):
                missed = failures.deadline_missed(job.message, pending, now)
                results.append(Result(pending, Failed(missed), attempted=False))
            elif not pending.suspended_at and (held := asking.outcome(pending, now)) is not None:
                results.append(Result(pending, held, attempted=False))
            elif pending.suspended_at:
                results.append(Result(pending, Deferred(failures.kept(pending, now)), attempted=False))
            elif failure is not None and (job.lane.overdue or now >= retry.expires(job.message, pending, now)):
                results.append(Result(pending, Deferred(failure), attempted=False))
            else:
                fresh.append(pending)
        if fresh:
            results += await self._transmit(job, content, fresh)
        return results

    async def _transmit(self, job: Job, content: bytes, pending: list[Pending]) -> Sequence[Result]:
        transmission = Transmission(job.message, content, pending[0].hop, tuple(pending))
        try:
            outcomes = await self._deliver(transmission)
            if len(outcomes) != len(pending):
                raise ValueError(f"{len(outcomes)} outcomes for {len(pending)} recipients")
        except Exception as error:
            self._tell(job, error)
            return self._broken(pending, error)
        self._judge(job, outcomes)
        return [Result(*pair) for pair in zip(pending, outcomes, strict=True)]

    def _tell(self, job: Job, error: Exception) -> None:
        text = f"attempt of {job.message.id} for {job.lane.name}: {type(error).__name__}: {error}"
        self._context.tell(Kind.FAULT, text, job.message)

    def _broken(self, pending: list[Pending], error: Exception) -> list[Result]:
        now = self._context.now()
        return [Result(entry, Deferred(failures.server_fault(entry, error, now))) for entry in pending]

    def _judge(self, job: Job, outcomes: list[Outcome]) -> None:
        """How the hop fares: any other outcome than its own failure means that it answered."""
        lane = job.lane
        if lane.hop.kind is HopKind.MAILBOX:
            self._mender.house(zip(job.pending, outcomes, strict=False))
        down = [
            outcome.failure
            for outcome in outcomes
            if isinstance(outcome, Deferred) and retry.concerns_hop(lane.hop.kind, outcome.failure)
        ]
        if len(down) < len(outcomes):
            back = lane.failures > 0
            lane.succeed()
            if back:
                self._mender.answered(lane.name)
        else:
            lane.fail(job, down[0], self._context.now(), self._interval)
            if lane.failures:
                self._mender.failed(job.pending[0], down[0])
                self._mender.route_again(lane)

    def _interval(self, failures: int) -> float:
        config = self._context.transport
        return retry.jittered(retry.hop_interval(config, failures), config.retry_jitter, random.random)

    def _retry_at(self, pending: Pending, outcome: Deferred) -> float:
        """With the hop, when it is down, in its turn; after the message's own interval when it answers."""
        now = self._context.now()
        if pending.moderation is not None and pending.hop.kind is HopKind.MODERATION:
            return pending.moderation.until
        back = self._window.back_at(pending.hop)
        if back > now:
            return back + turn(pending.attempts + 1)
        if retry.concerns_hop(pending.hop.kind, outcome.failure):
            return now + self._interval(1)
        config = self._context.transport
        interval = retry.own_interval(config, pending.hop.kind)
        return now + retry.jittered(interval, config.retry_jitter, random.random)
