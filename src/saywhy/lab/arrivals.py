"""The laboratory's letter box: a Maildir with whatever arrived anywhere in it, a file for each recipient.

The oldest messages go when there are more than `keep`, or more than OCTETS in all.  A message gets
Return-Path and Delivered-To in front, as a mailbox would have it, and LF lines, as readers of Maildirs expect.
"""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import saywhy

if TYPE_CHECKING:  # whoever looks into a letter box needs no server, and perhaps no reader
    from saywhy.lab.dialogue import ReceivedMessage
    from saywhy.why.read.values import Report

KEEP = 1000
OCTETS = 1024 * 1024 * 1024  # of all messages


@dataclass(frozen=True)
class Arrival:
    """A message that arrived: who sent it (empty: a report), to whom, and where it lies."""

    path: Path
    sender: str
    to: str

    @cached_property
    def raw(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def report(self) -> Report:
        """What it reports, as `saywhy read` reads it; `is_report` is false of other mail."""
        return saywhy.read(self.raw)

    @property
    def at(self) -> float:
        """Epoch seconds."""
        return float(self.path.name.partition(".")[0])

    @property
    def subject(self) -> str:
        return next((line[9:].strip() for line in self._header() if line[:8].lower() == "subject:"), "")

    def _header(self) -> list[str]:
        return self.raw.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")


class Arrivals:
    """`told` hears of each arrival."""

    def __init__(
        self, folder: Path, keep: int = KEEP, told: Callable[[Arrival], None] = lambda _arrival: None
    ) -> None:
        self._folder = folder
        self._told = told
        self._keep = keep
        self._count = itertools.count(1)
        for name in ("tmp", "cur", "new"):
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = deque((path, path.stat().st_size) for path in (each.path for each in arrived(folder)))
        self._octets = sum(size for _, size in self._files)

    def take(self, message: ReceivedMessage) -> None:
        """One file for each recipient."""
        content = message.content.replace(b"\r\n", b"\n")
        for recipient, _ in message.recipients:
            self._told(Arrival(self._store(message.sender, recipient, content), message.sender, recipient))

    def _store(self, sender: str, recipient: str, content: bytes) -> Path:
        now = time.time_ns()
        name = f"{now // 10**9}.M{now // 1000 % 10**6:06}P{os.getpid()}Q{next(self._count)}.lab"
        head = f"Return-Path: <{sender}>\nDelivered-To: {recipient}\n".encode("utf-8", "surrogateescape")
        whole = self._folder / "tmp" / name
        whole.write_bytes(head + content)
        path = whole.rename(self._folder / "new" / name)
        self._files.append((path, len(head) + len(content)))
        self._octets += self._files[-1][1]
        while len(self._files) > self._keep or (self._octets > OCTETS and len(self._files) > 1):
            oldest, size = self._files.popleft()
            self._octets -= size
            oldest.unlink(missing_ok=True)
        return path


def arrived(folder: Path, known: Mapping[Path, Arrival] = MappingProxyType({})) -> list[Arrival]:
    """What lies in a letter box, oldest first; nothing where there is none.  `known` are not read again."""
    files = sorted((path for name in ("cur", "new") for path in _files(folder / name)), key=_order)
    found = (known.get(path) or _arrival(path) for path in files)
    return [arrival for arrival in found if arrival is not None]


def _files(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _order(path: Path) -> tuple[int, str, int]:
    seconds, _, rest = path.name.partition(".")
    micros, _, number = rest.partition(".")[0].partition("Q")
    return int(seconds), micros.partition("P")[0], int(number.partition(":")[0] or 0)


def _arrival(path: Path) -> Arrival | None:
    """None: it was the oldest of too many, and is gone."""
    try:
        with path.open("rb") as file:
            first, second = file.readline(), file.readline()
    except FileNotFoundError:
        return None
    sender = first.partition(b":")[2].decode("utf-8", "replace").strip()
    return Arrival(path, sender[1:-1], second.partition(b":")[2].decode("utf-8", "replace").strip())
