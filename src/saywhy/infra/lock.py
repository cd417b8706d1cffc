"""The lock on a data directory: one process at a time works on what is in it.

A server holds it while it runs; the command line takes it to work on the store itself when no server does.
The kernel lets go of it when the process ends, however it ends (flock), so that no stale lock can remain.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from saywhy.infra.errors import InfraError

LOCK = "lock"


class DirectoryInUse(InfraError):
    """Another process works in the data directory; the message names it."""


class DirectoryLock:
    """`acquire` or use as a context manager; DirectoryInUse when another process holds it."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK
        self._fd = -1

    def acquire(self) -> None:
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip()
            os.close(fd)
            raise DirectoryInUse(f"{self._path} is held by process {holder or 'unknown'}") from None
        except OSError:
            os.close(fd)
            raise
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        self._fd = fd

    def release(self) -> None:
        """The file stays: removing it would let two processes lock two files of the same name."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> DirectoryLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
