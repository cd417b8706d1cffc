"""Large contents, each in a file of its own beside the database.

A file is whole and durable before the commit that makes its message exist, and removed after the commit that
ends it; what a crash leaves in between is removed when the store is opened.
"""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from saywhy.infra.errors import StoreError
from saywhy.infra.store.place import sync_directory

INLINE = 128 * 1024  # octets; up to this a content stands in the database


class Bodies:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, number: int) -> Path:
        """Where the content of that message stands, if it has a file."""
        return self._folder / f"{number:x}.eml"

    def write(self, contents: list[tuple[int, bytes]]) -> None:
        """All of `contents` (message number, octets) on disk, or OSError and none of them."""
        try:
            for number, content in contents:
                _write(self.path(number), content)
            sync_directory(self._folder)
        except OSError:
            self.remove([number for number, _ in contents])
            raise

    def read(self, number: int) -> bytes | None:
        try:
            return self.path(number).read_bytes()
        except FileNotFoundError:
            return None

    def check(self) -> None:
        """StoreError when there is no folder at all: a disk that is not mounted, and no fault of one message."""
        if not self._folder.is_dir():
            raise StoreError(f"{self._folder} is missing: mount its file system, or restore it from a backup")

    def remove(self, numbers: list[int]) -> None:
        """What cannot be removed now is an orphan at the next start."""
        for number in numbers:
            try:
                self.path(number).unlink()
            except OSError:
                continue

    def numbers(self) -> set[int]:
        """The messages that have a file; whatever else stands in the folder is not ours to touch."""
        found = set()
        for path in self._folder.glob("*.eml"):
            try:
                found.add(int(path.stem, 16))
            except ValueError:
                continue
        return found

    def remove_orphans(self, queued: Container[int]) -> int:
        orphans = [number for number in self.numbers() if number not in queued]
        self.remove(orphans)
        return len(orphans)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)
    with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123 - a descriptor, not a path
        view = memoryview(content)
        while view:
            view = view[file.write(view) :]
        os.fsync(descriptor)
