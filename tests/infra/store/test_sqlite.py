"""The SQLite store keeps the contract, and what only a store on disk can show."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import shutil
import sqlite3
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from saywhy.infra.errors import StoreError, StoreVersionError
from saywhy.infra.store import bodies, writer
from saywhy.infra.store.bodies import INLINE
from saywhy.infra.store.protocol import Change, Store
from saywhy.infra.store.rows import Rows
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.event import Kind
from saywhy.model.queued import QueueId
from tests.infra.store.contract import StoreContract
from tests.infra.store.samples import event, new_message

LARGE = b"x" * (INLINE + 1)


class TestSqliteStore(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        store = await SqliteStore.open(tmp_path / "queue")
        yield store
        await store.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "queue"


@pytest.fixture
async def store(place: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(place)
    yield store
    await store.close()


def files(place: Path) -> list[str]:
    return sorted(path.name for path in (place / "queue-1.bodies").iterdir())


# -- over a restart --


async def test_everything_is_there_after_a_restart(place: Path) -> None:
    store = await SqliteStore.open(place)
    small, large = new_message(store.next_id(), recipients=2), new_message(store.next_id(), content=LARGE)
    await store.commit(Change(add=[small, large], events=[event(Kind.RECEIVE, small.message.id)]))
    await store.close()
    store = await SqliteStore.open(place)
    assert await store.count() == (2, 3)
    assert await store.content(small.message.id) == small.content
    assert await store.content(large.message.id) == LARGE
    await store.close()


async def test_numbers_go_on_after_a_restart_even_when_no_message_is_left(place: Path) -> None:
    store = await SqliteStore.open(place)
    first = new_message(store.next_id())
    await store.commit(Change(add=[first]))
    await store.commit(Change(settle=[(first.message.id, 0)]))
    await store.close()
    store = await SqliteStore.open(place)
    assert store.next_id() == QueueId(1, first.message.id.number + 1)
    await store.close()


async def test_numbers_are_not_used_twice_after_a_crash(store: SqliteStore, place: Path, tmp_path: Path) -> None:
    used = [store.next_id() for _ in range(10_000)]
    await store.commit(Change(add=[new_message(used[-1])]))
    await store.commit(Change(settle=[(used[-1], 0)]))
    late = [store.next_id() for _ in range(100)]
    shutil.copytree(place, tmp_path / "crashed")
    crashed = await SqliteStore.open(tmp_path / "crashed")
    assert crashed.next_id() > max(late)
    await crashed.close()


async def test_what_was_committed_is_in_the_files_at_once(store: SqliteStore, place: Path, tmp_path: Path) -> None:
    news = [new_message(store.next_id(), content=LARGE if number % 3 else b"small") for number in range(9)]
    await asyncio.gather(*(store.commit(Change(add=[new])) for new in news))
    shutil.copytree(place, tmp_path / "crashed")
    crashed = await SqliteStore.open(tmp_path / "crashed")
    for new in news:
        assert await crashed.content(new.message.id) == new.content
    await crashed.close()


# -- files --


async def test_only_the_owner_may_look_whatever_the_umask(place: Path) -> None:
    before = os.umask(0o277)
    try:
        store = await SqliteStore.open(place)
        await store.commit(Change(add=[new_message(store.next_id(), content=LARGE)]))
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    seen = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*")}
    assert {mode & 0o077 for mode in seen.values()} == {0}
    assert "queue-1.sqlite3-wal" in seen
    await store.close()


async def test_a_directory_that_exists_keeps_its_mode(place: Path) -> None:
    place.mkdir(mode=0o750)
    place.chmod(0o750)
    await (await SqliteStore.open(place)).close()
    assert stat.S_IMODE(place.stat().st_mode) == 0o750


async def test_shards_live_side_by_side(place: Path) -> None:
    one, two = await SqliteStore.open(place), await SqliteStore.open(place, shard=2)
    assert (one.next_id().shard, two.next_id().shard) == (1, 2)
    new = new_message(two.next_id())
    await two.commit(Change(add=[new]))
    assert await two.message(new.message.id) == new.message
    assert await one.message(new.message.id) is None
    await one.close()
    await two.close()


async def test_one_queue_has_one_server(store: SqliteStore, place: Path) -> None:
    with pytest.raises(StoreError, match="in use by another process: a queue has one server"):
        await SqliteStore.open(place)
    await store.close()
    await (await SqliteStore.open(place)).close()


async def test_a_large_content_is_a_file_until_its_message_leaves(store: SqliteStore, place: Path) -> None:
    large, small = new_message(store.next_id(), recipients=2, content=LARGE), new_message(store.next_id())
    await store.commit(Change(add=[large, small]))
    assert files(place) == [f"{large.message.id.number:x}.eml"]
    await store.commit(Change(settle=[(large.message.id, 0)]))
    assert len(files(place)) == 1
    await store.commit(Change(settle=[(large.message.id, 1)]))
    assert files(place) == []


async def test_files_that_a_crash_left_are_removed_at_the_next_start(place: Path) -> None:
    store = await SqliteStore.open(place)
    kept = new_message(store.next_id(), content=LARGE)
    await store.commit(Change(add=[kept]))
    await store.close()
    (place / "queue-1.bodies" / "ffff.eml").write_bytes(b"never committed")
    (place / "queue-1.bodies" / "notes.txt").write_bytes(b"not ours")
    store = await SqliteStore.open(place)
    assert files(place) == [f"{kept.message.id.number:x}.eml", "notes.txt"]
    assert await store.content(kept.message.id) == LARGE
    await store.close()


async def test_a_content_whose_file_was_taken_away_is_an_error_and_not_an_empty_message(
    store: SqliteStore, place: Path
) -> None:
    large = new_message(store.next_id(), content=LARGE)
    await store.commit(Change(add=[large]))
    (place / "queue-1.bodies" / files(place)[0]).unlink()
    with pytest.raises(StoreError, match="missing"):
        await store.content(large.message.id)


async def test_a_large_content_and_its_folder_are_synced_before_the_commit(
    store: SqliteStore, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story: list[str] = []
    sync = os.fsync

    def told(descriptor: int) -> None:
        story.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    store._connection.set_trace_callback(lambda sql: story.append("commit") if sql == "COMMIT" else None)
    await store.commit(Change(add=[new_message(store.next_id(), content=LARGE)]))
    assert story == [files(place)[0], "queue-1.bodies", "commit"]


async def test_a_new_queue_file_is_synced_into_its_directory(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    sync = os.fsync

    def told(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    await (await SqliteStore.open(place)).close()
    assert synced[-1] == "queue"


# -- group commit --


async def test_what_is_handed_in_during_a_commit_shares_the_next_one(store: SqliteStore) -> None:
    commits: list[str] = []
    store._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    news = [new_message(store.next_id(), recipients=1 + number % 40) for number in range(300)]
    await asyncio.gather(*(store.commit(Change(add=[new])) for new in news))
    assert 1 <= len(commits) <= 30
    assert await store.count() == (300, sum(len(new.pending) for new in news))
    for new in news[::37]:
        assert await store.pending(new.message.id) == list(new.pending)


async def test_a_lone_client_never_waits_for_company(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(writer, "time", SimpleNamespace(sleep=waits.append))
    for _ in range(5):
        await store.commit(Change(add=[new_message(store.next_id())]))
    assert waits == []


async def test_after_a_shared_commit_a_single_change_waits_for_company_once(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[str] = []
    store._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    first, second, third = (Change(add=[new_message(store.next_id())]) for _ in range(3))
    late: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def company_comes(_seconds: float) -> None:
        monkeypatch.undo()
        store._writer.put(Rows.of(second), late)

    store._writer._company = 2
    monkeypatch.setattr(writer, "time", SimpleNamespace(sleep=company_comes))
    await store.commit(first)
    await late
    assert len(commits) == 1
    await store.commit(third)
    assert await store.count() == (3, 3)


async def test_a_commit_that_is_cancelled_stops_no_other(store: SqliteStore, place: Path) -> None:
    news = [new_message(store.next_id(), content=LARGE if number % 2 else b"small") for number in range(20)]
    tasks = [asyncio.ensure_future(store.commit(Change(add=[new]))) for new in news]
    await asyncio.sleep(0)
    for task in tasks[::3]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(result is None or isinstance(result, asyncio.CancelledError) for result in done)
    await store.commit(Change(add=[new_message(store.next_id())]))
    for new, result in zip(news, done, strict=True):
        found = await store.content(new.message.id)
        assert found == new.content if result is None else found in (None, new.content)


async def test_close_commits_what_was_handed_in(place: Path) -> None:
    store = await SqliteStore.open(place)
    tasks = [asyncio.ensure_future(store.commit(Change(add=[new_message(store.next_id())]))) for _ in range(50)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*tasks)
    with pytest.raises(StoreError, match="is closed"):
        await store.commit(Change())
    with pytest.raises(StoreError, match="is closed"):
        await store.count()
    store = await SqliteStore.open(place)
    assert await store.count() == (50, 50)
    await store.close()


async def test_a_long_read_holds_up_no_commit(store: SqliteStore) -> None:
    await store.commit(Change(add=[new_message(store.next_id())]))
    reading = store._lister._connection
    reading.execute("BEGIN")
    reading.execute("SELECT count(*) FROM message").fetchone()
    await store.commit(Change(add=[new_message(store.next_id())]))
    assert len(await store.due(1000.0, 10)) == 2
    reading.execute("COMMIT")


# -- trouble --


async def test_a_full_disk_refuses_the_change_whole_and_the_store_works_on(
    store: SqliteStore, place: Path
) -> None:
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 8}")
    small, big = new_message(store.next_id()), new_message(store.next_id(), content=b"x" * 100_000)
    results = await asyncio.gather(
        store.commit(Change(add=[small])), store.commit(Change(add=[big])), return_exceptions=True
    )
    assert results[0] is None
    assert isinstance(results[1], StoreError)
    assert results[1].full
    assert "free space on its file system" in str(results[1])
    assert await store.count() == (1, 1)
    await store.commit(Change(settle=[(small.message.id, 0)]))
    store._connection.execute("PRAGMA max_page_count = 1000000")
    await store.commit(Change(add=[big]))
    assert await store.content(big.message.id) == big.content


@pytest.mark.parametrize(
    ("number", "full", "read_only"),
    [
        (errno.ENOSPC, True, False),
        (errno.EDQUOT, True, False),
        (errno.EROFS, False, True),
        (errno.EIO, False, False),
    ],
)
async def test_a_content_that_cannot_be_written_refuses_the_change_whole(
    store: SqliteStore, place: Path, monkeypatch: pytest.MonkeyPatch, number: int, full: bool, read_only: bool
) -> None:
    def fail(path: Path, content: bytes) -> None:
        path.write_bytes(content[:10])
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(bodies, "_write", fail)
        with pytest.raises(StoreError) as raised:
            await store.commit(Change(add=[new_message(store.next_id(), content=LARGE)]))
    assert (raised.value.full, raised.value.read_only) == (full, read_only)
    assert await store.count() == (0, 0)
    assert files(place) == []
    await store.commit(Change(add=[new_message(store.next_id(), content=LARGE)]))
    assert await store.count() == (1, 1)


async def test_a_queue_that_may_only_be_read_says_so(store: SqliteStore) -> None:
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="check its owner and mode") as raised:
        await store.commit(Change(add=[new_message(store.next_id())]))
    assert raised.value.read_only
    store._connection.execute("PRAGMA query_only = OFF")
    await store.commit(Change(add=[new_message(store.next_id())]))


async def test_files_of_a_change_that_was_refused_do_not_stay(store: SqliteStore, place: Path) -> None:
    known = new_message(store.next_id())
    await store.commit(Change(add=[known]))
    large = new_message(store.next_id(), content=LARGE)
    with pytest.raises(StoreError):
        await store.commit(Change(add=[large, known]))
    assert files(place) == []


@pytest.mark.parametrize(
    "content", [b"not a database at all, only text " * 200, b"SQLite format 3\x00" + b"\xff" * 8000]
)
async def test_a_damaged_queue_file_is_refused_with_what_to_do(place: Path, content: bytes) -> None:
    place.mkdir()
    (place / "queue-1.sqlite3").write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged or no queue file .* move it and its -wal aside"):
        await SqliteStore.open(place)
    assert (place / "queue-1.sqlite3").read_bytes() == content


async def test_another_programs_database_is_left_alone(place: Path) -> None:
    place.mkdir()
    with sqlite3.connect(place / "queue-1.sqlite3") as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = (place / "queue-1.sqlite3").read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        await SqliteStore.open(place)
    assert (place / "queue-1.sqlite3").read_bytes() == before


async def test_a_queue_of_a_newer_version_is_refused_with_a_clear_sentence(place: Path) -> None:
    await (await SqliteStore.open(place)).close()
    with sqlite3.connect(place / "queue-1.sqlite3") as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(StoreVersionError) as refused:
        await SqliteStore.open(place)
    assert str(refused.value) == (
        f"{place}/queue-1.sqlite3 has schema 99 and this saywhy knows up to 3, so a newer saywhy wrote it: "
        "start that version again, or let it deliver the queue and begin with an empty one"
    )


async def test_an_unknown_synchronous_mode_is_refused(place: Path) -> None:
    with pytest.raises(StoreError, match="synchronous is one of FULL"):
        await SqliteStore.open(place, synchronous="full; DROP TABLE message")


async def test_synchronous_full_is_the_default(store: SqliteStore) -> None:
    assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert store._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


async def test_a_window_of_due_recipients_costs_no_read_of_the_rest(store: SqliteStore) -> None:
    plan = store._connection.execute(
        "EXPLAIN QUERY PLAN SELECT message, number FROM recipient WHERE due <= 5 AND hop NOT IN "
        "(SELECT value FROM json_each('[]')) ORDER BY due, hop, message, number LIMIT 5"
    ).fetchall()
    assert any("COVERING INDEX recipient_due" in row[3] for row in plan)
    assert not any("TEMP B-TREE" in row[3] for row in plan)


async def test_recipients_of_many_changes_are_each_updated(store: SqliteStore) -> None:
    news = [new_message(store.next_id(), recipients=3) for _ in range(150)]
    await asyncio.gather(*(store.commit(Change(add=[new])) for new in news))
    changes = [
        Change(
            update=[dataclasses.replace(new.pending[1], due=float(number))],
            settle=[(new.message.id, 0), (new.message.id, 2)],
        )
        for number, new in enumerate(news)
    ]
    await asyncio.gather(*map(store.commit, changes))
    rows = await store.due(1000.0, 1000)
    assert [row.pending.due for row in rows] == [float(number) for number in range(150)]
    assert await store.count() == (150, 150)


async def test_a_long_queue_is_made_due_in_shares_and_mail_is_taken_between_them(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saywhy.infra.store.sqlite.SHARE", 10)
    news = [new_message(store.next_id(), due=900.0) for _ in range(95)]
    await store.commit(Change(add=news))
    hastening = asyncio.create_task(
        store.hasten(500.0, news[0].pending[0].hop.key, events=[event(Kind.RETRY, "1-1")])
    )
    await store.commit(Change(add=[new_message(store.next_id(), due=100.0)]))
    assert not hastening.done()
    assert await hastening == 95
    assert len(await store.due(500.0, 200)) == 96
    assert await store.hasten(500.0) == 0
    assert await store.hasten(400.0, limit=7) == 7
