"""Recipients from a TOML or CSV file, read again when it changes.

TOML is that of the organisation file (`[[mailbox]]` and so on).  CSV has a header line of property names, `kind`
first; lists are separated by spaces or semicolons.  What cannot be read leaves what was read last in force, and is
told; where nothing was ever read, the directory is down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from saywhy.config.faults import ConfigError
from saywhy.config.recipients import read_recipients
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.organisation import DirectoryObject, Organisation

LOOK = 2.0  # seconds between looks at the file's time


class FileDirectory:
    """A `Directory` (flow/stages).  `tell` hears of a file that cannot be read, once for each state of it."""

    def __init__(self, path: Path, tell: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._tell = tell
        self._now = now
        self._seen: tuple[int, int] | None = None  # the file's time and size
        self._next_look = 0.0
        self._fault = "it was not read yet"
        self._current: Organisation | None = None
        self._table = TableDirectory(self._organisation)

    def find(self, address: Address) -> Sequence[DirectoryObject]:
        self._look()
        return self._table.find(address)

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]:
        return {address.key: self.find(address) for address in addresses}

    async def find_other(self, address: str) -> Sequence[DirectoryObject]:
        self._look()
        return await self._table.find_other(address)

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None:
        self._look()
        return await self._table.select(filter, container)

    def near(self, address: Address, limit: int = 3) -> list[Address]:
        self._look()
        return self._table.near(address, limit)

    def close(self) -> None:
        """Nothing is open."""

    def _organisation(self) -> Organisation:
        if self._current is None:
            raise DirectoryDown(f"{self._path}: {self._fault}")
        return self._current

    def _look(self) -> None:
        now = self._now()
        if now < self._next_look:
            return
        self._next_look = now + LOOK
        try:
            stat = self._path.stat()
            state = (stat.st_mtime_ns, stat.st_size)
        except OSError:
            state = (0, 0)
        if state != self._seen:
            self._seen = state
            self._read()

    def _read(self) -> None:
        try:
            items = read_recipients(self._path)
        except ConfigError as error:
            self._fault = "; ".join(map(str, error.faults[:3]))
            kept = "; what was read last stays in force" if self._current is not None else ""
            self._tell(f"the directory file has faults{kept}: {self._fault}"[:1000])
            return
        self._current = Organisation(recipients={f"{number}": item for number, item in enumerate(items)})
