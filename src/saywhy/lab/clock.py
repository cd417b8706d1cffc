"""An event loop whose time jumps to the next timer when nothing else is left to do, and a clock tied to it.

For tests of everything that waits: an hour of retries passes at once and in order.  The loop's time is virtual
and begins at 0; computing takes none of it.  It jumps only when no callback is ready, no descriptor is readable
and no job of `run_in_executor` or `asyncio.to_thread` is under way; while one is, time keeps its real pace.
Threads that the loop does not know (a database's own writer) are given `grace` real seconds before each jump.

Not for tests with real sockets to other processes: what is under way in the kernel is not seen.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, ParamSpec, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
P = ParamSpec("P")

EPOCH = 1_700_000_000.0  # what LoopClock says when the loop's time is 0
HUNG = 60.0  # real seconds without a timer or an event, after which a test waits for what will never come


class JumpingLoop(asyncio.SelectorEventLoop):
    """`grace`: real seconds to wait for sockets or foreign threads before each jump."""

    def __init__(self, *, grace: float = 0.0) -> None:
        self._time = 0.0
        self._grace = grace
        self._jobs = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._time

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        job = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        job.add_done_callback(self._job_done)
        return job

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        self._jobs += 1  # Python 3.12 sets a timer for it, which must not jump
        await super().shutdown_default_executor()

    def _job_done(self, _job: asyncio.Future[Any]) -> None:
        self._jobs -= 1

    @property
    def at_work(self) -> bool:
        """True while an executor has a job of ours."""
        return self._jobs > 0

    @property
    def grace(self) -> float:
        return self._grace

    def advance(self, seconds: float) -> None:
        self._time += seconds


class _JumpingSelector(selectors.DefaultSelector):
    """Waits as the loop's time asks: not at all, by jumping, or really."""

    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return self._forever()
        found = super().select(0)
        if found or timeout <= 0:
            return found
        if self._loop.at_work:
            return self._at_real_pace(timeout)
        if self._loop.grace and (found := super().select(self._loop.grace)):
            return found
        self._loop.advance(timeout)
        return []

    def _at_real_pace(self, timeout: float) -> list[tuple[selectors.SelectorKey, int]]:
        begun = time.monotonic()
        found = super().select(timeout)
        self._loop.advance(min(timeout, time.monotonic() - begun) if found else timeout)
        return found

    def _forever(self) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(HUNG)
        if not found:
            raise RuntimeError("the loop has no timer and nothing happens: it waits for what will never come")
        return found


class LoopClock:
    """A model.clock.Clock that reads the loop's time: `epoch` when that is 0.  The running loop by default."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None, epoch: float = EPOCH) -> None:
        self._loop = loop or asyncio.get_running_loop()
        self._epoch = epoch

    def now(self) -> float:
        return self._epoch + self._loop.time()


def run_jumping(main: Coroutine[Any, Any, T], *, grace: float = 0.0) -> T:
    """`asyncio.run` on a JumpingLoop."""
    with asyncio.Runner(loop_factory=lambda: JumpingLoop(grace=grace)) as runner:
        return runner.run(main)


def jumping(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Decorates an async test: it runs on a JumpingLoop of its own (not with async fixtures)."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_jumping(test(*args, **kwargs))

    return run
