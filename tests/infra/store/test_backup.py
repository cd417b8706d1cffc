"""A copy of a shard made under load is the shard at one moment; one that is not whole is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from saywhy.infra.errors import StoreError
from saywhy.infra.store.backup import verify_shard
from saywhy.infra.store.bodies import INLINE
from saywhy.infra.store.protocol import Change, MessageFilter
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.queued import QueueId
from tests.infra.store.samples import new_message

ALL = MessageFilter()
LARGE = b"x" * (INLINE + 1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path / "queue", synchronous="OFF")
    yield store
    await store.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir(mode=0o700)
    return folder


async def add(store: SqliteStore, content: bytes = b"small") -> QueueId:
    new = new_message(store.next_id(), content=content)
    await store.commit(Change(add=[new]))
    return new.message.id


async def test_a_copy_under_load_is_one_moment_with_every_content(store: SqliteStore, target: Path) -> None:
    before = [await add(store, LARGE if number % 3 == 0 else b"small") for number in range(30)]
    stop = asyncio.Event()

    async def load() -> None:
        while not stop.is_set():
            message = await add(store, LARGE)
            await store.commit(Change(settle=[(message, 0)]))

    clients = [asyncio.create_task(load()) for _ in range(4)]
    settling = asyncio.create_task(store.commit(Change(settle=[(message, 0) for message in before[:15]])))
    copied = await store.backup(target)
    await settling
    stop.set()
    await asyncio.gather(*clients)
    assert verify_shard(target, 1) == copied
    copy = await SqliteStore.open(target, synchronous="OFF")
    for message in before[15:]:
        assert await copy.content(message) == await store.content(message)
    for found in await copy.messages(ALL):
        assert await copy.content(found.id) in (LARGE, b"small")
    assert copy.next_id().number > max(message.number for message in before)
    await copy.close()


async def test_files_that_a_backup_kept_are_removed_after_it(store: SqliteStore, target: Path) -> None:
    message = await add(store, LARGE)
    store._upkeep.keep()
    await store.commit(Change(settle=[(message, 0)]))
    folder = target.parent / "queue" / "queue-1.bodies"
    assert len(list(folder.iterdir())) == 1
    await store._write(lambda _: store._upkeep.let_go())
    assert list(folder.iterdir()) == []
    await add(store, LARGE)
    await store.backup(target)
    assert len(list(folder.iterdir())) == 1


async def test_two_backups_at_once_are_one_too_many(store: SqliteStore, target: Path) -> None:
    await add(store)
    other = target.with_name("other")
    other.mkdir()
    results = await asyncio.gather(store.backup(target), store.backup(other), return_exceptions=True)
    assert isinstance(results[1], StoreError)
    assert "already" in str(results[1])
    assert (await store.backup(other)).messages == 1


async def test_a_copy_that_lacks_a_content_or_is_damaged_is_refused(store: SqliteStore, target: Path) -> None:
    await add(store, LARGE)
    for _ in range(200):
        await add(store)
    await store.backup(target)
    [content] = (target / "queue-1.bodies").iterdir()
    content.unlink()
    with pytest.raises(StoreError, match=r"\.eml is missing: this is no whole backup"):
        verify_shard(target, 1)
    database = target / "queue-1.sqlite3"
    octets = bytearray(database.read_bytes())
    octets[4096 * 5 : 4096 * 12] = b"\xff" * 4096 * 7
    database.write_bytes(octets)
    with pytest.raises(StoreError, match="damaged"):
        verify_shard(target, 1)
    database.unlink()
    with pytest.raises(StoreError, match=r"queue-1\.sqlite3 is missing"):
        verify_shard(target, 1)


async def test_a_place_that_cannot_be_written_is_told_and_leaves_the_store_as_it_was(
    store: SqliteStore, target: Path
) -> None:
    message = await add(store, LARGE)
    (target / "queue-1.sqlite3").write_bytes(b"somebody's")
    with pytest.raises(StoreError):
        await store.backup(target)
    assert (target / "queue-1.sqlite3").read_bytes() == b"somebody's"
    await store.commit(Change(settle=[(message, 0)]))
    assert list((target.parent / "queue" / "queue-1.bodies").iterdir()) == []
