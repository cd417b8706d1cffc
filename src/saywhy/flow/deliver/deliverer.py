"""One attempt for one message and one next hop: to the Maildirs or by SMTP."""

from __future__ import annotations

from saywhy.flow.stages import Deliver, Transmission
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.model.outcome import Outcome


class Deliverer:
    """Implements stages.Deliver."""

    def __init__(self, local: Deliver, remote: Deliver, clock: Clock, sink: Sink) -> None:
        self._local = local
        self._remote = remote

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        raise NotImplementedError
