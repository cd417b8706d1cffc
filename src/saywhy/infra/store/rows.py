"""Values of the model <-> rows of the database.

Searched columns hold plain text: what has lone surrogates (octets that were no UTF-8) is escaped there; the
JSON beside them is exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from saywhy.infra.store.bodies import INLINE
from saywhy.infra.store.digest import digest_of
from saywhy.infra.store.filters import address_key, tracked
from saywhy.infra.store.protocol import Change
from saywhy.model import record
from saywhy.model.event import Event, Kind
from saywhy.model.queued import Message, NewMessage, Pending

Row = tuple[Any, ...]

encode = record.encoder()


@dataclass(slots=True)
class Rows:
    """One Change, or several that share a transaction, as what the statements take."""

    messages: list[Row] = field(default_factory=list)
    recipients: list[Row] = field(default_factory=list)
    settled: list[Row] = field(default_factory=list)
    ended: set[int] = field(default_factory=set)  # messages that may have lost their last recipient
    tracking: list[Row] = field(default_factory=list)
    large: list[tuple[int, bytes]] = field(default_factory=list)  # contents for files of their own
    updates: bool = False  # some of `recipients` may be there already
    octets: int = 0  # of contents that the transaction writes

    @classmethod
    def of(cls, change: Change) -> Rows:
        rows = cls()
        for new in change.add:
            rows._add(new)
        rows.recipients += map(recipient_row, change.update)
        rows.updates = bool(change.update)
        rows.settled += [(message.number, number) for message, number in change.settle]
        rows.ended.update(message.number for message, _ in change.settle)
        rows.tracking += tracking_rows(change.events)
        return rows

    def _add(self, new: NewMessage) -> None:
        if len(new.content) > INLINE:
            self.large.append((new.message.id.number, new.content))
            self.messages.append(message_row(new.message, None, None))
        else:
            self.octets += len(new.content)
            self.messages.append(message_row(new.message, new.content, None))
        self.recipients += map(recipient_row, new.pending)

    def digested(self) -> list[Row]:
        """`messages` with the digests of contents that stand in them.

        Asked for in the writer's thread: hashing gives the interpreter lock away, which costs the event loop more
        than the hash.
        """
        return [row if row[-2] is None else (*row[:-1], digest_of(row[-2])) for row in self.messages]

    def digest_large(self) -> None:
        """What a large content's row still lacks: taken in a thread, since it takes a millisecond for each MB."""
        digests = {number: digest_of(content) for number, content in self.large}
        self.messages = [(*row[:-1], digests.get(row[0], row[-1])) for row in self.messages]

    @classmethod
    def merged(cls, parts: Iterable[Rows]) -> Rows:
        all_rows = cls()
        for rows in parts:
            all_rows.messages += rows.messages
            all_rows.recipients += rows.recipients
            all_rows.updates |= rows.updates
            all_rows.settled += rows.settled
            all_rows.ended |= rows.ended
            all_rows.tracking += rows.tracking
        return all_rows


def searchable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def message_row(message: Message, content: bytes | None, digest: bytes | None) -> Row:
    return (
        message.id.number,
        message.arrived,
        _given_up(message),
        searchable(address_key(message.envelope.sender)),
        encode(record.dump(message)),
        content,
        digest,
    )


def _given_up(message: Message) -> float:
    """When its sender is told that it was not delivered: the end, or his own deadline (RFC 2852) before it."""
    by = message.envelope.by
    return message.expires if by is None else min(message.expires, by.at)


def recipient_row(pending: Pending) -> Row:
    return (
        pending.message.number,
        pending.number,
        pending.due,
        searchable(pending.hop.key),
        pending.last_attempt,
        pending.attempts,
        pending.delay_reported,
        searchable(pending.recipient.address.key),
        searchable(pending.address.key),
        encode(record.dump(pending)),
        searchable(pending.failure.cause) if pending.failure is not None else "",
    )


def tracking_rows(events: Iterable[Event]) -> list[Row]:
    return [
        (event.at, int(event.kind), event.message, searchable(event.message_id), _event(event))
        for event in events
        if tracked(event)
    ]


def _event(event: Event) -> str:
    return encode(
        (
            int(event.kind),
            event.at,
            event.message,
            event.message_id,
            event.sender,
            event.recipient,
            event.status,
            event.cause,
            event.text,
            dict(event.data),
        )
    )


def read_event(data: list[Any]) -> Event:
    kind, *rest = data
    return Event(Kind(kind), *rest)


def read_list(concatenated: str | None) -> list[Any]:
    """What group_concat made of JSON values -> the values."""
    return json.loads(f"[{concatenated}]") if concatenated else []


def read_message(data: Any) -> Message:
    return record.load(Message, data)


def read_pending(data: Any) -> Pending:
    return record.load(Pending, data)
