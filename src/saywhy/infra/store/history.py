"""The history's share of the file: tracking rows beyond a size make room for new ones, the oldest first.

They go in the transactions that add others, a few at a time, so that no time of day has to be found for it and the
file stays as large as it is.  What a row takes is reckoned from what was written lately.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence

from saywhy.infra.store import queries
from saywhy.infra.store.rows import Row

STEP = 1000  # rows between two looks
PER_ROW = 40  # octets besides the texts: numbers, and entries of three trees
FILL = 0.85  # how full the pages of the trees are, about


class History:
    """`octets` at most, about."""

    def __init__(self, octets: float) -> None:
        self.octets = octets
        self._added = 0
        self._written = 0  # octets of the rows since the last look

    def added(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """These were, in the transaction that is open."""
        self._added += len(rows)
        for _, _, message, message_id, data in rows:
            self._written += len(data) + 2 * (len(message) + len(message_id)) + PER_ROW
        if self._added >= STEP:
            each = self._written / FILL / self._added
            if self.octets < math.inf:
                self._forget(connection, int(self.octets / each))
            self._added = self._written = 0

    def _forget(self, connection: sqlite3.Connection, most: int) -> None:
        oldest, newest = connection.execute(queries.TRACKING_ENDS).fetchone()
        surplus = newest - oldest + 1 - most
        if surplus > 0:
            connection.execute(queries.FORGET_FIRST, (oldest + min(surplus, 2 * self._added),))
