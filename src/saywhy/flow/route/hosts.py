"""Which addresses to try for a next hop, in order: RFC 5321 section 5, RFC 7505, errata 3 and 60."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import Any, Protocol

from saywhy.flow.stages import CurrentOrganisation, Host
from saywhy.model.clock import Clock
from saywhy.model.queued import NextHop


class Resolver(Protocol):
    """What is asked of the DNS (infra/net/dns is one); raises infra.errors.DnsError."""

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        """Preference and target of each MX; an empty target is the root, `.` (RFC 7505)."""
        ...

    async def addresses(self, name: str) -> list[str]:
        """A and AAAA, in the order to try."""
        ...


class HostFinder:
    """Implements stages.FindHosts."""

    def __init__(
        self,
        resolver: Resolver,
        organisation: CurrentOrganisation,
        own_names: Collection[str],
        own_addresses: Collection[str],
        clock: Clock,
        shuffle: Callable[[list[Any]], None] = random.shuffle,
    ) -> None:
        self._resolver = resolver
        self._organisation = organisation

    async def __call__(self, hop: NextHop) -> list[Host]:
        raise NotImplementedError
