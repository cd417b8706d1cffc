"""The history keeps to its share of the file: the oldest rows make room, in the commits that add others."""

from __future__ import annotations

import asyncio
from pathlib import Path

from saywhy.infra.store.protocol import Change, TrackingFilter
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.event import Kind
from tests.infra.store.samples import event

MIB = 1 << 20


async def fill(store: SqliteStore, first: int, rows: int) -> None:
    """That many tracking rows, fifty a Change."""
    changes = [
        Change(events=[event(Kind.RECEIVE, f"1-{number:x}", float(number)) for number in range(at, at + 50)])
        for at in range(first, first + rows, 50)
    ]
    await asyncio.gather(*map(store.commit, changes))


async def test_the_oldest_rows_make_room_and_the_file_stops_growing(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path, synchronous="OFF", history=MIB)
    sizes, kept = [], []
    for turn in range(6):
        await fill(store, turn * 5000, 5000)
        sizes.append(store._connection.execute("PRAGMA page_count").fetchone()[0])
        rows = await store.tracking(TrackingFilter(limit=100_000))
        assert rows[-1].at == turn * 5000 + 4999
        kept.append(len(rows))
        assert [row.at for row in rows] == [float(at) for at in range(int(rows[0].at), int(rows[-1].at) + 1)]
    assert sizes[-1] < 1.5 * sizes[2]  # how much is forgotten at a time depends on how commits are shared
    assert sizes[-1] * 4096 < 2 * MIB
    assert 1000 < kept[-1] < 10_000
    await store.close()


async def test_without_a_limit_nothing_is_forgotten(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path, synchronous="OFF")
    await fill(store, 0, 5000)
    assert len(await store.tracking(TrackingFilter(limit=100_000))) == 5000
    await store.close()


async def test_a_lower_limit_is_reached_step_by_step(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path, synchronous="OFF")
    await fill(store, 0, 10_000)
    await store.close()
    store = await SqliteStore.open(tmp_path, synchronous="OFF", history=0.1 * MIB)
    await fill(store, 10_000, 20_000)
    rows = await store.tracking(TrackingFilter(limit=100_000))
    assert rows[0].at > 20_000
    assert rows[-1].at == 29_999
    await store.close()
