"""The Store on SQLite: WAL, synchronous=FULL, one writer thread with natural group commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from saywhy.infra.store.protocol import (
    Change,
    DueRow,
    MessageFilter,
    ObjectChange,
    QueueRow,
    TrackingFilter,
)
from saywhy.model.event import Event
from saywhy.model.queued import Message, Pending, QueueId


class SqliteStore:
    """One shard in `directory`/queue-<shard>.sqlite3."""

    @classmethod
    async def open(cls, directory: Path, shard: int = 1, *, synchronous: str = "FULL") -> SqliteStore:
        raise NotImplementedError

    def next_id(self) -> QueueId:
        raise NotImplementedError

    async def commit(self, change: Change) -> None:
        raise NotImplementedError

    async def due(self, until: float, limit: int) -> list[DueRow]:
        raise NotImplementedError

    async def next_due(self, after: float) -> float | None:
        raise NotImplementedError

    async def content(self, message: QueueId) -> bytes | None:
        raise NotImplementedError

    async def message(self, message: QueueId) -> Message | None:
        raise NotImplementedError

    async def pending(self, message: QueueId) -> list[Pending]:
        raise NotImplementedError

    async def messages(self, which: MessageFilter) -> list[Message]:
        raise NotImplementedError

    async def queues(self) -> list[QueueRow]:
        raise NotImplementedError

    async def tracking(self, which: TrackingFilter) -> list[Event]:
        raise NotImplementedError

    async def count(self) -> tuple[int, int]:
        raise NotImplementedError

    async def objects(self) -> tuple[int, list[tuple[str, str, dict[str, Any]]]]:
        raise NotImplementedError

    async def change_objects(
        self, revision: int, changes: Sequence[ObjectChange], events: Sequence[Event] = ()
    ) -> int:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
