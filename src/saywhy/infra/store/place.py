"""Where a shard lives: its directory, its files, and the lock that lets one process alone write it.

    queue-1.sqlite3 (-wal, -shm)  queue-1.lock  queue-1.bodies/

The lock is flock(2): it ends with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from saywhy.infra.errors import StoreError


@dataclass(frozen=True, slots=True)
class Place:
    directory: Path
    shard: int

    @property
    def database(self) -> Path:
        return self.directory / f"queue-{self.shard}.sqlite3"

    @property
    def bodies(self) -> Path:
        return self.directory / f"queue-{self.shard}.bodies"

    @property
    def lock_file(self) -> Path:
        return self.directory / f"queue-{self.shard}.lock"

    def prepare(self) -> None:
        """Make what is missing, for the owner's eyes only, and durably."""
        make_directory(self.directory)
        make_directory(self.bodies)
        if not self.database.exists():
            os.close(_create(self.database))
            sync_directory(self.directory)

    def lock(self) -> int:
        """The open descriptor that holds the lock; StoreError when another process does."""
        descriptor = _create(self.lock_file)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise StoreError(
                f"{self.database} is in use by another process: a queue has one server; stop the other one, "
                "or ask the running server through its control socket"
            ) from None
        return descriptor


def _create(path: Path) -> int:
    """Open for writing, made with mode 0600 whatever the umask."""
    made = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    if made:
        os.fchmod(descriptor, 0o600)
    return descriptor


def make_directory(path: Path) -> None:
    """Missing folders are made for the owner only; an existing one keeps the mode that it was given."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)  # a umask may have taken bits of the owner's
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
