"""Reads of the database, each a function of a connection; they run in a reader's thread."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from saywhy.infra.errors import ContentAltered
from saywhy.infra.store import queries
from saywhy.infra.store.bodies import Bodies
from saywhy.infra.store.digest import compared
from saywhy.infra.store.filters import address_key
from saywhy.infra.store.protocol import CauseRow, DueFilter, DueRow, MessageFilter, QueueRow, TrackingFilter
from saywhy.infra.store.rows import read_event, read_list, read_message, read_pending, searchable
from saywhy.model import record
from saywhy.model.event import Event
from saywhy.model.failure import Failure
from saywhy.model.queued import Message, NextHop, Pending


def _one(connection: sqlite3.Connection, sql: str, values: Any = ()) -> Any:
    """The single value that `sql` gives."""
    return connection.execute(sql, values).fetchone()[0]


def due(connection: sqlite3.Connection, until: float, limit: int, which: DueFilter) -> list[DueRow]:
    """First the keys, so that what is held in memory already costs no decoding; then the rows."""
    keys = _due_keys(connection, until, limit + len(which.skip), which)
    held = {(message.number, number) for message, number in which.skip}
    wanted = [key for key in keys if key not in held][:limit]
    recipients = read_list(_one(connection, queries.RECIPIENTS_BY_KEY, (json.dumps(wanted),)))
    by_key = {(pending.message.number, pending.number): pending for pending in map(read_pending, recipients)}
    numbers = json.dumps(sorted({message for message, _ in by_key}))
    found = map(read_message, read_list(_one(connection, queries.MESSAGES_BY_NUMBER, (numbers,))))
    messages = {message.id: message for message in found}
    rows = (by_key[key] for key in wanted if key in by_key)
    return [DueRow(messages[pending.message], pending) for pending in rows if pending.message in messages]


def _due_keys(connection: sqlite3.Connection, until: float, limit: int, which: DueFilter) -> list[tuple[int, int]]:
    if which.queue:
        if which.queue in which.skip_queues:
            return []
        values: dict[str, Any] = {"queue": searchable(which.queue), "until": until, "limit": limit}
        text = _one(connection, queries.DUE_KEYS_OF_QUEUE, values)
    else:
        skip = json.dumps([searchable(queue) for queue in which.skip_queues])
        text = _one(connection, queries.DUE_KEYS, {"until": until, "skip": skip, "limit": limit})
    return [(message, number) for message, number in json.loads(text)]


def next_due(connection: sqlite3.Connection, after: float) -> float | None:
    found = _one(connection, queries.NEXT_DUE, (after,))
    return None if found is None else float(found)


def content(connection: sqlite3.Connection, number: int, bodies: Bodies) -> bytes | None:
    row = connection.execute(queries.CONTENT, (number,)).fetchone()
    if row is None:
        return None
    in_file, inline, digest = row
    if not in_file:
        return compared(number, bytes(inline), digest)
    octets = bodies.read(number)
    if octets is not None:
        return compared(number, octets, digest)
    if _one(connection, queries.IS_QUEUED, (number,)):
        bodies.check()
        raise ContentAltered(f"the content of message number {number:x} is missing from its folder")
    return None


def message(connection: sqlite3.Connection, number: int) -> Message | None:
    found = read_list(_one(connection, queries.MESSAGES_BY_NUMBER, (json.dumps([number]),)))
    return read_message(found[0]) if found else None


def pending(connection: sqlite3.Connection, number: int) -> list[Pending]:
    found = map(read_pending, read_list(_one(connection, queries.RECIPIENTS_OF, (number,))))
    return sorted(found, key=lambda row: row.number)


def owed(connection: sqlite3.Connection, queue: str, numbers: list[int]) -> list[Pending]:
    values = {"queue": searchable(queue), "messages": json.dumps(numbers)}
    found = map(read_pending, read_list(_one(connection, queries.OWED, values)))
    return sorted(found, key=lambda row: (row.message, row.number))


def messages(connection: sqlite3.Connection, which: MessageFilter, after: int) -> list[Message]:
    values = {
        "after": after,
        "queue": searchable(which.queue),
        "sender": searchable(address_key(which.sender)) if which.sender else "",
        "recipient": searchable(address_key(which.recipient)) if which.recipient else "",
        "limit": which.limit,
    }
    sql = queries.LIST_MESSAGES_OF_QUEUE if which.queue else queries.LIST_MESSAGES
    return [read_message(row) for row in read_list(_one(connection, sql, values))]


def queues(connection: sqlite3.Connection, hop: str = "") -> list[QueueRow]:
    found = json.loads(_one(connection, queries.QUEUES, {"hop": searchable(hop)}))
    return sorted((_queue(*row) for row in found), key=lambda row: row.key)


def held(connection: sqlite3.Connection) -> list[QueueRow]:
    found = json.loads(_one(connection, queries.HELD_QUEUES))
    return sorted((_queue(*row) for row in found), key=lambda row: row.key)


def _queue(
    _: str, recipients: int, messages: int, retrying: int, next_due: float, oldest: float, hop: Any, failure: Any
) -> QueueRow:
    next_hop = record.load(NextHop, hop)
    last = record.load(Failure, failure) if failure else None
    return QueueRow(
        key=next_hop.key,
        kind=next_hop.kind,
        domain=next_hop.domain,
        connector=next_hop.connector,
        recipients=recipients,
        messages=messages,
        next_due=next_due,
        oldest=oldest,
        retrying=retrying,
        last_error=last.line() if last else "",
        cause=last.cause if last else "",
    )


def causes(connection: sqlite3.Connection) -> list[CauseRow]:
    return sorted(CauseRow(*row) for row in json.loads(_one(connection, queries.CAUSES)))


def tracking(connection: sqlite3.Connection, which: TrackingFilter) -> list[Event]:
    where = queries.TRACKING_WHERE[bool(which.message), bool(which.message_id)]
    values = {
        "message": which.message,
        "message_id": searchable(which.message_id),
        "kinds": json.dumps([int(kind) for kind in which.kinds]),
        "limit": which.limit,
    }
    rows = read_list(_one(connection, queries.TRACKING_OF.format(where=where), values))
    return [read_event(row) for row in rows]


def count(connection: sqlite3.Connection) -> tuple[int, int]:
    messages, recipients = connection.execute(queries.COUNT).fetchone()
    return int(messages), int(recipients)
