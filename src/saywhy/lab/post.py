"""Mail that other systems of the fake internet send on their own: reports that come back after a 250.

Found by MX and sent by SMTP, as any server would; once, without a queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from saywhy.infra.errors import InfraError
from saywhy.lab.grammar import Comeback
from saywhy.lab.site import Client, Unexpected
from saywhy.lab.systems import About, report, systems
from saywhy.lab.world import World

T = TypeVar("T")

WAITING = 1000  # reports on their way at once
PATIENCE = 60.0  # seconds for one


class Post:
    """`tell` hears of what could not be sent."""

    def __init__(self, world: World, tell: Callable[[str], None]) -> None:
        self._world = world
        self.tell = tell
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def has_room(self) -> bool:
        return len(self._tasks) < WAITING

    @property
    def is_busy(self) -> bool:
        return bool(self._tasks)

    def later(self, comeback: Comeback, about: About) -> None:
        """Send a system's report about a message; dropped when too many are on their way."""
        if self.has_room:
            self.spawn(self._come_back(comeback, about))

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Something that ends with the laboratory at the latest."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _come_back(self, comeback: Comeback, about: About) -> None:
        await asyncio.sleep(comeback.seconds)
        content = report(comeback.system, comeback.code, about)
        await self.send(systems()[comeback.system].host, about.sender, content)

    async def send(self, name: str, recipient: str, content: bytes) -> None:
        """A report (from the null reverse-path) of the host `name`; what goes wrong is told."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send(name, recipient, content)
        except (OSError, InfraError, Unexpected, asyncio.IncompleteReadError) as error:
            self.tell(f"a report to {recipient} could not be sent: {type(error).__name__}: {error}")

    async def _send(self, name: str, recipient: str, content: bytes) -> None:
        resolver = self._world.resolver()
        hosts = await resolver.mx(recipient.rpartition("@")[2])
        address = (await resolver.addresses(sorted(hosts)[0][1]))[0]
        client = Client(*await asyncio.open_connection(address, self._world.port))
        try:
            await client.reply()
            await client.expect(f"EHLO {name}", "250")
            await client.expect("MAIL FROM:<>", "250")
            await client.expect(f"RCPT TO:<{recipient}>", "250")
            await client.expect("DATA", "354")
            await client.expect_content(content, "250")
            await client.expect("QUIT", "221")
        finally:
            await client.close()
