"""The counts that each commit keeps are what a scan of the queue would find, whatever happened to it."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from saywhy.infra.errors import StoreError
from saywhy.infra.store import migrate, queries
from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Change, Store
from saywhy.infra.store.rows import Rows
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.queued import HopKind, NewMessage, NextHop, Pending, QueueId
from tests.infra.store.samples import HOP, OTHER_HOP, new_message, refused

HOPS = (HOP, OTHER_HOP, NextHop(HopKind.UNREACHABLE))
CAUSES = ("remote-mailbox-full", "greylisted", "connection-timeout")

SCAN = """SELECT hop, recipients, messages, retrying, next_due, (SELECT arrived FROM message WHERE number = oldest)
    FROM (SELECT hop, count(*) AS recipients, count(DISTINCT message) AS messages, sum(attempts > 0) AS retrying,
        min(due) AS next_due, min(message) AS oldest FROM recipient GROUP BY hop) ORDER BY hop"""
SCAN_CAUSES = """SELECT found, hop, count(*) FROM (
        SELECT hop, json_extract(data, '$.failure.cause') AS found FROM recipient)
    WHERE found IS NOT NULL GROUP BY found, hop ORDER BY found, hop"""


class World:
    """A store on disk, the same in memory, and a random administrator, world and fate."""

    def __init__(self, directory: Path, chance: random.Random) -> None:
        self.directory = directory
        self.random = chance
        self.memory = MemoryStore()
        self.alive: dict[tuple[QueueId, int], Pending] = {}
        self.clock = 100.0

    async def open(self) -> None:
        self.store = await SqliteStore.open(self.directory, synchronous="OFF")

    async def both(self, change: Change) -> None:
        await asyncio.gather(self.store.commit(change), self.memory.commit(change))
        for new in change.add:
            self.alive.update(((pending.message, pending.number), pending) for pending in new.pending)
        self.alive.update(((pending.message, pending.number), pending) for pending in change.update)
        for key in change.settle:
            self.alive.pop(key, None)

    def new(self) -> NewMessage:
        self.clock += 1
        message = self.store.next_id()
        new = new_message(message, recipients=self.random.choice((1, 1, 2, 5)), arrived=self.clock, due=self.clock)
        content = b"x" * (200_000 if self.random.random() < 0.05 else 10)
        pending = tuple(dataclasses.replace(row, hop=self.random.choice(HOPS)) for row in new.pending)
        return NewMessage(new.message, content, pending)

    def some(self) -> list[Pending]:
        return self.random.sample(list(self.alive.values()), min(len(self.alive), self.random.randint(1, 6)))

    async def step(self) -> None:
        await self.random.choice(
            (self.add, self.add_many, self.defer, self.settle, self.resubmit, self.hasten, self.postpone,
             self.conflict, self.crash, self.mixed)
        )()  # fmt: skip

    async def add(self) -> None:
        await self.both(Change(add=[self.new() for _ in range(self.random.randint(1, 3))]))

    async def add_many(self) -> None:
        """More recipients than a statement takes, for the same hops, then most of them settled at once."""
        new = new_message(self.store.next_id(), recipients=230, arrived=self.clock, due=self.clock)
        hops = self.random.choices(self.random.choice((HOPS, (HOP,))), k=230)
        pending = tuple(dataclasses.replace(row, hop=hop) for row, hop in zip(new.pending, hops, strict=True))
        await self.both(Change(add=[dataclasses.replace(new, pending=pending)]))
        await self.both(Change(settle=[(row.message, row.number) for row in pending if row.number % 50]))

    def deferred(self, row: Pending) -> Pending:
        failure = self.random.choice([None, *(refused(cause=cause) for cause in CAUSES)])
        self.clock += 1
        later = self.clock + self.random.randint(0, 50)
        return dataclasses.replace(
            row, attempts=row.attempts + 1, last_attempt=self.clock, due=later, failure=failure
        )

    async def defer(self) -> None:
        await self.both(Change(update=[self.deferred(row) for row in self.some()]))

    async def settle(self) -> None:
        gone = [(row.message, row.number) for row in self.some()]
        await self.both(Change(settle=[*gone, (QueueId(1, 10**9), 0), *gone[:1]]))

    async def resubmit(self) -> None:
        """Another hop, and members in the place of a group."""
        moved = [dataclasses.replace(row, hop=self.random.choice(HOPS)) for row in self.some()]
        members = [dataclasses.replace(row, number=row.number + 1000) for row in moved[:2]]
        await self.both(Change(update=[*moved, *members], settle=[(row.message, row.number) for row in moved[:1]]))

    async def mixed(self) -> None:
        """Several Changes that share a transaction."""
        rows = self.some()
        changes = [Change(add=[self.new()]) for _ in range(3)]
        changes += [Change(update=[self.deferred(row)]) for row in rows[::2]]
        changes += [Change(settle=[(row.message, row.number)]) for row in rows[1::2]]
        await asyncio.gather(*map(self.both, changes))

    async def hasten(self) -> None:
        at, hop = self.clock - 5, self.random.choice(HOPS).key
        assert await self.store.hasten(at, hop) == await self.memory.hasten(at, hop)

    async def postpone(self) -> None:
        values = (self.random.choice(HOPS).key, self.clock, self.clock + 30, 1000.0)
        assert await self.store.postpone(*values) == await self.memory.postpone(*values)

    async def conflict(self) -> None:
        """Refused whole, alone and beside others that are not."""
        new, row = self.new(), next(iter(self.alive.values()), None)
        orphan = dataclasses.replace(new.pending[0], message=QueueId(1, 10**9))
        settle = [] if row is None else [(row.message, row.number)]
        bad = Change(add=[new], update=[orphan], settle=settle)
        good = Change(add=[self.new()])
        results = await asyncio.gather(self.store.commit(bad), self.both(good), return_exceptions=True)
        assert isinstance(results[0], StoreError)
        assert results[1] is None

    async def crash(self) -> None:
        """The files as they are now, in another place, are the store from now on."""
        after = self.directory.with_name(self.directory.name + "x")
        shutil.copytree(self.directory, after)
        await self.store.close()
        self.directory = after
        await self.open()

    async def check(self) -> None:
        scan, causes, counted = await self.store._lister.ask(scanned)
        shown = await self.store.queues()
        assert [
            (row.key, row.recipients, row.messages, row.retrying, row.next_due, row.oldest) for row in shown
        ] == scan
        assert [dataclasses.astuple(row) for row in await self.store.causes()] == causes
        assert await self.store.count() == counted
        assert {row.key: row.recipients for row in shown} == await recipients_of(self.memory)
        assert await self.store.causes() == await self.memory.causes()
        for row in shown:
            assert await self.store.queues(row.key) == [row]
            assert row.cause in {"", *CAUSES}
            assert bool(row.cause) == any(cause.queue == row.key for cause in await self.store.causes())


def scanned(connection: sqlite3.Connection) -> tuple[list[Any], list[Any], tuple[int, int]]:
    (messages,), (recipients,) = (
        connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("message", "recipient")
    )
    found = (connection.execute(sql).fetchall() for sql in (SCAN, SCAN_CAUSES))
    return *found, (messages, recipients)  # type: ignore[return-value]


async def recipients_of(store: Store) -> dict[str, int]:
    return {row.key: row.recipients for row in await store.queues()}


@given(st.integers(0, 2**32), st.integers(1, 25))
def test_the_counts_are_what_a_scan_finds_after_whatever_happened(seed: int, steps: int) -> None:
    async def life() -> None:
        world = World(Path(folder) / "queue", random.Random(seed))
        await world.open()
        for _ in range(steps):
            await world.step()
            await world.check()
        await world.both(Change(settle=list(world.alive)))
        await world.check()
        assert await world.store.queues() == []
        assert await world.store.count() == (0, 0)
        await world.store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(life())


def test_a_queue_of_the_first_schema_is_counted_when_it_is_brought_up_to_date() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in migrate.statements(migrate.migrations()[1]):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {migrate.APPLICATION}")
    connection.execute("PRAGMA user_version = 1")
    news = [new_message(QueueId(1, number), recipients=3) for number in range(1, 5)]
    failed = dataclasses.replace(news[0].pending[1], attempts=1, failure=refused(), hop=OTHER_HOP)
    rows = Rows.of(Change(add=news, update=[failed]))
    add = queries.ADD_MESSAGES.replace(", digest)", ")")
    for row in rows.messages:
        connection.execute(queries.many(add, len(row) - 1, 1), row[:-1])
    old = queries.PUT_RECIPIENTS.replace(", cause)", ")")
    for row in rows.recipients:
        connection.execute(queries.many(old, len(row) - 1, 1), row[:-1])
    migrate.migrate(connection, "queue")
    counted = connection.execute("SELECT hop, recipients, messages, retrying FROM queue ORDER BY hop").fetchall()
    assert counted == [(HOP.key, 11, 4, 0), (OTHER_HOP.key, 1, 1, 1)]
    assert connection.execute("SELECT * FROM queue_cause").fetchall() == [
        ("remote-mailbox-full", OTHER_HOP.key, 1)
    ]
    assert connection.execute(queries.COUNT).fetchone() == (4, 12)
    connection.close()


def test_no_statement_of_the_hot_path_and_of_the_lists_scans_the_queue() -> None:
    """What grows with the queue would be a full scan in the plan; SQLite makes one of `IN (VALUES ...)`."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(connection, "queue")
    keys = [1] * 6
    for template in (
        queries.SETTLE_RECIPIENTS,
        queries.COUNT_IN,
        queries.COUNT_OUT,
        queries.COUNT_CAUSES_IN,
        queries.COUNT_CAUSES_OUT,
    ):
        assert scans(connection, queries.many(template, 2, 3), keys) == []
    assert scans(connection, queries.many(queries.END_MESSAGES, 1, 6), keys) == []
    assert scans(connection, queries.QUEUES, {"hop": ""}) == []
    assert scans(connection, queries.CAUSES, ()) == []
    assert scans(connection, queries.COUNT, ()) == []
    assert scans(connection, queries.FILED, ()) == []
    listed = {"queue": "mailbox", "after": 0, "sender": "", "recipient": "", "limit": 10}
    assert scans(connection, queries.LIST_MESSAGES_OF_QUEUE, listed) == []
    connection.close()


def scans(connection: sqlite3.Connection, sql: str, values: Any) -> list[str]:
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    tables = ("SCAN recipient", "SCAN message", "SCAN owed")
    return [step for step in plan if step.startswith(tables) and "message_filed" not in step]
