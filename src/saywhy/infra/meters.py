"""How far disks and memory are used up, as the operating system tells it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system as its users see it: what is kept for root does not count."""

    size: int  # octets
    free: int

    @property
    def used_percent(self) -> float:
        return 100.0 * (self.size - self.free) / self.size if self.size else 0.0


def volume(path: Path) -> Volume:
    """Of the file system that holds `path`, which exists."""
    found = os.statvfs(path)
    used = found.f_blocks - found.f_bfree
    return Volume((used + found.f_bavail) * found.f_frsize, found.f_bavail * found.f_frsize)


def memory() -> tuple[int, int]:
    """Octets of the machine and of those in use; (0, 0) where it cannot be told.

    Where a control group (version 2) has a limit that is less than the machine, it is the machine.
    """
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
        kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        size, free = kib["MemTotal"] * 1024, kib["MemAvailable"] * 1024
    except (OSError, KeyError, ValueError, IndexError):
        return 0, 0
    limit, used = _group()
    return (limit, used) if 0 < limit < size else (size, size - free)


def _group() -> tuple[int, int]:
    """Limit and use of our control group, without the file cache that can be given back; zeros for none."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = (folder / "memory.max").read_text("ascii").strip()
        used = int((folder / "memory.current").read_text("ascii"))
        stat = dict(line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines())
        cache = int(stat.get("inactive_file", 0))
    except (OSError, ValueError):
        return 0, 0
    return (int(limit), max(0, used - cache)) if limit.isdigit() else (0, 0)


def resident(process: int) -> int:
    """Octets in memory; 0 where it cannot be told."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
