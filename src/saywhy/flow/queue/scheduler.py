"""What is tried when: turns between next hops, bounded numbers under way, and what follows an attempt.

The loader brings in what is due, intake feeds new messages directly; every attempt ends in one Change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from saywhy.flow.queue.attempt import Attempt
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.contents import Contents
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.lane import Job, Key, Lane, key_of
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import MOST_TURNS, Change, turn
from saywhy.infra.work_notes import InWork
from saywhy.model.event import Kind
from saywhy.model.queued import Message, NewMessage, Pending, QueueId

POSTPONED = 2000  # recipients a call


class Scheduler:
    """`flying` are the recipients of transmissions under way, `removing` the messages being taken out now."""

    def __init__(
        self,
        context: Context,
        window: Window,
        contents: Contents,
        loader: Loader,
        attempt: Attempt,
        committer: Committer,
        removed: dict[QueueId, bool],
        work: InWork,
    ) -> None:
        self._context = context
        self._window = window
        self._contents = contents
        self._loader = loader
        self._attempt = attempt
        self._committer = committer
        self._removed = removed
        self._running = False
        self._work = work
        self.held = False  # by back pressure
        self.trying = False  # what was in work at a crash is being tried alone
        self._context.health.recovered.append(self.pump)
        self._attempts: set[asyncio.Task[None]] = set()
        self._errands: set[asyncio.Task[None]] = set()
        self._quick: dict[Job, float] = {}  # when each began, oldest first
        self._slow: set[Job] = set()
        self._strangers = 0  # among the quick ones
        self._look_again: asyncio.TimerHandle | None = None
        self._octets = 0  # of the messages under way
        self.flying: set[Key] = set()
        self._settled: set[Job] = set()  # their results are being committed
        self.removing: set[QueueId] = set()

    def start(self) -> None:
        self._running = True
        self._spawn(self._errands, self._loader.run())

    async def stop(self, grace: float) -> None:
        """No new attempts; what is under way after `grace` seconds is cut off and stays queued."""
        self._running = False
        if self._look_again is not None:
            self._look_again.cancel()
        await _end(self._errands, 0)
        await _end(self._attempts, grace)

    def _spawn(self, group: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        group.add(task)
        task.add_done_callback(group.discard)
        return task

    # -- before an attempt --

    def feed(self, new: NewMessage) -> None:
        """A message that was just committed: no need to read it back."""
        now = self._context.now()
        fed = 0
        for pending in new.pending:
            if pending.due > now:
                self._loader.note(pending.due)
            elif self._running:
                fed += self._feed(new.message, pending, now)
        self._contents.put(new.message.id, new.content, fed)

    def _feed(self, message: Message, pending: Pending, now: float) -> bool:
        """False for what stays in the store: no room, or the hop went down while this was being written."""
        lane = self._window.lane(pending.hop)
        if self._window.suspensions.holds(pending):
            lane.more = True
            self._loader.now()
            return False
        if lane.not_before > now:
            lane.more = True
            self._back_off(lane)
            return False
        return self._window.add(lane, message, pending)

    def pump(self) -> None:
        """Start whatever may start."""
        settings = self._context.settings
        if self.held or self.trying or self._context.health.held:
            return
        while self._running and self._octets < settings.max_attempt_bytes:
            if self._crowded():
                self._make_room()
            if len(self._quick) >= settings.max_attempts:
                return
            job = self._window.next(self._strangers < settings.max_strangers)
            if job is None:
                return
            self._begin(job)

    def launch(self, message: Message, pending: list[Pending]) -> asyncio.Task[None]:
        """A transmission of one hop out of turn."""
        return self._begin(self._window.admit(message, pending))

    def _begin(self, job: Job) -> asyncio.Task[None]:
        self._quick[job] = self._context.now()
        self._strangers += job.stranger
        self._octets += job.message.size
        self.flying.update(map(key_of, job.pending))
        return self._spawn(self._attempts, self._run(job))

    def _crowded(self) -> bool:
        settings = self._context.settings
        return len(self._quick) >= settings.max_attempts or self._strangers >= settings.max_strangers

    def _make_room(self) -> None:
        """Attempts that have been waiting long for their hosts leave their places to others."""
        settings = self._context.settings
        before = self._context.now() - settings.slow
        while self._quick and len(self._slow) < settings.max_slow_attempts:
            oldest, began = next(iter(self._quick.items()))
            if began > before:
                break
            self._leave(oldest)
            self._slow.add(oldest)
        if self._look_again is None and self._crowded():
            self._look_again = asyncio.get_running_loop().call_later(settings.slow / 4, self._looked_again)

    def _looked_again(self) -> None:
        self._look_again = None
        self.pump()

    def _leave(self, job: Job) -> None:
        if self._quick.pop(job, None) is not None:
            self._strangers -= job.stranger

    def flies(self, message: QueueId) -> bool:
        return any(key == message for key, _ in self.flying)

    def settles(self, message: QueueId) -> bool:
        """Whether a result of it is being committed: what is decided now comes too late for that."""
        return any(job.message.id == message for job in self._settled)

    def forget_removed(self, message: QueueId) -> None:
        """Nobody has to know any more that an administrator took it out."""
        if message not in self.removing and not self.flies(message):
            self._removed.pop(message, None)

    # -- an attempt and after --

    async def _run(self, job: Job) -> None:
        """Its place at the next hop is free when the hop has answered; what gives out numbers first commits."""
        change, written = None, False
        noted = self._work.begin(job.message.id)
        try:
            change = await self._attempt(job)
            self._settled.add(job)
            if not job.lane.resubmits:
                self._landed(job)
            written = change is None or await self._committer.surely(change)
        except Exception as error:
            self._context.tell(Kind.FAULT, f"queue: {type(error).__name__}: {error}", job.message)
        self._work.end(noted)
        self._after(job, change if written else None, written)

    def _landed(self, job: Job) -> None:
        self._window.landed(job)
        if job.lane.failures and job.lane.not_before > self._context.now():
            self._back_off(job.lane)
        self.pump()

    def _after(self, job: Job, change: Change | None, written: bool) -> None:
        if not job.landed:
            self._landed(job)
        self._leave(job)
        self._slow.discard(job)
        self._octets -= job.message.size
        self.flying.difference_update(map(key_of, job.pending))
        self._settled.discard(job)
        self.forget_removed(job.message.id)
        self._window.suspensions.ended(job.message.id, self.flies)
        self._contents.used(job.message.id, len(job.pending))
        if written:  # otherwise it stays held, so that it is not tried a second time
            self._window.release(job.lane, job.pending)
        if change is not None:
            self.follow(change)
        self._loader.freed(job.lane)
        self.pump()

    def follow(self, change: Change) -> None:
        """What `change` brought into the queue or moved in it."""
        for new in change.add:
            self.feed(new)
        if change.update:
            self._loader.note(min(pending.due for pending in change.update))

    # -- a hop that is down --

    def give_back(self, lane: Lane) -> bool:
        """What waits its turn goes back to the store; True if there was any."""
        waiting = lane.withdraw_all()
        for job in waiting:
            self._window.release(lane, job.pending)
            self._contents.used(job.message.id, len(job.pending))
        return bool(waiting)

    def organisation_changed(self) -> None:
        """Queues that are held back now start nothing more; what is under way ends."""
        self._window.organisation_changed()
        queues = self._window.suspensions.queues
        for lane in self._window.lanes() if queues else ():
            if lane.name.lower() in queues and self.give_back(lane):
                lane.more = True

    def _back_off(self, lane: Lane) -> None:
        """What else waits for it is not tried either; it goes back to the store until the hop's next turn."""
        waiting = self.give_back(lane)
        if self._running and (waiting or lane.more) and not lane.postponing:
            lane.more = lane.postponing = True
            self._spawn(self._errands, self._postpone(lane))

    async def _postpone(self, lane: Lane) -> None:
        try:
            while await self._postpone_some(lane) == POSTPONED:
                continue
            lane.more = False
        except StoreError as error:
            self._context.tell(Kind.STORE_FAULT, str(error))
        lane.postponing = False
        self._window.rest(lane)
        self._loader.now()

    async def _postpone_some(self, lane: Lane) -> int:
        now = self._context.now()
        if lane.not_before <= now:
            return 0
        delay_after = self._context.transport.delay_after
        soon = min(turn(MOST_TURNS), (lane.not_before - now) / 2)  # whoever was to come a little later comes along
        return await self._context.store.postpone(lane.name, now + soon, lane.not_before, delay_after, POSTPONED)


async def _end(tasks: set[asyncio.Task[None]], grace: float) -> None:
    if tasks and grace > 0:
        await asyncio.wait(tasks, timeout=grace)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
