"""How much lies in each Maildir: read once, then counted along, and read again before anybody is refused by it.

Counted is what all workers bring (mailbox_tally.py), from when they begin to write it.  What readers delete is
seen at the next reading only, so the count may be too high and never too low (unless somebody else writes into the
Maildir).  Reading happens in a thread.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from saywhy.infra.errors import MailboxError
from saywhy.infra.mailbox_tally import Brought, Tally
from saywhy.infra.maildir import Maildirs

MAX_KNOWN = 100_000  # mailboxes whose count is kept


@dataclass(frozen=True, slots=True)
class Usage:
    """`octets` and `messages` in `cur` and `new`; `waiting` octets in `new` alone: not seen by its owner yet."""

    octets: int = 0
    messages: int = 0
    waiting: int = 0

    def __add__(self, brought: Brought) -> Usage:
        octets, messages = brought
        return Usage(self.octets + octets, self.messages + messages, self.waiting + octets)


class Read(NamedTuple):
    """What lies there at least and at most: they differ by what was on its way in during the reading."""

    least: Usage
    most: Usage


class _Known(NamedTuple):
    usage: Usage
    before: Brought  # what had been brought when the reading began


class Usages:
    """Of all mailboxes of a store."""

    def __init__(self, maildirs: Maildirs, tally: Tally | None = None) -> None:
        self._maildirs = maildirs
        self._tally = tally or Tally()
        self._known: dict[str, _Known] = {}

    async def of(self, mailbox: str) -> Usage:
        """At most, as counted along since the last reading."""
        known = self._known.get(mailbox)
        return (await self.bounds(mailbox)).most if known is None else self._most(mailbox, known)

    async def read(self, mailbox: str) -> Usage:
        """As it lies there now."""
        return (await self.bounds(mailbox)).least

    async def bounds(self, mailbox: str) -> Read:
        """As it lies there now, and with what is on its way in."""
        before = self._tally.ended(mailbox)
        try:
            found = await asyncio.to_thread(_read, self._maildirs.path(mailbox))
        except MailboxError:  # its name can be no folder's: nothing lies there, and who writes is told why
            found = Usage()
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        known = self._known[mailbox] = _Known(found, before)
        return Read(found, self._most(mailbox, known))

    def _most(self, mailbox: str, known: _Known) -> Usage:
        return known.usage + self._tally.begun(mailbox).since(known.before)

    async def total(self) -> int:
        """Octets in all mailboxes of the store, read now."""
        return await asyncio.to_thread(_total, self._maildirs.root)

    def begin(self, mailbox: str, octets: int) -> None:
        """A delivery is about to be written."""
        self._tally.begin(mailbox, octets)

    def end(self, mailbox: str, octets: int) -> None:
        """It has been, or has failed: that is seen at the next reading."""
        self._tally.end(mailbox, octets)


def _read(folder: Path) -> Usage:
    octets = messages = waiting = 0
    for size in _sizes(folder / "cur"):
        octets += size
        messages += 1
    for size in _sizes(folder / "new"):
        octets += size
        messages += 1
        waiting += size
    return Usage(octets, messages, waiting)


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
