"""A backup of all that a server keeps: each shard and the organisation, and a description that makes it whole.

    organisation.sqlite3  queue-1.sqlite3  queue-1.bodies/ ...  backup.json

Each shard is copied as it is at one moment, one after the other; a message and its reports are of one shard, so
that none falls between two.  `backup.json` is written last: a folder without it is no backup.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import saywhy
from saywhy.infra.errors import StoreError
from saywhy.infra.store import backup as copies
from saywhy.infra.store.objects import FILE, MIGRATIONS
from saywhy.infra.store.place import Place, make_directory, sync_directory
from saywhy.infra.store.trouble import store_error
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.operations.context import FolderTaken, ShardBackup
from saywhy.server.organisation import CurrentOrganisation
from saywhy.server.shards import Shards

DESCRIPTION = "backup.json"
FORMAT = 1
TOLD_EVERY = 10.0  # seconds


class Backups:
    """operations.context.Backup."""

    def __init__(self, shards: Shards, organisation: CurrentOrganisation, sink: Sink, clock: Clock) -> None:
        self._shards = shards
        self._organisation = organisation
        self._sink = sink
        self._clock = clock

    async def __call__(self, directory: Path, actor: str) -> Sequence[ShardBackup]:
        try:
            await asyncio.to_thread(_prepare, directory)
            self._tell(f"a backup into {directory} begins", actor)
            made = self._clock.now()
            await self._organisation.backup(directory)
            progress = asyncio.create_task(self._progress(directory, actor))
            try:
                copied = [ShardBackup(**dataclasses.asdict(each)) for each in await self._shards.backup(directory)]
            finally:
                progress.cancel()
            shards = [dataclasses.asdict(each) for each in copied]
            description = {
                "format": FORMAT,
                "saywhy": saywhy.__version__,
                "made": made,
                "revision": self._organisation().revision,
                "shards": shards,
            }
            await asyncio.to_thread(_describe, directory, description)
        except OSError as error:
            raise store_error(error, str(directory)) from error
        self._tell(f"the backup in {directory} is whole: {sum(each.messages for each in copied)} messages", actor)
        return copied

    async def _progress(self, directory: Path, actor: str) -> None:
        """Now and then, how far it is: the log's reader shall see that it goes on."""
        while True:
            await asyncio.sleep(TOLD_EVERY)
            size = await asyncio.to_thread(_size, directory)
            self._tell(f"the backup into {directory} goes on: {size >> 20} MiB are copied", actor)

    def _tell(self, text: str, actor: str) -> None:
        self._sink.emit(Event(Kind.BACKUP, self._clock.now(), text=text, data={"actor": actor}))


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _prepare(directory: Path) -> None:
    if directory.is_dir() and any(directory.iterdir()):
        raise FolderTaken(str(directory))
    make_directory(directory)


def _describe(directory: Path, description: dict[str, Any]) -> None:
    path = directory / DESCRIPTION
    with path.open("x", encoding="utf-8") as file:
        json.dump(description, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)
    sync_directory(directory)


# -- and back --


@dataclass(frozen=True, slots=True)
class Restored:
    made: float
    revision: int
    shards: Sequence[copies.Copied]


def restore(directory: Path, target: Path, progress: Callable[[int, int], None]) -> Restored:
    """Verify the backup, then put it into `target`, the folder of a queue, which must have none.

    StoreError when the backup is not whole or there is a queue already; nothing is changed then.
    """
    if target.is_dir() and any(target.iterdir()):
        raise StoreError(f"{target} is not empty: a backup is put in the place of a queue that does not exist")
    found = verify(directory)
    places = [Place(directory, each.shard) for each in found.shards]
    files = [directory / FILE, *(place.database for place in places)]
    for place in places:
        files += sorted(place.bodies.glob("*.eml")) if place.bodies.is_dir() else []
    unready = target.with_name(target.name + ".restoring")
    try:
        make_directory(unready)
        copies.put_back(files, directory, unready, progress)
        if target.is_dir():
            target.rmdir()
        unready.rename(target)
        sync_directory(target.parent)
    except OSError as error:
        raise store_error(error, str(unready)) from error
    return found


def verify(directory: Path) -> Restored:
    """What the backup holds; StoreError when it is not whole, and says why."""
    try:
        description = json.loads((directory / DESCRIPTION).read_text("utf-8"))
        made, revision = float(description["made"]), int(description["revision"])
        told = [copies.Copied(**each) for each in description["shards"]]
        form = int(description["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{directory} is no whole backup: {DESCRIPTION} cannot be read ({error})") from None
    if form != FORMAT:
        raise StoreError(f"{directory} was made by a newer saywhy ({description.get('saywhy')}): use that one")
    copies.verify_database(directory / FILE, MIGRATIONS)
    for each in told:
        there = copies.verify_shard(directory, each.shard)
        if there != each:
            raise StoreError(f"shard {each.shard} in {directory} is not what was backed up: {there}, not {each}")
    return Restored(made, revision, told)
