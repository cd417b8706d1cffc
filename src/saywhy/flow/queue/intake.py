"""stages.Submit: take a message in, durably, or say why not."""

from __future__ import annotations

import asyncio

from saywhy.flow.queue import failures
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.entry import Entry
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.stages import Submission
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import Change
from saywhy.model.event import Kind
from saywhy.model.failure import Refused


class Intake:
    def __init__(
        self, context: Context, entry: Entry, committer: Committer, scheduler: Scheduler, loader: Loader
    ) -> None:
        self._context = context
        self._entry = entry
        self._committer = committer
        self._scheduler = scheduler
        self._loader = loader
        self.open = True

    async def __call__(self, submission: Submission) -> None:
        if not self.open:
            raise Refused(failures.stopping(self._context.now()))
        change = await self._change(submission)
        try:
            await self._committer.once(change)
        except StoreError as error:
            raise Refused(failures.store_write_failed(str(error), self._context.now())) from error
        except asyncio.CancelledError:
            # The commit goes on without its caller: look for it in the store.
            self._loader.note(self._context.now() + self._context.settings.store_retry)
            raise
        self._scheduler.follow(change)
        self._scheduler.pump()

    async def _change(self, submission: Submission) -> Change:
        change = Change()
        try:
            await self._entry.enter(change, submission)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            self._context.tell(Kind.FAULT, f"intake of {submission.id}: {why}")
            raise Refused(failures.intake_fault(why, self._context.now())) from error
        return change
