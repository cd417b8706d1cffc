"""Whoever waits for a large queue hears that it goes on; a small one opens in silence."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from saywhy.infra.store import opening
from saywhy.infra.store.opening import Opening
from saywhy.infra.store.sqlite import SqliteStore


class Hours:
    """Each look at this clock takes an hour."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 3600
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "queue-1.sqlite3"
    path.write_bytes(b"")
    return path


def test_a_long_statement_is_told_while_it_runs(database: Path) -> None:
    told: list[str] = []
    watch = Opening(database, told.append, Hours())
    with sqlite3.connect(database) as connection:
        watch.watch(connection)
        connection.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT sum(x) FROM n"
        ).fetchone()
        watch.done(connection)
    connection.close()
    assert told[0] == "queue-1.sqlite3 is being opened, for 3600 s now"
    assert told[-1].startswith("queue-1.sqlite3 was opened in ")


def test_a_large_queue_of_an_older_schema_is_told_before(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGE", 0)
    told: list[str] = []
    Opening(database, told.append).migrating(1, 3)
    assert told == [
        "queue-1.sqlite3 is being brought from schema 1 to 3, it has 0 MiB; mail is taken when that is done"
    ]


async def test_a_small_queue_opens_in_silence(tmp_path: Path) -> None:
    told: list[str] = []
    await (await SqliteStore.open(tmp_path, synchronous="OFF", tell=told.append)).close()
    await (await SqliteStore.open(tmp_path, synchronous="OFF", tell=told.append)).close()
    assert told == []
