"""Where the event loop's CPU goes, by stage of the journey: samples taken while it runs.

A sample is taken each millisecond of CPU that the process uses, and counted to the stage whose code is nearest to
what was running: what `model`, `wire` and `why` do belongs to the stage that asked.  Costs some two per cent, and
slows nothing down selectively as a tracing profiler does.  What the other threads used is told by the kernel.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

import saywhy

EVERY = 0.001  # seconds of CPU
ROOT = str(Path(saywhy.__file__).parent) + os.sep
ELSEWHERE = "event loop and system calls"
TICKS = os.sysconf("SC_CLK_TCK")

# The beginning of a file's path below src/saywhy -> the stage.
STAGES = {
    "flow/receive": "receive",
    "infra/net/listen": "receive",
    "server/door": "receive",
    "flow/categorize": "categorize",
    "flow/route": "route",
    "flow/queue": "queue",
    "flow/deliver": "deliver",
    "infra/net": "deliver",
    "flow/report": "report",
    "infra/store": "store: values to rows",
    "infra/log": "log",
}


class Stages:
    """`start`, `stop`, then `table`.  Of the main thread; its handler of SIGPROF must be free."""

    def __init__(self) -> None:
        self._samples: Counter[str] = Counter()
        self._known: dict[str, str] = {}

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def table(self, event_loop: float) -> list[tuple[str, float]]:
        """Each stage's part of `event_loop` (any unit), the greatest first."""
        total = sum(self._samples.values()) or 1
        return [(name, event_loop * count / total) for name, count in self._samples.most_common()]

    def _take(self, _signal: int, frame: FrameType | None) -> None:
        while frame is not None:
            stage = self._stage(frame.f_code.co_filename)
            if stage:
                self._samples[stage] += 1
                return
            frame = frame.f_back
        self._samples[ELSEWHERE] += 1

    def _stage(self, file: str) -> str:
        if file not in self._known:
            below = file.removeprefix(ROOT) if file.startswith(ROOT) else ""
            found = (stage for path, stage in STAGES.items() if below.startswith(path))
            self._known[file] = next(found, "")
        return self._known[file]


def threads() -> dict[str, float]:
    """Seconds of CPU by the name of a thread, so far; the main thread's under `MainThread`."""
    used: dict[str, float] = {}
    for thread in threading.enumerate():
        try:
            fields = Path(f"/proc/self/task/{thread.native_id}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        used[thread.name] = (int(fields[11]) + int(fields[12])) / TICKS
    return used
