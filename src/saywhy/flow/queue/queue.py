"""The queue as the server sees it: one object made of intake, scheduler and the admin calls.

    intake -> entry -> store        the loader brings back what is due
    scheduler -> attempt -> settle -> commit -> store

`window.py` is what of it is in memory, `step.py` what an outcome means, `retry.py` and `expiry.py` when and how
it ends.  Left out: suspended queues, priorities, and the idle queue's resubmission after 12 hours (spec F6).
"""

from __future__ import annotations

import asyncio

from saywhy.flow.queue.admin import Admin
from saywhy.flow.queue.attempt import Attempt
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.contents import Contents
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.entry import Entry
from saywhy.flow.queue.housekeeping import Housekeeper
from saywhy.flow.queue.intake import Intake
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.resubmit import Resubmitter
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.settings import DEFAULTS, QueueSettings
from saywhy.flow.queue.settle import Settler
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import Categorize, CurrentOrganisation, Deliver, Report, SelectRoute, Submission
from saywhy.infra.store.protocol import Store
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.model.queued import QueueId


class Queue:
    """`submit` is the stages' Submit.  One instance owns one store, which it does not close."""

    def __init__(
        self,
        store: Store,
        categorize: Categorize,
        select_route: SelectRoute,
        deliver: Deliver,
        report: Report,
        organisation: CurrentOrganisation,
        clock: Clock,
        sink: Sink,
        settings: QueueSettings = DEFAULTS,
    ) -> None:
        context = Context(store, organisation, clock, sink, settings)
        window = Window(settings, organisation)
        contents = Contents(settings.content_bytes)
        entry = Entry(context, window, categorize, select_route, report)
        settler = Settler(context, entry)
        resubmitter = Resubmitter(context, window, entry, categorize, select_route)
        committer = Committer(context, window)
        attempt = Attempt(context, window, contents, deliver, settler, resubmitter)
        self._loader = Loader(context, window, settler.removed, self._pump)
        self._scheduler = Scheduler(context, window, contents, self._loader, attempt, committer, settler.removed)
        self._intake = Intake(context, entry, committer, self._scheduler, self._loader)
        self._admin = Admin(context, window, settler, committer, self._scheduler, self._loader)
        self._housekeeper = Housekeeper(context, window, self._loader)
        self._housekeeping: asyncio.Task[None] | None = None

    def _pump(self) -> None:
        self._scheduler.pump()

    async def start(self) -> None:
        """Resume whatever the store holds."""
        self._scheduler.start()
        self._housekeeping = asyncio.create_task(self._housekeeper.run())

    async def stop(self, grace: float) -> None:
        """No new messages, no new attempts; those under way have `grace` seconds to end, the rest stays queued."""
        self._intake.open = False
        if self._housekeeping is not None:
            self._housekeeping.cancel()
            await asyncio.gather(self._housekeeping, return_exceptions=True)
        await self._scheduler.stop(grace)

    async def submit(self, submission: Submission) -> None:
        """Take a message; returns when it is durable, Refused when it could not be."""
        await self._intake(submission)

    def organisation_changed(self) -> None:
        """A new revision is in force: whatever has no route is routed again (else within half a minute)."""
        self._housekeeper.organisation_changed()

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make due now what waits for next hop `key`, or of `message`, or both; how many recipients."""
        return await self._admin.retry(key, message)

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Take a message out; False when it is not in the queue.  `ndr`: its sender gets a report."""
        return await self._admin.remove(message, ndr)
