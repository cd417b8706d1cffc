"""Events as JSON Lines: one object a line, the keys always in the same order, empty fields left out.

    {"time":"2026-03-01T09:30:00.125Z","event":"FAIL","number":105,"message":"1-8f31","status":"5.1.1"}

`event` and `number` are the kind (docs/events.md); facts by name stand under `data`.  Everything outside ASCII is
escaped, so that nothing a remote server says can break a line or reach a terminal as a control sequence.
"""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

from saywhy.infra.log.writer import LineWriter
from saywhy.model.event import Event, Kind
from saywhy.model.record import encoder

_NAMES = ("message", "message_id", "sender", "recipient", "status", "cause", "text")
_FIELDS = tuple((name, f',"{name}":') for name in _NAMES)
_KINDS = {kind: f'"event":"{kind.name}","number":{kind.value}' for kind in Kind}
_encode = encoder(str, allow_nan=False)


class JsonLines:
    """A Sink.  `path` None is stderr; OSError when the file cannot be opened at first."""

    def __init__(self, path: Path | None = None) -> None:
        self._writer = LineWriter(path, _lost)

    def emit(self, event: Event) -> None:
        self._writer.write(line(event))

    def reopen(self) -> None:
        """Go on in a new file of the same name (logrotate)."""
        self._writer.reopen()

    def close(self, timeout: float = 5.0) -> None:
        """Write what waits; events emitted from now on are lost."""
        self._writer.close(timeout)


def line(event: Event) -> bytes:
    """One event as one line.  What cannot be written becomes a FAULT that says so."""
    try:
        return _line(event)
    except Exception as error:
        data = {"of": repr(event.kind)[:100], "error": repr(error)[:500]}
        return _line(Event(Kind.FAULT, time.time(), text="an event could not be written", data=data))


def stamp(at: float) -> str:
    """Epoch seconds -> `2026-03-01T09:30:00.125Z`."""
    second, millisecond = divmod(round(at * 1000), 1000)
    return f"{_second(second)}.{millisecond:03d}Z"


def lost(lines: int) -> Event:
    """What the log says of itself when lines are missing from it."""
    text = "log lines were lost: the log could not be written, or not fast enough"
    return Event(Kind.FAULT, time.time(), text=text, data={"lines": lines})


def _lost(lines: int) -> bytes:
    return line(lost(lines))


def _line(event: Event) -> bytes:
    out = f'{{"time":"{stamp(event.at)}",{_KINDS[event.kind]}'
    for name, key in _FIELDS:
        value = getattr(event, name)
        if value:
            out += key + _encode(value)
    if event.data:
        out += ',"data":' + _encode(dict(event.data))
    return out.encode("ascii") + b"}\n"


@lru_cache(maxsize=8)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
