"""Copies of a shard and of the organisation that are whole by themselves, made while mail flows; and back.

A database is copied within one read transaction, which holds up no writer; its large contents are files that never
change, so they are linked where that can be, else copied.  `Upkeep.keep` lets none of them go meanwhile.  Every
copy is synced.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from saywhy.infra.errors import StoreError
from saywhy.infra.store import queries
from saywhy.infra.store.bodies import Bodies
from saywhy.infra.store.migrate import check_version
from saywhy.infra.store.place import Place, make_directory, sync_directory
from saywhy.infra.store.trouble import damaged

Progress = Callable[[int, int], None]  # octets done, and of how many


@dataclass(frozen=True, slots=True)
class Copied:
    """What of a shard was copied; `contents` are large ones, `octets` of all files."""

    shard: int
    messages: int
    recipients: int
    contents: int
    octets: int


def back_up_shard(place: Place, bodies: Bodies, target: Path) -> Copied:
    """The shard as it is at one moment, into `target`."""
    copy = Place(target, place.shard)
    make_directory(copy.bodies)
    with _snapshot(place.database) as source:
        messages, recipients = source.execute(queries.COUNT).fetchone()
        octets = copy_database(source, copy.database)
        numbers = [number for (number,) in source.execute(queries.FILED_NUMBERS)]
    octets += sum(_copy_file(bodies.path(number), copy.bodies) for number in numbers)
    sync_directory(copy.bodies)
    sync_directory(target)
    return Copied(place.shard, int(messages), int(recipients), len(numbers), octets)


@contextmanager
def _snapshot(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees the database as it is now until the end."""
    uri = f"{database.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield connection


def copy_database(source: sqlite3.Connection, target: Path) -> int:
    """All that `source` sees into a new file, its octets; in one file without a WAL."""
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # synced as a whole below
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    return _sync(target)


def _copy_file(path: Path, folder: Path) -> int:
    target = folder / path.name
    try:
        os.link(path, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(path, target)
        target.chmod(0o600)
        return _sync(target)
    return target.stat().st_size


def _sync(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


# -- and back --


def verify_shard(directory: Path, shard: int) -> Copied:
    """StoreError when the copy of a shard is not whole."""
    place = Place(directory, shard)
    bodies = Bodies(place.bodies)
    with _copy(place.database) as connection:
        messages, recipients = connection.execute(queries.COUNT).fetchone()
        numbers = [number for (number,) in connection.execute(queries.FILED_NUMBERS)]
    octets = place.database.stat().st_size
    for number in numbers:
        path = bodies.path(number)
        if not path.is_file():
            raise StoreError(f"{path} is missing: this is no whole backup")
        octets += path.stat().st_size
    return Copied(shard, int(messages), int(recipients), len(numbers), octets)


def verify_database(path: Path, migrations: str) -> None:
    with _copy(path, migrations):
        pass


@contextmanager
def _copy(path: Path, migrations: str = "migrations") -> Iterator[sqlite3.Connection]:
    """A database nobody writes, looked through; StoreError when it is damaged or of a newer version."""
    if not path.is_file():
        raise StoreError(f"{path} is missing: this is no whole backup")
    uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            check_version(connection, str(path), migrations)
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise StoreError(damaged(str(path), found))
            yield connection
    except sqlite3.Error as error:
        raise StoreError(damaged(str(path), str(error))) from error


def put_back(files: Iterable[Path], source: Path, target: Path, progress: Progress) -> None:
    """Copy `files`, which lie below `source`, to the same places below `target`; durable when it returns."""
    wanted = [(path, path.stat().st_size) for path in files]
    total, done = sum(size for _, size in wanted), 0
    folders = {target}
    for path, size in wanted:
        copy = target / path.relative_to(source)
        make_directory(copy.parent)
        folders.add(copy.parent)
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        _sync(copy)
        done += size
        progress(done, total)
    for folder in folders:
        sync_directory(folder)
