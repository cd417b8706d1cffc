"""What the supervisor looks at again and again, beside everything else."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod


class Rounds(ABC):
    """`start` and `stop` in the supervisor's loop; a look every `every` seconds, whatever became of the last."""

    every: float
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @abstractmethod
    async def look(self) -> object:
        """What there is to do now."""

    @abstractmethod
    def trouble(self, error: Exception) -> None:
        """`look` ended in `error`: told, and tried again in the next round."""

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:
                self.trouble(error)
            await asyncio.sleep(self.every)
