"""Back pressure (spec F9): the resources that are watched, and how far each is used up."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.IntEnum):
    LOW = 0
    MEDIUM = 1
    HIGH = 2


class Resource(enum.Enum):
    """What is watched."""

    QUEUE_DISK = "queue-disk"  # percent used of the volume that holds the queue
    LOG_DISK = "log-disk"  # percent used of the volume that holds the log
    PROCESS_MEMORY = "process-memory"  # percent of the memory that this server's processes hold
    SYSTEM_MEMORY = "system-memory"  # percent of the memory that is in use by all
    SUBMISSION = "submission-queue"  # recipients that wait to be categorized
    COMMITS = "commits"  # changes handed to the store and not on disk yet


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Low to medium at `medium`, medium to high at `high`; back below `from_high` and `from_medium`."""

    medium: float
    high: float
    from_high: float
    from_medium: float

    def level(self, value: float, before: Level) -> Level:
        """The next level: it rises at once, and falls only below the lower marks (hysteresis)."""
        if value >= self.high or (before is Level.HIGH and value >= self.from_high):
            return Level.HIGH
        if value >= self.medium or (before > Level.LOW and value >= self.from_medium):
            return Level.MEDIUM
        return Level.LOW

    def lowered(self, high: float) -> Thresholds:
        """With `high` where that is lower than ours, and the others as much lower."""
        less = max(0.0, self.high - high)
        return Thresholds(self.medium - less, self.high - less, self.from_high - less, self.from_medium - less)


@dataclass(frozen=True, slots=True)
class Reading:
    """A resource at the last look.  `override`: an administrator set the level."""

    resource: Resource
    value: float
    level: Level
    thresholds: Thresholds
    override: bool
    action: str  # what is done because of it; empty for nothing
    worker: int = 0
