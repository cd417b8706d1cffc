"""Delivery into the Maildirs of this server."""

from __future__ import annotations

from saywhy.flow.stages import Transmission
from saywhy.infra.maildir import Maildirs
from saywhy.model.clock import Clock
from saywhy.model.outcome import Outcome


class LocalDelivery:
    """One outcome per pending recipient; never raises."""

    def __init__(self, maildirs: Maildirs, clock: Clock, threads: int = 4) -> None:
        self._maildirs = maildirs

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        raise NotImplementedError

    async def stop(self) -> None:
        """Let the threads go.  Call when no delivery is under way."""
        raise NotImplementedError
