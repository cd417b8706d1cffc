"""The queue as the server sees it: one object made of intake, scheduler and the admin calls.

    intake -> entry -> store        the loader brings back what is due
    scheduler -> attempt -> settle -> commit -> store

`window.py` is what of it is in memory, `step.py` what an outcome means, `retry.py` and `expiry.py` when and how
it ends, `holds.py` what an administrator keeps back, `quarantine.py` what follows a crash, `mend.py` how the end
of a trouble is noticed.  Left out: priorities (spec F6).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from saywhy.flow.queue.admin import Admin, Rechecked
from saywhy.flow.queue.attempt import Attempt
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.contents import Contents
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.entry import Entry
from saywhy.flow.queue.housekeeping import Housekeeper
from saywhy.flow.queue.intake import Intake
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.mend import Mender
from saywhy.flow.queue.moderating import Moderating
from saywhy.flow.queue.quarantine import Quarantine
from saywhy.flow.queue.release import Storms
from saywhy.flow.queue.resubmit import Resubmitter
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.settings import DEFAULTS, QueueSettings
from saywhy.flow.queue.settle import Settler
from saywhy.flow.queue.storm import Guard
from saywhy.flow.queue.window import Window
from saywhy.flow.stages import (
    AskModerators,
    Categorize,
    CurrentOrganisation,
    Deliver,
    Recheck,
    Report,
    SelectRoute,
    Submission,
)
from saywhy.infra.store.protocol import Change, Store
from saywhy.infra.work_notes import InWork, WorkNotes
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Sink
from saywhy.model.moderation import Answer, Decided
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
        recheck: Recheck | None = None,
        work: InWork | None = None,
        ask: AskModerators | None = None,
    ) -> None:
        context = self._context = Context(store, organisation, clock, sink, settings, Guard(organisation))
        window = Window(settings, organisation)
        contents = self._contents = Contents(settings.content_bytes)
        mender = self._mender = Mender(context, window, recheck)
        entry = Entry(context, window, categorize, select_route, report, mender, ask)
        settler = Settler(context, entry)
        resubmitter = Resubmitter(context, window, entry, categorize, select_route)
        committer = self._committer = Committer(context, window)
        attempt = Attempt(context, window, contents, deliver, settler, resubmitter, mender)
        self._loader = Loader(context, window, settler.removed, self._pump)
        work = work or WorkNotes().of(1)
        self._scheduler = Scheduler(
            context, window, contents, self._loader, attempt, committer, settler.removed, work
        )
        changing = asyncio.Lock()
        self._quarantine = Quarantine(context, window, self._scheduler, self._loader, committer, work, changing)
        self._intake = Intake(context, entry, committer, self._scheduler, self._loader)
        tools = (context, window, settler, committer, self._scheduler, self._loader)
        self._admin = Admin(*tools, mender, changing)
        self._storms = Storms(*tools, changing)
        self._moderating = Moderating(context, window, settler, committer, self._scheduler, self._admin)
        mender.wake, mender.reroute = self._loader.now, self._admin.reroute
        self._housekeeper = Housekeeper(
            context, window, self._loader, self._scheduler, self._admin.resubmit, self._storms.gather
        )
        self._keeping: list[asyncio.Task[None]] = []

    def _pump(self) -> None:
        self._scheduler.pump()

    async def start(self) -> None:
        """Resume whatever the store holds."""
        held = await self._context.store.held()
        self._context.guard.begin(row.key for row in held)
        self._context.guard.cap.begin((row.key for row in held), self._context.now())
        self._quarantine.begin()
        self._scheduler.start()
        always = (self._quarantine, self._housekeeper, self._mender)
        self._keeping = [asyncio.create_task(each.run()) for each in always]

    async def stop(self, grace: float) -> None:
        """No new messages, no new attempts; those under way have `grace` seconds to end, the rest stays queued."""
        self._intake.open = False
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await self._scheduler.stop(grace)

    async def submit(self, submission: Submission) -> None:
        """Take a message; returns when it is durable, Refused when it could not be."""
        await self._intake(submission)

    async def tell(self, event: Event) -> None:
        """Into the history and the log, of what came to no message; StoreError when it could not be written."""
        await self._committer.once(Change(events=[event]))

    def hold(self, held: bool) -> None:
        """Start no attempts as long as it is held; those under way go on."""
        self._scheduler.held = held
        self._scheduler.pump()

    def relieve(self) -> None:
        """Memory is short: contents are read from the store when they are needed."""
        self._contents.clear()

    def organisation_changed(self) -> None:
        """A new revision is in force: whatever has no route is routed again (else within half a minute)."""
        self._housekeeper.organisation_changed()

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make due now what waits for next hop `key`, or of `message`, or both; how many recipients."""
        return await self._admin.retry(key, message)

    async def suspend(self, message: QueueId) -> int:
        """Hold back what a message still owes, until it is resumed; how many recipients."""
        return await self._admin.suspend(message)

    async def resume(self, message: QueueId) -> int:
        """Let a message go on; how many recipients were held back."""
        return await self._admin.resume(message)

    async def resubmit(self, key: str) -> int:
        """Categorize and route again what waits for next hop `key`; how many recipients."""
        return await self._admin.resubmit(key)

    async def redirect(self, message: QueueId, old: Address, new: Address) -> int:
        """Send what a message owes to one address to another instead; how many recipients."""
        return await self._admin.redirect(message, old, new)

    async def recheck(self, key: str | None) -> list[Rechecked]:
        """Look whether queues in trouble are in order again, and release what waits for those that are."""
        return await self._admin.recheck(key)

    async def dropped(self) -> list[tuple[str, int]]:
        """How many reports each rule has held back since the start."""
        return sorted(self._context.dropped.items())

    async def release(self, key: str) -> int:
        """Try again what the storm guard holds as `key`; how many recipients."""
        return await self._storms.release(key)

    async def give_back(self, key: str) -> int:
        """Return to their senders what the storm guard holds as `key`; how many recipients."""
        return await self._storms.give_back(key)

    async def decide(self, answer: Answer) -> Decided:
        """A moderator has answered."""
        return await self._moderating.decide(answer)

    async def moderate(self, message: QueueId, item: str, approve: bool, comment: Sequence[str], by: str) -> int:
        """An administrator decides in a moderator's place; how many recipients waited for it."""
        return await self._moderating.moderate(message, item, approve, comment, by)

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Take a message out; False when it is not in the queue.  `ndr`: its sender gets a report."""
        return await self._admin.remove(message, ndr)
