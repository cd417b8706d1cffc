"""Time is passed in.  Epoch seconds (UTC) as float everywhere; waiting is the event loop's business."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...


class SystemClock:
    def now(self) -> float:
        return time.time()
