"""How much lies in each Maildir: read once, then counted along, and read again before anybody is refused by it.

What readers delete is seen at the next reading only, so the count may be too high and never too low (unless
somebody else writes into the Maildir).  Reading happens in a thread.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saywhy.infra.maildir import Maildirs

MAX_KNOWN = 100_000  # mailboxes whose count is kept


@dataclass(slots=True)
class Usage:
    """`octets` and `messages` in `cur` and `new`; `waiting` octets in `new` alone: not seen by its owner yet."""

    octets: int = 0
    messages: int = 0
    waiting: int = 0

    def add(self, size: int) -> None:
        self.octets += size
        self.messages += 1
        self.waiting += size


class Usages:
    """Of all mailboxes of a store."""

    def __init__(self, maildirs: Maildirs) -> None:
        self._maildirs = maildirs
        self._known: dict[str, Usage] = {}

    async def of(self, mailbox: str) -> Usage:
        """As counted along since the last reading."""
        return self._known.get(mailbox) or await self.read(mailbox)

    async def read(self, mailbox: str) -> Usage:
        """As it lies there now."""
        found = await asyncio.to_thread(_read, self._maildirs.path(mailbox))
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[mailbox] = found
        return found

    async def total(self) -> int:
        """Octets in all mailboxes of the store, read now."""
        return await asyncio.to_thread(_total, self._maildirs.root)

    def delivered(self, mailbox: str, size: int) -> None:
        known = self._known.get(mailbox)
        if known is not None:
            known.add(size)


def _read(folder: Path) -> Usage:
    usage = Usage()
    for size in _sizes(folder / "cur"):
        usage.octets += size
        usage.messages += 1
    for size in _sizes(folder / "new"):
        usage.add(size)
    return usage


def _total(root: Path) -> int:
    try:
        folders = [entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return 0
    return sum(_read(Path(folder)).octets for folder in folders)


def _sizes(folder: Path) -> Iterator[int]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    yield entry.stat(follow_symlinks=False).st_size
                except OSError:  # its owner moved or deleted it at this moment
                    continue
    except OSError:  # nothing was delivered to it yet
        return
