"""The organisation's objects on disk and in memory, and their move out of shard 1's file."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from saywhy.infra.errors import StoreError, StoreVersionError
from saywhy.infra.store.objects import FILE, MemoryObjects, ObjectStore, SqliteObjects
from saywhy.infra.store.protocol import ObjectChange, RevisionConflict
from saywhy.infra.store.sqlite import SqliteStore

DOMAIN = ObjectChange("domain", "corp.example", {"name": "corp.example"})


@pytest.fixture(params=["memory", "sqlite"])
async def objects(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStore]:
    made: ObjectStore = MemoryObjects() if request.param == "memory" else await SqliteObjects.open(tmp_path)
    yield made
    await made.close()


async def test_objects_change_together_under_the_next_revision(objects: ObjectStore) -> None:
    assert await objects.objects() == (0, [])
    guy = ObjectChange("mailbox", "guy", {"name": "guy", "addresses": ["guy@corp.example"]})
    assert await objects.change_objects(0, [guy, DOMAIN]) == 1
    assert await objects.change_objects(1, [ObjectChange("mailbox", "guy", None)]) == 2
    assert await objects.objects() == (2, [("domain", "corp.example", {"name": "corp.example"})])


async def test_objects_of_another_revision_are_left_alone(objects: ObjectStore) -> None:
    await objects.change_objects(0, [DOMAIN])
    with pytest.raises(RevisionConflict, match="revision 1"):
        await objects.change_objects(0, [ObjectChange("domain", "b.example", {})])
    assert await objects.objects() == (1, [("domain", "corp.example", {"name": "corp.example"})])


async def test_they_are_there_after_a_restart_and_for_their_owner_only(tmp_path: Path) -> None:
    objects = await SqliteObjects.open(tmp_path)
    await objects.change_objects(0, [DOMAIN])
    await objects.close()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    again = await SqliteObjects.open(tmp_path)
    assert await again.objects() == (1, [("domain", "corp.example", {"name": "corp.example"})])
    await again.close()
    with pytest.raises(StoreError, match="closed"):
        await again.objects()


async def _in_shard_1(folder: Path, revision: int) -> None:
    """As a store from before the organisation had a file of its own."""
    await (await SqliteStore.open(folder)).close()
    with sqlite3.connect(folder / "queue-1.sqlite3") as shard:
        shard.execute("INSERT INTO object VALUES ('domain', 'corp.example', '{\"name\":\"corp.example\"}')")
        shard.execute("UPDATE counter SET value = ? WHERE name = 'revision'", (revision,))
    shard.close()


async def test_what_stood_in_the_first_shard_is_taken_over_once(tmp_path: Path) -> None:
    await _in_shard_1(tmp_path, 7)
    objects = await SqliteObjects.open(tmp_path)
    assert await objects.objects() == (7, [("domain", "corp.example", {"name": "corp.example"})])
    assert await objects.change_objects(7, [ObjectChange("domain", "corp.example", None)]) == 8
    await objects.close()
    again = await SqliteObjects.open(tmp_path)
    assert await again.objects() == (8, [])  # an emptied organisation does not come back
    await again.close()


async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    await (await SqliteObjects.open(tmp_path)).close()
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    with pytest.raises(StoreVersionError, match="a newer saywhy wrote it"):
        await SqliteObjects.open(tmp_path)
