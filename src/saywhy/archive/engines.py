"""Who does the tasks: this process, several of them, or (dask_engine) a cluster.

Tasks are handed over in order, some at a time; what comes back is waited for in that order.  A process that dies,
because the kernel was short of memory or somebody killed it, is replaced, and its tasks are done again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import wait
from typing import Protocol

from saywhy.archive.tasks import Done, Form, Task
from saywhy.archive.work import work

Answer = Callable[[], Done]  # waits for it; Broken if the worker died


class Broken(RuntimeError):
    """A worker died.  All tasks that it, or its fellows, had in hand have to be given again, after `renew`."""


class Engine(Protocol):
    """`width`: how many tasks to have on the way."""

    @property
    def width(self) -> int: ...

    def submit(self, task: Task, form: Form) -> Answer: ...

    def renew(self) -> None: ...

    def close(self) -> None: ...


class Here:
    """This process, one task after the other."""

    width = 1

    def submit(self, task: Task, form: Form) -> Answer:
        return partial(work, task, form)

    def renew(self) -> None: ...

    def close(self) -> None: ...


class Processes:
    """`jobs` processes on this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self.width = 2 * jobs + 1
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([work.__module__])
        self._pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._jobs, mp_context=self._context, initializer=_prepare)

    def submit(self, task: Task, form: Form) -> Answer:
        try:
            future = self._pool.submit(work, task, form)
        except BrokenProcessPool as error:
            return partial(_raise, Broken(str(error)))

        def answer() -> Done:
            try:
                return future.result()
            except BrokenProcessPool as error:
                raise Broken(str(error)) from None

        return answer

    def renew(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._new()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _raise(error: Exception) -> Done:
    raise error


def _prepare() -> None:
    """In each worker: the parent decides about Ctrl-C, and nobody outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
