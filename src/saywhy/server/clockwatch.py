"""Notice when the system's clock is set: what waits was given times by the clock before.

Set back, every due time is too far away (a host that began in 2036 would keep its mail for years): all that waits
is made due.  Set forward, what is due is due; nothing has to be done but say so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from saywhy.model.event import Event, Kind, Sink

INTERVAL = 5.0  # seconds
TOLERATED = 30.0  # seconds: what a time daemon corrects in small steps, and a busy machine's delays


class ClockWatch:
    """`set_back` is called after the clock was; `wall` and `steady` are the clocks, in seconds."""

    def __init__(
        self,
        set_back: Callable[[], Awaitable[object]],
        sink: Sink,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._set_back = set_back
        self._sink = sink
        self._wall = wall
        self._steady = steady
        self._ahead = wall() - steady()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(INTERVAL)
            await self.look()

    async def look(self) -> None:
        ahead = self._wall() - self._steady()
        jump, self._ahead = ahead - self._ahead, ahead
        if abs(jump) < TOLERATED:
            return
        way = "forward" if jump > 0 else "back"
        consequence = "" if jump > 0 else "; what waits is tried now, since it was given times by the old clock"
        text = f"the system's clock was set {way} by {abs(jump):.0f} s{consequence}"
        self._sink.emit(Event(Kind.CLOCK, self._wall(), text=text))
        if jump < 0:
            await self._set_back()
