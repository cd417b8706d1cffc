"""Reading: a connection of its own, read-only, in a thread of its own, so that no query waits for a commit or
holds up the event loop.  A store has two: what the queue itself asks does not wait behind an admin's lists.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from saywhy.infra.errors import StoreError
from saywhy.infra.store.trouble import store_error

T = TypeVar("T")


class Reader:
    def __init__(self, database: Path, name: str) -> None:
        self._database = database
        self._connection = sqlite3.connect(
            f"{database.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"saywhy-store-{name}")
        self._closed = False

    async def ask(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """What `query` makes of the connection, run in the thread; StoreError for what SQLite raises."""
        if self._closed:
            raise StoreError(f"{self._database} is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, query, self._connection)
        except (sqlite3.Error, OSError) as error:
            raise store_error(error, str(self._database)) from error

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._executor.shutdown)
            self._connection.close()
