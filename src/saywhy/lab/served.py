"""A site whose server runs as it does in life, `saywhy serve` with a worker process: for what ends a process.

Its log is what it is heard by.  It takes a second to start, so only scenarios that need it ask for it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from saywhy.config.load import load_settings
from saywhy.infra.maildir import Maildirs
from saywhy.lab.site import HUNG, Ear, Site
from saywhy.model.event import Event, Kind, NullSink

LOOK = 0.02  # seconds between two looks

_TAKES_MAIL = re.compile(r"\(process ([0-9]+)\) takes mail")


class ServedSite(Site):
    """`crash` ends the worker by SIGKILL."""

    async def start(self) -> None:
        settings = load_settings(self.folder / "saywhy.toml")
        settings.server.data_dir.mkdir(exist_ok=True)
        self.control = settings.control.socket
        self.maildirs = Maildirs(settings.mailboxes.path)
        self._log_path = settings.server.data_dir / "events.jsonl"
        self.ear = Ear(NullSink())
        self._addresses: dict[str, tuple[str, int]] = {}
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "saywhy.lab.process", str(self.folder / "saywhy.toml")),
            stderr=asyncio.subprocess.PIPE,
        )
        self._hearing = asyncio.create_task(self._hear(self._log_path))
        self.running = True
        said: list[str] = []
        async with asyncio.timeout(HUNG):
            while len(self._addresses) < len(settings.listeners):
                said.append(await self._said(said))
                self._listens(said[-1])
        await self.worker()

    async def _said(self, before: list[str]) -> str:
        stderr = self._process.stderr
        line = (await stderr.readline()).decode() if stderr is not None else ""
        if not line:
            status = await self._process.wait()
            raise RuntimeError(f"the server ended with status {status}: {' / '.join(before)}")
        return line.strip()

    def _listens(self, line: str) -> None:
        words = line.split()
        if words[:1] == ["listening:"]:
            host, _, port = words[2].rpartition(":")
            self._addresses[words[1]] = (host, int(port))

    async def stop(self) -> None:
        self.running = False
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(HUNG):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._hearing.cancel()
        await asyncio.gather(self._hearing, return_exceptions=True)

    def address(self, listener: str) -> tuple[str, int]:
        return self._addresses[listener]

    async def _hear(self, path: Path) -> None:
        """What the log says from now on."""
        position, rest = 0, b""
        while True:
            octets = await asyncio.to_thread(_after, path, position)
            position += len(octets)
            *lines, rest = (rest + octets).split(b"\n")
            for line in lines:
                self.ear.emit(_event(json.loads(line)))
            await asyncio.sleep(LOOK)

    async def worker(self, number: int = 1) -> int:
        """The `number`th one's process id, once it takes mail."""
        await self.ear.until(lambda: len(self._workers()) >= number)
        return self._workers()[number - 1]

    def _workers(self) -> list[int]:
        told = (_TAKES_MAIL.search(event.text) for event in self.found(Kind.WORKER))
        return [int(found[1]) for found in told if found]

    async def crash(self) -> None:
        """Returns when the next worker takes mail."""
        workers = len(self._workers())
        os.kill(await self.worker(workers), signal.SIGKILL)
        await self.worker(workers + 1)


async def until(true: Callable[[], bool]) -> None:
    """Looks again and again, for what tells nobody."""
    async with asyncio.timeout(HUNG):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(LOOK)


def _after(path: Path, position: int) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(position)
        return file.read()


def _event(line: dict[str, Any]) -> Event:
    """A line of the log (docs/events.md)."""
    texts = ("message", "message_id", "sender", "recipient", "status", "cause", "text")
    return Event(
        Kind(line["number"]),
        datetime.fromisoformat(line["time"].replace("Z", "+00:00")).timestamp(),
        **{name: line.get(name, "") for name in texts},
        data=line.get("data", {}),
    )
