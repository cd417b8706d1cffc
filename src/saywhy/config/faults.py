"""What is wrong in a file of settings: where, why, and what to write instead.

Every reader in this folder collects all faults before it raises; nothing is read half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct.  `line` is 0 where no line is to blame; `key` is empty for the file as a whole."""

    file: str
    line: int
    key: str
    reason: str
    cure: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        subject = f"{self.key}: " if self.key else ""
        return f"{place}: {subject}{self.reason}; {self.cure}"


class ConfigError(Exception):
    """A file could not be used.  `faults` holds every fault found, in the order of the file."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line)))
        super().__init__("\n".join(map(str, self.faults)))
