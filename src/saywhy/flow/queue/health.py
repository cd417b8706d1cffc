"""Whether the store can be written: told once when it cannot be and once when it can be again, not at each try.

While a result could not be written nothing new is tried: it could not be written either, and after a crash it
would be tried a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

AGAIN = 300.0  # seconds after which lasting trouble is told again


class Health:
    """`held`: results of attempts wait to be written."""

    def __init__(self) -> None:
        self.held = False
        self._failing = False
        self._failures = 0
        self._told_at = 0.0
        self._since = 0.0
        self._works = asyncio.Event()
        self.recovered: list[Callable[[], None]] = []

    @property
    def failing(self) -> bool:
        return self._failing

    def trouble(self, now: float) -> bool:
        """The store could not be used; is it to be told?"""
        self._failures += 1
        if self._failing and now - self._told_at < AGAIN:
            return False
        if not self._failing:
            self._failing, self._since, self._failures = True, now, 1
            self._works.clear()
        self._told_at = now
        return True

    def works(self, now: float) -> str:
        """A commit succeeded after trouble: a sentence on what is over."""
        self._failing = self.held = False
        self._works.set()
        for tell in self.recovered:
            tell()
        count = f"{self._failures} tries" if self._failures > 1 else "one try"
        return f"the queue can be written again, after {now - self._since:.0f} s and {count}"

    async def wait(self, seconds: float) -> None:
        """So long, or until a commit succeeds."""
        try:
            async with asyncio.timeout(seconds):
                await self._works.wait()
        except TimeoutError:
            return
