"""The tasks on a Dask cluster: one that runs at an address, or one of this machine's own.

The workers read the files themselves, so they must see them by the same paths.  A worker that dies is Dask's
business: it gives the tasks to another, three times.
"""

from __future__ import annotations

from collections.abc import Callable

from distributed import Client, KilledWorker, LocalCluster

from saywhy.archive.engines import Answer, Broken
from saywhy.archive.tasks import Done, Form, Task
from saywhy.archive.work import work


class Unreachable(RuntimeError):
    """There is no cluster at the address; the text says so."""


class Dask:
    """`address` of a scheduler, or empty: then `jobs` worker processes are started here."""

    def __init__(self, address: str, jobs: int) -> None:
        self._cluster = None
        try:
            if not address:
                self._cluster = LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=jobs, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
                )
            self._client = Client(self._cluster or address, timeout=10)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise Unreachable(f"no Dask cluster answers at {address or 'this machine'}: {error}") from None
        self.width = 2 * max(1, len(self._client.scheduler_info(n_workers=-1)["workers"])) + 1

    def submit(self, task: Task, form: Form) -> Answer:
        future = self._client.submit(work, task, form, pure=False)
        return _answer(future.result)

    def renew(self) -> None: ...

    def close(self) -> None:
        self._client.close()  # type: ignore[no-untyped-call]
        if self._cluster is not None:
            self._cluster.close()


def _answer(result: Callable[[], Done]) -> Answer:
    def answer() -> Done:
        try:
            return result()
        except KilledWorker as error:
            raise Broken(str(error)) from None

    return answer
