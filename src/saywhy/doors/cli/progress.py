"""How far a long run is, on standard error and only if that is a terminal: one line that is written over."""

from __future__ import annotations

import sys
import time

_EVERY = 0.2  # seconds
_WIDTH = 24


class ProgressBar:
    """`total` octets, 0 if that is not known; then only what was done is shown."""

    def __init__(self, total: int, wanted: bool = True) -> None:
        self._total = total
        self._shown = wanted and sys.stderr.isatty()
        self._began = time.monotonic()
        self._next = self._began + 1
        self._octets = self._messages = 0
        self._drawn = False

    def advance(self, octets: int, messages: int) -> None:
        self._octets += octets
        self._messages += messages
        if self._shown and (now := time.monotonic()) >= self._next:
            self._next = now + _EVERY
            self._draw(now)

    def clear(self) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False

    def _draw(self, now: float) -> None:
        spent = max(0.001, now - self._began)
        told = f"{self._messages:,} messages, {self._messages / spent:,.0f}/s"
        if self._total:
            share = min(1.0, self._octets / self._total)
            bar = "#" * round(share * _WIDTH)
            left = spent / share - spent if share else 0
            told = f"[{bar:<{_WIDTH}}] {share:4.0%}  {told}, {_span(left)} left"
        sys.stderr.write(f"\r\x1b[K{told}")
        sys.stderr.flush()
        self._drawn = True


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
