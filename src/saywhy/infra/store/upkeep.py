"""What goes with each transaction: the numbers given out, and the files of large contents."""

from __future__ import annotations

import json
import sqlite3

from saywhy.infra.store import queries
from saywhy.infra.store.bodies import Bodies
from saywhy.infra.store.history import History
from saywhy.infra.store.rows import Rows

NUMBER_BLOCK = 4096  # how far the stored ceiling runs ahead of the numbers given out


class Upkeep:
    """`next_number` is the loop's; the rest belongs to the writer's thread."""

    def __init__(self, bodies: Bodies, ceiling: int, history: History) -> None:
        self.bodies = bodies
        self._history = history
        self._filed = bodies.numbers()
        self._kept: set[int] | None = None  # files that would have been removed, while they are kept
        self._next = ceiling
        self._ceiling = self._raised = ceiling

    def next_number(self) -> int:
        number = self._next
        self._next += 1
        return number

    def file(self, rows: Rows) -> None:
        """Large contents to disk, before their transaction."""
        self.bodies.write(rows.large)
        rows.digest_large()
        self._filed.update(number for number, _ in rows.large)

    def before_commit(self, connection: sqlite3.Connection, rows: Rows) -> None:
        """Every number given out so far lies under the ceiling of this very transaction."""
        self._history.added(connection, rows.tracking)
        self._raised = self._ceiling
        if self._next > self._ceiling - NUMBER_BLOCK // 2:
            self._raised = self._next + NUMBER_BLOCK
            connection.execute(queries.SET_CEILING, (self._raised,))

    def after_commit(self, connection: sqlite3.Connection, rows: Rows) -> None:
        self._ceiling = self._raised
        maybe = self._filed & rows.ended
        if maybe:
            text = json.dumps(sorted(maybe))
            kept = json.loads(connection.execute(queries.QUEUED_AMONG, (text,)).fetchone()[0])
            self._remove(maybe - set(kept))

    def after_failure(self, rows: Rows) -> None:
        self._remove({number for number, _ in rows.large})

    def _remove(self, numbers: set[int]) -> None:
        self._filed -= numbers
        kept = self._kept
        if kept is None:
            self.bodies.remove(sorted(numbers))
        else:
            kept |= numbers

    def keep(self) -> None:
        """From any thread: remove no files until `let_go`; a crash leaves them to the next start."""
        self._kept = set()

    def let_go(self) -> None:
        """In the writer's thread."""
        kept, self._kept = self._kept, None
        self.bodies.remove(sorted(kept or ()))

    def close(self, connection: sqlite3.Connection) -> None:
        """The next start goes on with the next number, without a gap."""
        connection.execute(queries.SET_CEILING, (self._next,))
