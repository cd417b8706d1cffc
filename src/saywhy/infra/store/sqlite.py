"""The Store on SQLite: one file a shard, WAL, synchronous=FULL, one writer thread with group commit.

`open` takes the shard's lock, brings the schema up to date and clears what a crash left of large contents.
Numbers of messages are given out in memory below a ceiling that is raised in the same commits; so none is
ever used twice, even when the last message has left.  queries.py says how the statements are shaped.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from saywhy.infra.errors import StoreError
from saywhy.infra.store import lookup, queries, special
from saywhy.infra.store.backup import Copied, back_up_shard
from saywhy.infra.store.bodies import Bodies
from saywhy.infra.store.history import History
from saywhy.infra.store.migrate import check_version, migrate, migrations
from saywhy.infra.store.opening import Opening, Tell
from saywhy.infra.store.place import Place
from saywhy.infra.store.protocol import (
    ALL_DUE,
    CauseRow,
    Change,
    DueFilter,
    DueRow,
    MessageFilter,
    Parked,
    QueueRow,
    TrackingFilter,
)
from saywhy.infra.store.reader import Reader
from saywhy.infra.store.rows import Row, Rows, tracking_rows
from saywhy.infra.store.trouble import store_error
from saywhy.infra.store.upkeep import Upkeep
from saywhy.infra.store.writer import Writer
from saywhy.model.event import Event
from saywhy.model.queued import Message, Pending, QueueId

T = TypeVar("T")

SYNCHRONOUS = ("FULL", "EXTRA", "NORMAL", "OFF")
CHECKPOINT_PAGES = 4000  # of 4 KiB: how far the WAL grows before it is copied back
SHARE = 2000  # recipients that one transaction makes due, so that mail does not wait for a million
CACHE_KIB = 16 * 1024


class SqliteStore:
    """One shard in `directory`/queue-<shard>.sqlite3.  Made by `open`."""

    def __init__(self, place: Place, lock: int, connection: sqlite3.Connection, upkeep: Upkeep) -> None:
        self._place = place
        self._lock = lock
        self._connection = connection
        self._upkeep = upkeep
        self._closed = False
        self._backing_up = False
        self.committing = 0  # changes that are not on disk yet
        self._files = ThreadPoolExecutor(max_workers=4, thread_name_prefix="saywhy-store-files")
        self._reader = Reader(place.database, "reader")
        self._lister = Reader(place.database, "lister")
        self._writer = Writer(connection, str(place.database), upkeep)

    @classmethod
    async def open(
        cls,
        directory: Path,
        shard: int = 1,
        *,
        synchronous: str = "FULL",
        history: float = math.inf,
        tell: Tell = lambda _: None,
    ) -> SqliteStore:
        """The shard's store, made when it is missing; StoreError or StoreVersionError when it cannot be used.

        `history` is how many octets tracking rows may take; `tell` hears from a thread how a long opening goes on.
        """
        if synchronous not in SYNCHRONOUS:
            raise StoreError(f"synchronous is one of {', '.join(SYNCHRONOUS)}, not {synchronous!r}")
        place = Place(directory, shard)
        return cls(place, *await asyncio.to_thread(_open, place, synchronous, history, tell))

    async def close(self) -> None:
        """What was handed in is committed first."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._files.shutdown)
        await self._writer.close()
        await self._reader.close()
        await self._lister.close()
        await asyncio.to_thread(self._give_back)

    def _give_back(self) -> None:
        try:
            self._upkeep.close(self._connection)
        except sqlite3.Error:  # a gap in the numbers is the only loss
            pass
        self._connection.close()
        os.close(self._lock)

    # -- writing --

    def next_id(self) -> QueueId:
        return QueueId(self._place.shard, self._upkeep.next_number())

    async def commit(self, change: Change) -> None:
        rows = Rows.of(change)
        future: asyncio.Future[None] = self._future()
        if rows.large:
            self._files.submit(self._file_then_put, rows, future)
        else:
            self._writer.put(rows, future)
        self.committing += 1
        try:
            await future
        finally:
            self.committing -= 1

    def _file_then_put(self, rows: Rows, future: asyncio.Future[None]) -> None:
        """In a thread of its own: a large content's sync holds up no other commit."""
        try:
            self._upkeep.file(rows)
            self._writer.put(rows, future)
        except Exception as error:
            self._writer.fail(future, error)

    async def hasten(
        self,
        at: float,
        queue: str = "",
        message: QueueId | None = None,
        events: Sequence[Event] = (),
        parked: Parked = Parked.NOT,
        limit: int = 0,
    ) -> int:
        number = -1 if message is None else self._number(message)
        moved = await self._hasten(at, queue, number, tracking_rows(events), parked, limit or SHARE)
        more = moved == SHARE and not limit
        while more:
            some = await self._hasten(at, queue, number, [], parked, SHARE)
            moved += some
            more = some == SHARE
        return moved

    async def _hasten(
        self, at: float, queue: str, number: int, rows: list[Row], parked: Parked, limit: int
    ) -> int:
        return await self._write(
            lambda connection: special.hasten(connection, at, queue, number, rows, parked, limit)
        )

    async def postpone(self, queue: str, now: float, until: float, delay_after: float, limit: int = 2000) -> int:
        return await self._write(
            lambda connection: special.postpone(connection, queue, now, until, delay_after, limit)
        )

    async def forget(self, before: float, limit: int = 1000) -> int:
        return await self._write(lambda connection: special.forget(connection, before, limit))

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        future: asyncio.Future[T] = self._future()
        self._writer.put(work, future)
        return await future

    def _future(self) -> asyncio.Future[Any]:
        if self._closed:
            raise StoreError(f"{self._place.database} is closed")
        return asyncio.get_running_loop().create_future()

    def _number(self, message: QueueId) -> int:
        """0, which no message has, for an id of another shard."""
        return message.number if message.shard == self._place.shard else 0

    async def backup(self, directory: Path) -> Copied:
        """Everything, as it is at one moment, into `directory`, which exists; nothing waits for it."""
        if self._backing_up:
            raise StoreError(f"{self._place.database} is being backed up already: wait for its end")
        self._backing_up = True
        self._upkeep.keep()
        try:
            work = partial(back_up_shard, self._place, self._upkeep.bodies, directory)
            return await asyncio.to_thread(work)
        except (sqlite3.Error, OSError) as error:
            raise store_error(error, str(directory)) from error
        finally:
            self._backing_up = False
            await self._write(lambda _: self._upkeep.let_go())

    # -- reading: what the queue asks --

    async def due(self, until: float, limit: int, which: DueFilter = ALL_DUE) -> list[DueRow]:
        return await self._reader.ask(lambda connection: lookup.due(connection, until, limit, which))

    async def next_due(self, after: float) -> float | None:
        return await self._reader.ask(lambda connection: lookup.next_due(connection, after))

    async def content(self, message: QueueId) -> bytes | None:
        number = self._number(message)
        return await self._reader.ask(lambda connection: lookup.content(connection, number, self._upkeep.bodies))

    async def message(self, message: QueueId) -> Message | None:
        number = self._number(message)
        return await self._reader.ask(lambda connection: lookup.message(connection, number))

    async def pending(self, message: QueueId) -> list[Pending]:
        number = self._number(message)
        return await self._reader.ask(lambda connection: lookup.pending(connection, number))

    # -- reading: what administrators ask --

    async def owed(self, queue: str, messages: Sequence[QueueId]) -> list[Pending]:
        numbers = [message.number for message in messages if message.shard == self._place.shard]
        return await self._lister.ask(lambda connection: lookup.owed(connection, queue, numbers))

    async def messages(self, which: MessageFilter) -> list[Message]:
        after = which.after or QueueId(self._place.shard, 0)
        if after.shard > self._place.shard:
            return []
        number = after.number if after.shard == self._place.shard else 0
        return await self._lister.ask(lambda connection: lookup.messages(connection, which, number))

    async def queues(self, key: str = "") -> list[QueueRow]:
        return await self._lister.ask(lambda connection: lookup.queues(connection, key))

    async def held(self) -> list[QueueRow]:
        return await self._lister.ask(lookup.held)

    async def causes(self) -> list[CauseRow]:
        return await self._lister.ask(lookup.causes)

    async def tracking(self, which: TrackingFilter) -> list[Event]:
        return await self._lister.ask(lambda connection: lookup.tracking(connection, which))

    async def count(self) -> tuple[int, int]:
        return await self._lister.ask(lookup.count)


def _open(place: Place, synchronous: str, history: float, tell: Tell) -> tuple[int, sqlite3.Connection, Upkeep]:
    """The lock, the writing connection, and what goes with its transactions."""
    try:
        place.prepare()
        lock = place.lock()
    except OSError as error:
        raise store_error(error, str(place.directory)) from error
    try:
        connection = sqlite3.connect(
            place.database, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except sqlite3.Error as error:
        os.close(lock)
        raise store_error(error, str(place.database)) from error
    try:
        opening = Opening(place.database, tell)
        return lock, connection, _make_ready(connection, place, synchronous, history, opening)
    except (sqlite3.Error, OSError, StoreError) as error:
        connection.close()
        os.close(lock)
        raise store_error(error, str(place.database)) from error


def _make_ready(
    connection: sqlite3.Connection, place: Place, synchronous: str, history: float, opening: Opening
) -> Upkeep:
    opening.migrating(check_version(connection, str(place.database)), max(migrations()))
    opening.watch(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA secure_delete = OFF")  # Debian's default writes zeros over each message that left
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    migrate(connection, str(place.database))
    bodies = Bodies(place.bodies)
    bodies.remove_orphans(set(json.loads(connection.execute(queries.FILED).fetchone()[0])))
    ceiling = int(connection.execute(queries.CEILING).fetchone()[0])
    opening.done(connection)
    return Upkeep(bodies, ceiling, History(history))
