"""File submission (spec F3): the supervisor looks into the Pickup and Replay folders, workers take the messages.

A file is deleted when its message is durable in a worker's queue.  When no worker takes it (none is there, a
resource is short, the disk is full) it gets its name back and waits for the next look.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from saywhy.config.settings import Settings
from saywhy.flow.queue.queue import Queue
from saywhy.flow.receive import filed, pickup, refusals, replay
from saywhy.flow.receive.filed import BadFile, Filed
from saywhy.flow.stages import Pressure, Submission
from saywhy.infra.dropfolder import BAD, NEW, TAKEN, Contents, DropFolder, Listed
from saywhy.infra.errors import InfraError
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.clock import Clock
from saywhy.model.envelope import Envelope, Origin
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.evidence import Step
from saywhy.model.failure import Refused
from saywhy.model.organisation import Organisation
from saywhy.model.units import MINUTE
from saywhy.operations.context import Away, BadFileRow, NoSuchFile
from saywhy.server.shards import Access
from saywhy.wire.header import headline

POLL = 5.0  # seconds
PATIENCE = 10.0  # seconds that a stopping server waits for the file in hand
MAX_REFUSED = 3  # files in one look that the queue refuses before the others wait for the next


class Desk:
    """A worker's side: takes a message that was read from a file into its queue."""

    def __init__(self, store: SqliteStore, queue: Queue, pressure: Pressure, hostname: str, clock: Clock) -> None:
        self._store = store
        self._queue = queue
        self._pressure = pressure
        self._hostname = hostname
        self._clock = clock

    async def take(self, message: Filed) -> str:
        """Its queue id, when it is durable; Refused (4.3.x) when it could not be taken."""
        short = self._pressure.refuses(False)
        if short:
            raise Refused(refusals.no_resources(message.folder, Step.NONE, short))
        id_, now = self._store.next_id(), self._clock.now()
        origin = Origin(
            message.folder,
            message.folder.upper(),
            message.client_ip,
            message.helo or "localhost",
            internal=message.internal,
        )
        content = filed.trace(message.folder, self._hostname, id_, now) + message.content
        submission = Submission(
            id_, message.envelope, origin, headline(message.content), content, now, message.refused
        )
        await self._queue.submit(submission)
        return str(id_)

    async def notice(self, envelope: Envelope, content: bytes) -> str:
        """A notice of the server's own, which no limit keeps from its reader; its queue id."""
        id_, now = self._store.next_id(), self._clock.now()
        origin = Origin("quota", internal=True)
        await self._queue.submit(Submission(id_, envelope, origin, headline(content), content, now))
        return str(id_)

    async def bad(self, folder: str, name: str, why: str) -> None:
        """A row of the history about a file of which nothing could be made."""
        data = {"folder": folder, "file": name}
        event = Event(Kind.BADMAIL, self._clock.now(), str(self._store.next_id()), text=why, data=data)
        await self._queue.tell(event)


@dataclass(frozen=True, slots=True)
class Tray:
    """One folder: what it is called, how many files a minute, how many octets of one are read, and how."""

    name: str
    folder: DropFolder
    per_minute: int
    most: int
    read: Callable[[Contents], Filed]


def trays(settings: Settings, organisation: Callable[[], Organisation], clock: Clock) -> list[Tray]:
    """Those that the settings have."""
    found = []
    drop, again = settings.pickup, settings.replay
    if drop.path is not None:
        limits = pickup.Limits(drop.max_message_size, drop.max_header_size, drop.max_recipients)

        def picked(contents: Contents) -> Filed:
            message_id = f"<{uuid4()}@{organisation().default_domain}>"
            return pickup.read(contents.data, contents.size, limits, message_id, clock.now())

        found.append(Tray(pickup.FOLDER, DropFolder(drop.path), drop.per_minute, drop.max_message_size, picked))
    if again.path is not None:

        def replayed(contents: Contents) -> Filed:
            return replay.read(contents.data, contents.size, again.max_message_size, own=contents.own)

        found.append(
            Tray(replay.FOLDER, DropFolder(again.path), again.per_minute, again.max_message_size, replayed)
        )
    return found


class Clerk:
    """One folder's: `run` looks into it.  `desk` is the next worker's Access."""

    def __init__(self, tray: Tray, desk: Callable[[], Access], sink: Sink, clock: Clock) -> None:
        self._tray = tray
        self._folder = tray.folder
        self._desk = desk
        self._sink = sink
        self._clock = clock
        self._taken: deque[float] = deque()  # when files were, in the last minute, on the loop's clock
        self._told: set[str] = set()  # of which files (the empty name: the folder) a trouble was told
        self._ready = False
        self.ending = asyncio.Event()

    async def run(self) -> None:
        """Until `ending` is set; the file in hand is seen through."""
        while not self.ending.is_set():
            await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self.ending.wait()

    async def look(self) -> None:
        """Take what lies there, as far as the minute allows."""
        if not self._ready and not await self.begin():
            return
        try:
            waiting = await asyncio.to_thread(self._folder.listed, NEW)
        except OSError as error:
            self._unusable(error)
            return
        self._told &= {"", *(file.name for file in waiting)}
        refused = 0
        for file in sorted(waiting, key=lambda file: file.name in self._told)[: self._allowed()]:
            if refused == MAX_REFUSED or self.ending.is_set():
                return
            refused += not await self._one(file.name)

    async def begin(self) -> bool:
        """What was taken when the server ended is taken again, and may arrive twice.  False when it cannot be."""
        try:
            danger = await asyncio.to_thread(self._folder.prepare)
            if danger:
                self._tell("", danger)
            for file in await asyncio.to_thread(self._folder.listed, TAKEN):
                name = await asyncio.to_thread(self._folder.rename, file.name, NEW)
                why = "was left when the server ended"
                self._event(f"{file.name} {why}: it is {name} again, and may arrive twice")
        except OSError as error:
            self._unusable(error)
            return False
        self._ready = True
        return True

    def _unusable(self, error: OSError) -> None:
        self._tell("", f"the {self._tray.name} folder cannot be used: {error}")

    def _allowed(self) -> int:
        now = asyncio.get_running_loop().time()
        while self._taken and self._taken[0] <= now - MINUTE:
            self._taken.popleft()
        return self._tray.per_minute - len(self._taken)

    async def _one(self, name: str) -> bool:
        """Take one file; False when it has to wait."""
        if await asyncio.to_thread(self._folder.read, name, 0) is None:
            return True  # cannot be opened: perhaps at the next look
        try:
            taken = await asyncio.to_thread(self._folder.rename, name, TAKEN)
        except OSError as error:
            self._tell(name, f"{name} could not be renamed, and stays: {error}")
            return True
        self._taken.append(asyncio.get_running_loop().time())
        try:
            queued = await self._queued(taken)
        except asyncio.CancelledError:
            raise  # its .tmp is taken again at the next start
        except (Away, Refused, InfraError) as error:
            await self._back(taken, name, f"{name} is not taken yet: {error}")
            return False
        except Exception as error:
            self._sink.emit(Event(Kind.FAULT, self._clock.now(), text=f"{name}: {type(error).__name__}: {error}"))
            await self._back(taken, name, f"{name} is not taken: an error of ours")
            return False
        if queued:
            await self._delete(taken)
        return True

    async def _queued(self, taken: str) -> bool:
        """Whether its message is in the queue; False when the file was bad, or has gone."""
        contents = await asyncio.to_thread(self._folder.read, taken, self._tray.most)
        if contents is None:
            self._tell(taken, f"{taken} could be opened before, and cannot be read now; it stays")
            return False
        try:
            message = await asyncio.to_thread(self._tray.read, contents)
        except BadFile as bad:
            await self._bad(taken, str(bad))
            return False
        await self._desk()("take", message)
        return True

    async def _bad(self, taken: str, why: str) -> None:
        """Named .bad first: whatever comes after, it is not tried again."""
        try:
            name = await asyncio.to_thread(self._folder.rename, taken, BAD)
        except OSError as error:
            name = taken
            why = f"{why}; it could not be renamed: {error}"
        try:
            await self._desk()("bad", self._tray.name, name, why)
        except (Away, InfraError):
            data = {"folder": self._tray.name, "file": name}
            self._sink.emit(Event(Kind.BADMAIL, self._clock.now(), text=why, data=data))

    async def _back(self, taken: str, name: str, text: str) -> None:
        try:
            name = await asyncio.to_thread(self._folder.rename, taken, NEW)
        except OSError as error:
            text += f"; it stays {taken} until the server starts again: {error}"
        self._tell(name, text)

    async def _delete(self, taken: str) -> None:
        try:
            await asyncio.to_thread(self._folder.delete, taken)
        except OSError as error:
            why = f"{taken} is queued and could not be deleted ({error})"
            self._tell(taken, f"{why}: delete it, or it is sent again at the next start")

    def _tell(self, name: str, text: str) -> None:
        """Once for each file as long as it lies there."""
        if name not in self._told:
            self._told.add(name)
            self._event(text)

    def _event(self, text: str) -> None:
        self._sink.emit(Event(Kind.FILES, self._clock.now(), text=text, data={"folder": self._tray.name}))


class Office:
    """All folders; operations.context.BadFiles."""

    def __init__(
        self,
        settings: Settings,
        organisation: Callable[[], Organisation],
        accesses: Callable[[], Mapping[int, Access]],
        sink: Sink,
        clock: Clock,
    ) -> None:
        self._trays = trays(settings, organisation, clock)
        self._workers = settings.server.workers
        self._accesses = accesses
        self._turn = 0
        self._clerks = [Clerk(tray, self._desk, sink, clock) for tray in self._trays]
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Returns when the folders are there, or what keeps them from that has been told."""
        for clerk in self._clerks:
            await clerk.begin()
        self._tasks = [asyncio.create_task(clerk.run()) for clerk in self._clerks]

    async def stop(self) -> None:
        for clerk in self._clerks:
            clerk.ending.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _desk(self) -> Access:
        """The workers' own shards in turn: those that are adopted get no new mail."""
        self._turn = self._turn % self._workers + 1
        return self._accesses()[self._turn]

    # -- operations.context.BadFiles --

    async def listed(self) -> Sequence[BadFileRow]:
        rows = []
        for tray in self._trays:
            for file in await asyncio.to_thread(tray.folder.listed, BAD):
                why = await asyncio.to_thread(_why, tray, file)
                rows.append(BadFileRow(tray.name, file.name, file.size, file.changed, why))
        return rows

    async def resubmit(self, name: str) -> Sequence[str]:
        """The new names of the files of that name, or of all."""
        new = []
        for tray in self._trays:
            for file in await asyncio.to_thread(tray.folder.listed, BAD):
                if name not in ("", file.name):
                    continue
                new.append(await asyncio.to_thread(tray.folder.rename, file.name, NEW))
        if name and not new:
            raise NoSuchFile(name)
        return new


def _why(tray: Tray, file: Listed) -> str:
    """What is wrong with a file as it is now."""
    contents = tray.folder.read(file.name, min(tray.most, filed.MAX_HEADER))
    if contents is None:
        return "it cannot be read"
    try:
        tray.read(contents)
    except BadFile as bad:
        return str(bad)
    return "nothing any more: resubmit it"
