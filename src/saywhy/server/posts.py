"""Which worker has which shards: one of its own each, and those that are left from more workers.

An adopted shard goes on delivering and can be asked, but gets no new mail but reports about its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from saywhy.server.lock import held
from saywhy.server.worker import Post

_FILE = re.compile(r"queue-([0-9]{1,5})\.sqlite3")
_LOCK = re.compile(r"queue-([0-9]{1,5})\.lock")


def shards_in(directory: Path) -> list[int]:
    """The shards that have a file there."""
    return _numbers(directory, _FILE)


def shards_held(directory: Path) -> list[int]:
    """Those that a process has open: after a supervisor was killed, its workers need a moment to end."""
    return [shard for shard in _numbers(directory, _LOCK) if held(directory / f"queue-{shard}.lock")]


def posts(workers: int, existing: Iterable[int]) -> list[Post]:
    """A post for each worker; shards beyond `workers` are dealt out in turn."""
    adopted = sorted(shard for shard in existing if not 1 <= shard <= workers)
    return [
        Post(number, workers, (number, *adopted[number - 1 :: workers]), workers + len(adopted))
        for number in range(1, workers + 1)
    ]


def _numbers(directory: Path, pattern: re.Pattern[str]) -> list[int]:
    if not directory.is_dir():
        return []
    found = (pattern.fullmatch(path.name) for path in directory.iterdir())
    return sorted(int(match[1]) for match in found if match is not None)
