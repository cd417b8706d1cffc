"""A Change's rows -> statements, each of which takes many rows in one step (queries.py says why)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from saywhy.infra.store import queries
from saywhy.infra.store.counts import Counts
from saywhy.infra.store.rows import Row, Rows

T = TypeVar("T")

_SMALL_STEP = 16  # few sizes, so that the prepared statements stay in the connection's cache


def apply(connection: sqlite3.Connection, counts: Counts, rows: Rows) -> None:
    """Everything of `rows` but the files, inside the transaction that is open."""
    _many(connection, queries.ADD_MESSAGES, rows.digested())
    for part in _parts(rows.recipients):
        if rows.updates:
            counts.out(part)
        _statement(connection, queries.PUT_RECIPIENTS, part)
        counts.in_(part)
    for part in _parts(rows.settled):
        counts.out(part)
        _statement(connection, queries.SETTLE_RECIPIENTS, part)
    gone = _many(connection, queries.END_MESSAGES, [(number,) for number in sorted(rows.ended)])
    counts.messages(len(rows.messages) - gone)
    track(connection, rows.tracking)


def track(connection: sqlite3.Connection, tracking: Sequence[Row]) -> None:
    _many(connection, queries.ADD_TRACKING, tracking)


def _many(connection: sqlite3.Connection, template: str, rows: Sequence[Row]) -> int:
    """How many rows of the table it touched."""
    return sum(_statement(connection, template, part) for part in _parts(rows))


def _statement(connection: sqlite3.Connection, template: str, part: Sequence[Row]) -> int:
    sql = queries.many(template, len(part[0]), len(part))
    return connection.execute(sql, [value for row in part for value in row]).rowcount


def _parts(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    at = 0
    while at < len(rows):
        left = len(rows) - at
        size = left if left < _SMALL_STEP else min(left // _SMALL_STEP * _SMALL_STEP, queries.MAX_ROWS)
        yield rows[at : at + size]
        at += size


def within(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work` in a transaction of its own: committed when it returns, rolled back when it raises."""
    roll_back(connection)  # of one whose own rolling back met an error
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.commit()  # gives the interpreter lock away once, a statement several times
    except BaseException:
        roll_back(connection)
        raise
    return result


def roll_back(connection: sqlite3.Connection) -> None:
    """SQLite has rolled back by itself after some errors (full, IO)."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
