"""A folder into which programs drop messages as files (spec F3): taken one by one, by renaming.

    x.eml -> x.tmp -> deleted, or x.bad      at the server's start every x.tmp is x.eml again

Where a name is taken, the time stands before the ending.  All methods block; OSError passes through where a
sentence below does not say otherwise.
"""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

NEW, TAKEN, BAD = ".eml", ".tmp", ".bad"
MAX_LISTED = 10_000  # files looked at in one pass


@dataclass(frozen=True, slots=True)
class Contents:
    """`data` is at most what was asked for; `size` that of the file; `own`: it belongs to the server's user."""

    data: bytes
    size: int
    own: bool


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    size: int
    changed: float  # epoch seconds


class DropFolder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> str:
        """Make the folder if it is missing; what is dangerous about it, or nothing."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = self.path.stat().st_mode
        if mode & stat.S_IWOTH:
            return f"every user of this host can write into {self.path}, and so can send as anybody: chmod o-w"
        return ""

    def listed(self, ending: str) -> list[Listed]:
        """Its plain files with that ending, the oldest first."""
        found = []
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.endswith(ending) and entry.is_file(follow_symlinks=False):
                    try:
                        seen = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    found.append(Listed(entry.name, seen.st_size, seen.st_mtime))
                    if len(found) == MAX_LISTED:
                        break
        return sorted(found, key=lambda each: (each.changed, each.name))

    def read(self, name: str, most: int) -> Contents | None:
        """A file's beginning; None when it cannot be opened now, or is no plain file any more."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(self.path / name, flags)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            seen = os.fstat(descriptor)
            if not stat.S_ISREG(seen.st_mode):
                return None
            data = file.read(most)
            size = max(seen.st_size, len(data))
            return Contents(data, size, seen.st_uid == os.geteuid())

    def rename(self, name: str, ending: str) -> str:
        """Give a file another ending; its new name."""
        stem = name.rpartition(".")[0]
        new = stem + ending
        for number in range(100):
            if not os.path.lexists(self.path / new):
                break
            moment = time.strftime("%Y%m%d%H%M%S", time.gmtime())
            new = f"{stem}{moment}{f'-{number}' if number else ''}{ending}"
        (self.path / name).rename(self.path / new)
        return new

    def delete(self, name: str) -> None:
        (self.path / name).unlink()
