"""Delivery to a next hop by SMTP: hosts in order, connections from the pool, recipients in chunks."""

from __future__ import annotations

from saywhy.flow.stages import CurrentOrganisation, FindHosts, Transmission
from saywhy.model.clock import Clock
from saywhy.model.outcome import Outcome


class SmtpDelivery:
    """One outcome per pending recipient; never raises.  `hostname` is for EHLO where the connector has no fqdn."""

    def __init__(
        self, find_hosts: FindHosts, organisation: CurrentOrganisation, hostname: str, clock: Clock
    ) -> None:
        self._find_hosts = find_hosts

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        raise NotImplementedError

    async def stop(self) -> None:
        """Take leave of idle connections."""
        raise NotImplementedError
