"""What goes wrong in a callback of the event loop is an event, too."""

from __future__ import annotations

import asyncio
import errno
import math
from collections.abc import Callable
from typing import Any

from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink

_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def hear(sink: Sink, clock: Clock) -> Callable[[], None]:
    """Listen to this loop's faults from now on; call what is returned to stop."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(_Faults(sink, clock))
    return lambda: loop.set_exception_handler(before)


class _Faults:
    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._no_room = -math.inf  # when the loop last said that there is none for a connection

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            if loop.time() - self._no_room > 1:  # the loop says it a thousand times a second
                self._no_room = loop.time()
                text = f"a connection could not be accepted: {error.strerror}"
                self._emit(Event(Kind.CONNECT_REFUSE, self._clock.now(), cause="system-resources", text=text))
            return
        why = f": {type(error).__name__}: {error}" if error is not None else ""
        text = f"{context.get('message', 'event loop')}{why}"
        self._emit(Event(Kind.FAULT, self._clock.now(), text=text))

    def _emit(self, event: Event) -> None:
        self._sink.emit(event)
