"""One server for one data folder: an advisory lock on `<data_dir>/lock`, held as long as the process lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class DataLocked(Exception):
    """Another process holds the data folder."""


class DataLock:
    """Held from construction until `release` (or the end of the process, however it ends)."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "lock"
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise DataLocked(
                f"{data_dir} is in use by process {holder}: stop that server first, or give this one a data_dir "
                "of its own"
            ) from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._fd)


def held(path: Path) -> bool:
    """Does a process hold the lock on `path`?  Changes nothing, whoever owns the folder that it is in."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
