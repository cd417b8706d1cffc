"""The writes that are no Change: each runs in a transaction of its own, in the writer's thread."""

from __future__ import annotations

import sqlite3

from saywhy.infra.store import queries, transaction
from saywhy.infra.store.protocol import Parked
from saywhy.infra.store.rows import Row, searchable


def hasten(
    connection: sqlite3.Connection,
    at: float,
    queue: str,
    message: int,
    tracking: list[Row],
    parked: Parked,
    limit: int,
) -> int:
    above, below = parked.bounds(at)
    values = {
        "at": at,
        "above": above,
        "below": below,
        "text": repr(at),
        "queue": searchable(queue),
        "message": message,
        "limit": limit,
    }
    found = connection.execute(queries.HASTEN[bool(queue), message >= 0], values).rowcount
    transaction.track(connection, tracking)
    return found


def postpone(
    connection: sqlite3.Connection, queue: str, now: float, until: float, delay_after: float, limit: int
) -> int:
    values = {
        "queue": searchable(queue),
        "now": now,
        "until": until,
        "delay_after": delay_after,
        "limit": limit,
    }
    return connection.execute(queries.POSTPONE, values).rowcount


def forget(connection: sqlite3.Connection, before: float, limit: int) -> int:
    """Rows are added in the order of time, near enough: only the oldest `limit` are looked at."""
    first = connection.execute(queries.FIRST_TRACKING).fetchone()
    if first is None or first[1] >= before:
        return 0
    return connection.execute(queries.FORGET_TRACKING, (first[0] + limit, before)).rowcount
