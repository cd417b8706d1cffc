"""The fake internet: hosts with loopback addresses of their own, their zones, and the DNS that knows them.

async with World() as world:
    mx = world.host("mx1.partner.example", Script(rcpt={"full@*": "452 4.2.2 mailbox full"}))
    world.domain("partner.example", mx=["mx1.partner.example"])
    resolver = world.resolver()
    ... send to port world.port ...
    [message] = await mx.received(1)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.infra.net.dns import Resolver
from saywhy.lab.dns import FakeDns
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import Script

NETWORK = "127.77.0.0/16"


@dataclass(frozen=True, slots=True)
class ResolverSettings:
    """What `[dns]` of the server settings needs to live in this world."""

    nameservers: tuple[str, ...]
    port: int


class World:
    def __init__(self) -> None:
        self.dns = FakeDns()
        self.hosts: dict[str, FakeMta] = {}
        self.port = 0  # of every host

    async def __aenter__(self) -> World:
        raise NotImplementedError

    async def __aexit__(self, *_exc: object) -> None:
        raise NotImplementedError

    @property
    def resolver_settings(self) -> ResolverSettings:
        return ResolverSettings((self.dns.host,), self.dns.port)

    def resolver(self, timeout: float = 5.0) -> Resolver:
        return Resolver((self.dns.host,), self.dns.port, timeout)

    def host(self, name: str, script: Script = Script(), *, ip: str = "") -> FakeMta:  # noqa: B008
        """A host that listens, with its A record; `ip` empty: the next free one of NETWORK."""
        raise NotImplementedError

    def domain(self, name: str, mx: Sequence[str] = (), *, null_mx: bool = False) -> None:
        """A mail domain.  `mx` entries are "host" (preferences 10, 20, ...) or "preference host"."""
        raise NotImplementedError

    def address(self) -> str:
        """A loopback address of NETWORK that nothing in this world has yet."""
        raise NotImplementedError
