"""Who was told of a full mailbox, and when: one small file, replaced whole, so that a restart starts no storm.

What cannot be read is as if nobody was told for a day: rather one notice too few than one too many.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path


class QuotaMemory:
    """Blocking; callers use a thread.  Times are epoch seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, now: float) -> tuple[float, dict[str, float]]:
        """When the last round was, and when each was told; `now` and nobody where there is no such file."""
        try:
            data = json.loads(self._path.read_bytes())
            return float(data["round"]), {str(name): float(at) for name, at in data["told"].items()}
        except FileNotFoundError:
            return now, {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return now, {}

    def write(self, round_: float, told: Mapping[str, float]) -> None:
        """OSError when it could not be written; then the one before is there still."""
        new = self._path.with_suffix(".new")
        with new.open("w", encoding="ascii") as file:
            json.dump({"round": round_, "told": dict(told)}, file)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._path)
