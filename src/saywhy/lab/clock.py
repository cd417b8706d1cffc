"""An event loop whose time jumps to the next timer when nothing else is left to do, and a clock tied to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

EPOCH = 1_700_000_000.0  # what LoopClock says when the loop's time is 0


class JumpingLoop(asyncio.SelectorEventLoop):
    """`grace`: real seconds to wait for sockets or foreign threads before each jump."""

    def __init__(self, *, grace: float = 0.0) -> None:
        super().__init__()


class LoopClock:
    """A model.clock.Clock that reads the loop's time."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None, epoch: float = EPOCH) -> None:
        raise NotImplementedError

    def now(self) -> float:
        raise NotImplementedError


def run_jumping(main: Coroutine[Any, Any, T], *, grace: float = 0.0) -> T:
    """`asyncio.run` on a JumpingLoop."""
    raise NotImplementedError


def jumping(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Decorates an async test: it runs on a JumpingLoop of its own (not with async fixtures)."""
    raise NotImplementedError
