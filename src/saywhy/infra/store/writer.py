"""The one writer of a shard: natural group commit.

A commit starts when the last one ended; whatever was handed in meanwhile goes into one transaction, and all
their futures are resolved by one call into the event loop.  When fewer wait than shared the last commit, the
others are given a millisecond to come: a commit for one costs nearly as many pages and hand-overs of the
interpreter lock as one for ten.  A lone client never waits.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from saywhy.infra.errors import StoreError
from saywhy.infra.store import transaction
from saywhy.infra.store.counts import Counts
from saywhy.infra.store.rows import Rows
from saywhy.infra.store.trouble import store_error
from saywhy.infra.store.upkeep import Upkeep

MAX_CHANGES = 500  # in one transaction
GATHER = 0.001  # seconds; see above
MAX_OCTETS = 16 * 1024 * 1024  # of contents in one transaction; a single Change may be larger

Work = Rows | Callable[[sqlite3.Connection], Any]


@dataclass(slots=True)
class Job:
    """Rows may share a transaction with others; a callable has one of its own, whose result the future gets."""

    work: Work
    future: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Writer:
    def __init__(self, connection: sqlite3.Connection, place: str, upkeep: Upkeep) -> None:
        self._connection = connection
        self._place = place
        self._upkeep = upkeep
        self._counts = Counts(connection)
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._held: deque[Job | None] = deque()  # taken from `_jobs`, not yet in a batch
        self._company = 1  # how many shared the last transaction
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="saywhy-store-writer", daemon=True)
        self._thread.start()

    def put(self, work: Work, future: asyncio.Future[Any]) -> None:
        """From any thread.  The future is resolved in the loop; a waiter that gave up stops nothing."""
        if self._closed:
            raise StoreError(f"{self._place} is closed")
        self._jobs.put(Job(work, future))

    def fail(self, future: asyncio.Future[Any], error: Exception) -> None:
        """From any thread: `error` is what became of it."""
        self._tell([Job(Rows(), future, error=self._translate(error))])

    async def close(self) -> None:
        """Return when everything handed in before is committed and the thread has ended."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            batch = self._take()
            if batch is None:
                return
            self._commit(batch)
            self._tell(batch)

    def _tell(self, batch: list[Job]) -> None:
        try:
            self._loop.call_soon_threadsafe(_resolve, batch)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return

    def _take(self) -> list[Job] | None:
        """The next batch: one callable, or rows up to the limits; None at the end."""
        if not self._held:
            self._held.append(self._jobs.get())
        self._collect()
        if len(self._held) < self._company:
            time.sleep(GATHER)
            self._collect()
        first = self._held.popleft()
        if first is None:
            return None
        batch = [first]
        octets = _octets(first)
        while octets is not None and self._held and len(batch) < MAX_CHANGES:
            following = _octets(self._held[0])
            if following is None or octets + following > MAX_OCTETS:
                break
            octets += following
            batch.append(self._held.popleft() or first)
        self._company = len(batch)
        return batch

    def _collect(self) -> None:
        while not self._jobs.empty():
            self._held.append(self._jobs.get())

    def _commit(self, batch: list[Job]) -> None:
        """All together; when that fails each alone, so that one poison Change does not fail the others."""
        self._attempt(batch)
        if len(batch) > 1 and batch[0].error is not None:
            for job in batch:
                self._attempt([job])
        for job in batch:
            if job.error is not None and isinstance(job.work, Rows):
                self._upkeep.after_failure(job.work)

    def _attempt(self, batch: list[Job]) -> None:
        error: Exception | None = None
        try:
            first = batch[0].work
            if isinstance(first, Rows):
                self._write([job.work for job in batch if isinstance(job.work, Rows)])
            else:
                batch[0].result = transaction.within(self._connection, first)
        except Exception as caught:
            error = self._translate(caught)
        for job in batch:
            job.error = error

    def _write(self, works: list[Rows]) -> None:
        rows = works[0] if len(works) == 1 else Rows.merged(works)

        def work(connection: sqlite3.Connection) -> None:
            transaction.apply(connection, self._counts, rows)
            self._upkeep.before_commit(connection, rows)

        transaction.within(self._connection, work)
        try:
            self._upkeep.after_commit(self._connection, rows)
        except sqlite3.Error:  # it is committed all the same; files left over go at the next start
            pass

    def _translate(self, error: Exception) -> Exception:
        if isinstance(error, sqlite3.Error | OSError):
            return store_error(error, self._place)
        return error


def _octets(job: Job | None) -> int | None:
    """Of contents; None for what shares no transaction."""
    return job.work.octets if job is not None and isinstance(job.work, Rows) else None


def _resolve(batch: list[Job]) -> None:
    for job in batch:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
