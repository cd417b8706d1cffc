"""The counts of what waits, by next hop and by cause, kept by the transactions that change it.

Whoever is about to change some rows of `recipient` counts them out, changes them, and counts them in again: a part
of a batch at a time, so that each step is exact by itself.  docs/decisions/0011 says why these are no triggers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from saywhy.infra.store import queries
from saywhy.infra.store.rows import Row


class Counts:
    """Of one connection.  Causes cost nothing as long as no recipient has had one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._causes = bool(connection.execute(queries.ANY_CAUSE).fetchone()[0])

    def out(self, rows: Sequence[Row]) -> None:
        """Each begins with a recipient's message and number; the recipient need not be there."""
        self._count(queries.COUNT_OUT, rows)
        if self._causes:
            self._count(queries.COUNT_CAUSES_OUT, rows)

    def in_(self, rows: Sequence[Row]) -> None:
        self._count(queries.COUNT_IN, rows)
        if any(row[-1] for row in rows):
            self._causes = True
            self._count(queries.COUNT_CAUSES_IN, rows)

    def _count(self, template: str, rows: Sequence[Row]) -> None:
        keys = [value for row in rows for value in row[:2]]
        self._connection.execute(queries.many(template, 2, len(rows)), keys)

    def messages(self, more: int) -> None:
        if more:
            self._connection.execute(queries.COUNT_MESSAGES, (more,))
