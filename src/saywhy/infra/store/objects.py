"""The organisation's objects: their contract, and how they are kept on disk and in memory.

    organisation.sqlite3 (-wal, -shm)    beside the shards

There is one for all shards.  One process, that which holds the data folder, reads and writes it.  Before there was
such a file the objects stood in shard 1's; from there they are taken over once, when this file is made.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from saywhy.infra.errors import StoreError
from saywhy.infra.store import queries, transaction
from saywhy.infra.store.backup import copy_database
from saywhy.infra.store.migrate import check_version, migrate
from saywhy.infra.store.place import Place, make_directory, sync_directory
from saywhy.infra.store.protocol import ObjectChange, RevisionConflict
from saywhy.infra.store.rows import encode
from saywhy.infra.store.trouble import store_error

T = TypeVar("T")

Row = tuple[str, str, Mapping[str, Any]]  # kind, name, data

FILE = "organisation.sqlite3"
MIGRATIONS = "organisation_migrations"


class ObjectStore(Protocol):
    """All methods may raise infra.errors.StoreError; none blocks the event loop."""

    async def objects(self) -> tuple[int, list[Row]]:
        """The organisation's revision and its rows."""
        ...

    async def change_objects(self, revision: int, changes: Sequence[ObjectChange]) -> int:
        """Apply all or none, durably; RevisionConflict unless the current revision is `revision`.  The new one."""
        ...

    async def backup(self, directory: Path) -> None:
        """A copy of all into `directory`."""
        ...

    async def close(self) -> None: ...


class SqliteObjects:
    """Made by `open`."""

    def __init__(self, connection: sqlite3.Connection, place: str, executor: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._place = place
        self._executor = executor

    @classmethod
    async def open(cls, directory: Path) -> SqliteObjects:
        """The file in `directory`, made when it is missing; StoreError when it cannot be used."""
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="saywhy-organisation")
        place = directory / FILE
        try:
            connection = await asyncio.get_running_loop().run_in_executor(executor, _open, place)
        except (sqlite3.Error, OSError) as error:
            executor.shutdown(wait=False)
            raise store_error(error, str(place)) from error
        except StoreError:
            executor.shutdown(wait=False)
            raise
        return cls(connection, str(place), executor)

    async def objects(self) -> tuple[int, list[Row]]:
        return await self._do(_read)

    async def change_objects(self, revision: int, changes: Sequence[ObjectChange]) -> int:
        return await self._do(
            lambda connection: transaction.within(connection, lambda inside: _change(inside, revision, changes))
        )

    async def backup(self, directory: Path) -> None:
        await self._do(lambda connection: copy_database(connection, directory / FILE))

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, self._connection)
        except (sqlite3.Error, OSError) as error:
            raise store_error(error, self._place) from error
        except RuntimeError:
            raise StoreError(f"{self._place} is closed") from None

    async def close(self) -> None:
        await asyncio.to_thread(self._executor.shutdown)
        self._connection.close()


class MemoryObjects:
    """The same in memory, for tests and trials."""

    def __init__(self) -> None:
        self._objects: dict[tuple[str, str], str] = {}
        self._revision = 0

    async def objects(self) -> tuple[int, list[Row]]:
        return self._revision, [(*key, json.loads(data)) for key, data in sorted(self._objects.items())]

    async def change_objects(self, revision: int, changes: Sequence[ObjectChange]) -> int:
        if revision != self._revision:
            raise _conflict(self._revision, revision)
        dumped = [(change, json.dumps(change.data)) for change in changes]
        for change, data in dumped:
            if change.data is None:
                self._objects.pop((change.kind, change.name), None)
            else:
                self._objects[change.kind, change.name] = data
        self._revision += 1
        return self._revision

    async def backup(self, directory: Path) -> None:
        raise StoreError(f"nothing is on disk that could be copied to {directory}")

    async def close(self) -> None:
        """Nothing to give back."""


def _open(place: Path) -> sqlite3.Connection:
    make_directory(place.parent)
    made = not place.exists()
    os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    if made:
        place.chmod(0o600)
        sync_directory(place.parent)
    connection = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
    try:
        check_version(connection, str(place), MIGRATIONS)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        migrate(connection, str(place), MIGRATIONS)
        _take_over(connection, Place(place.parent, 1).database)
    except BaseException:
        connection.close()
        raise
    return connection


def _take_over(connection: sqlite3.Connection, shard: Path) -> None:
    """What shard 1's file held, when nothing was ever written here."""
    if _read(connection) != (0, []) or not shard.exists():
        return
    old = sqlite3.connect(shard, isolation_level=None)
    try:
        if not check_version(old, str(shard)):
            return
        revision, rows = _read(old)
    finally:
        old.close()

    def copy(inside: sqlite3.Connection) -> None:
        for kind, name, data in rows:
            inside.execute(queries.PUT_OBJECT, (kind, name, encode(dict(data))))
        inside.execute(queries.SET_REVISION, (revision,))

    if revision:
        transaction.within(connection, copy)


def _read(connection: sqlite3.Connection) -> tuple[int, list[Row]]:
    revision, rows = json.loads(connection.execute(queries.OBJECTS).fetchone()[0])
    return int(revision), [(kind, name, data) for kind, name, data in rows]


def _change(connection: sqlite3.Connection, revision: int, changes: Sequence[ObjectChange]) -> int:
    current = int(connection.execute(queries.REVISION).fetchone()[0])
    if current != revision:
        raise _conflict(current, revision)
    for change in changes:
        if change.data is None:
            connection.execute(queries.REMOVE_OBJECT, (change.kind, change.name))
        else:
            connection.execute(queries.PUT_OBJECT, (change.kind, change.name, encode(dict(change.data))))
    connection.execute(queries.SET_REVISION, (current + 1,))
    return current + 1


def _conflict(current: int, revision: int) -> RevisionConflict:
    return RevisionConflict(f"the organisation is at revision {current}, not {revision}")
