"""What whoever waits for a large queue to be opened is told: that it goes on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

LARGE = 64 << 20  # octets
EVERY = 10.0  # seconds
_STEPS = 1_000_000  # of SQLite's machine between two looks at the clock: some tens of milliseconds

Tell = Callable[[str], None]


class Opening:
    """Of one database, from before its migrations to when it is ready; silent for small ones that open at once."""

    def __init__(self, database: Path, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = database.name
        self._size = database.stat().st_size
        self._tell = tell
        self._clock = clock
        self._began = self._told = clock()
        self._what = "opened"

    def migrating(self, version: int, latest: int) -> None:
        if version and version < latest and self._size >= LARGE:
            self._what = f"brought from schema {version} to {latest}"
            self._say(f"it has {self._size >> 20} MiB; mail is taken when that is done")

    def watch(self, connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(self._look, _STEPS)

    def _look(self) -> int:
        now = self._clock()
        if now - self._told >= EVERY:
            self._told = now
            self._say(f"for {now - self._began:.0f} s now")
        return 0  # go on

    def _say(self, more: str) -> None:
        self._tell(f"{self._name} is being {self._what}, {more}")

    def done(self, connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(None, 0)
        took = self._clock() - self._began
        if self._what != "opened" or took >= EVERY:
            self._tell(f"{self._name} was {self._what} in {took:.1f} s")
