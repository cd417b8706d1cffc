"""After a crash: what was in work is tried before anything else and alone, so that only the guilty goes (F8).

A message that was in work at as many crashes as the organisation allows, at the last ones alone, goes into the
poison queue, where nothing is tried and nothing expires until an administrator resumes or removes it.  Suspects
that get through an attempt, whatever its outcome, are suspects no more.  Before the trials nothing is delivered
for some seconds: a worker that ends then, as when somebody kills one after the other, proves nothing against a
message.  Other deliveries wait for the trials, but not for long: for each a while, for all together another,
longer after each further crash.  Mail is accepted meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from saywhy.flow.queue import events, expiry, failures
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.holds import report_due
from saywhy.flow.queue.loader import Loader
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.window import Window
from saywhy.infra.store.protocol import Change
from saywhy.infra.work_notes import InWork
from saywhy.model.event import Event, Kind
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId

POISON = NextHop(HopKind.POISON)
QUIET = 5.0  # seconds before the trials in which nothing is in work
ALONE = 10.0  # seconds that others wait for one trial; doubled with each crash in a row
ALL_ALONE = 60.0  # for all of them
MOST = 600.0
CHUNK = 1000  # recipients put aside in one commit


class Quarantine:
    def __init__(
        self,
        context: Context,
        window: Window,
        scheduler: Scheduler,
        loader: Loader,
        committer: Committer,
        work: InWork,
        changing: asyncio.Lock,
    ) -> None:
        """`changing` is held by whoever reads recipients and writes them back."""
        self._context = context
        self._window = window
        self._scheduler = scheduler
        self._loader = loader
        self._committer = committer
        self._work = work
        self._changing = changing

    def begin(self) -> None:
        """Before anything is started."""
        if self._work.suspects:
            self._window.suspected.update(self._work.suspects)
            self._scheduler.trying = True

    async def run(self) -> None:
        """Returns when nobody has to be tried any more, or others need not wait for it."""
        suspects = self._work.suspects
        if not suspects:
            return
        self._tell(f"a worker crashed; what it had in work is tried alone: {_named(list(suspects))}")
        stretch = 2 ** min(self._work.disorders - 1, 10)
        end = asyncio.get_running_loop().time() + QUIET + min(ALL_ALONE * stretch, MOST)
        hold = asyncio.get_running_loop().call_at(end, self._let_others)
        try:
            doubtful = [message for message, crashes in suspects.items() if await self._decided(message, crashes)]
            if doubtful:
                await asyncio.sleep(QUIET)
            for message in doubtful:
                await self._tried(message, min(ALONE * stretch, MOST))
        finally:
            hold.cancel()
            self._let_others()

    def _let_others(self) -> None:
        if self._scheduler.trying:
            self._scheduler.trying = False
            self._scheduler.pump()

    async def _decided(self, message: QueueId, crashes: int) -> bool:
        """Whether it has to be tried; if not, what becomes of it is done."""
        limit = self._context.transport.poison_threshold
        with self._faults(message):
            async with self._changing:
                found, owed = await self._what(message)
                if found is None or not limit:
                    self._cleared(message)
                elif all(each.hop == POISON for each in owed):
                    await self._silence(message, owed)
                elif crashes >= limit:
                    await self._put_aside(found, owed, crashes, limit)
                else:
                    return True
        return False

    async def _tried(self, message: QueueId, patience: float) -> None:
        """It may have been removed, or put off, meanwhile."""
        with self._faults(message):
            async with self._changing:
                found, owed = await self._what(message)
                if found is None:
                    self._cleared(message)
                    return
                trial = self._try(found, owed)
            if trial:
                await asyncio.wait(trial, timeout=patience)

    async def _what(self, message: QueueId) -> tuple[Message | None, Sequence[Pending]]:
        found = await self._context.store.message(message)
        return found, await self._context.store.pending(message) if found is not None else []

    @contextmanager
    def _faults(self, message: QueueId) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._context.tell(Kind.FAULT, f"queue: trial of {message}: {type(error).__name__}: {error}")
            self._window.suspected.discard(message)  # and its note stays

    def _try(self, message: Message, owed: Sequence[Pending]) -> Sequence[asyncio.Task[None]]:
        """One transmission to each of its next hops."""
        now = self._context.now()
        by_hop: dict[str, list[Pending]] = {}
        for each in owed:
            if each.due <= now and not self._window.suspensions.holds(each):
                by_hop.setdefault(each.hop.key, []).append(each)
        tasks = [self._scheduler.launch(message, some) for some in by_hop.values()]
        if tasks:
            trial = asyncio.gather(*tasks, return_exceptions=True)
            trial.add_done_callback(lambda _: self._cleared(message.id))
        else:
            self._cleared(message.id)
        return tasks

    def _cleared(self, message: QueueId) -> None:
        self._work.clear(message)
        self._window.suspected.discard(message)
        self._loader.now()

    async def _put_aside(self, message: Message, owed: Sequence[Pending], crashes: int, limit: int) -> None:
        now = self._context.now()
        moved = [self._aside(message, each, crashes, limit) for each in owed if each.hop != POISON]
        told = [events.poisoned(message, crashes, limit, now)]
        for at in range(0, len(moved), CHUNK):
            await self._committer.surely(Change(update=moved[at : at + CHUNK], events=told))
            told = []
        self._cleared(message.id)

    def _aside(self, message: Message, pending: Pending, crashes: int, limit: int) -> Pending:
        now = self._context.now()
        failure = expiry.remember(failures.poison(crashes, limit, now), pending.failure)
        moved = replace(
            pending,
            hop=POISON,
            failure=failure,
            suspended_at=pending.suspended_at or now,
            suspended_alone=True,
        )
        return replace(moved, due=report_due(message, moved, self._context.transport))

    async def _silence(self, message: QueueId, owed: Sequence[Pending]) -> None:
        """It was put aside before, and even telling its sender of the delay ended in a crash."""
        config = self._context.transport
        found = await self._context.store.message(message)
        quiet = [replace(each, delay_reported=True) for each in owed if each.hop == POISON]
        if found is not None:
            update = [replace(each, due=report_due(found, each, config)) for each in quiet]
            await self._committer.surely(Change(update=update))
        self._cleared(message)

    def _tell(self, text: str) -> None:
        self._context.sink.emit(Event(Kind.QUARANTINE, self._context.now(), text=text))


def _named(messages: Sequence[QueueId], most: int = 20) -> str:
    more = f" and {len(messages) - most} more" if len(messages) > most else ""
    return ", ".join(map(str, messages[:most])) + more
