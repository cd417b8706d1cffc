"""The fake internet: hosts with loopback addresses of their own, their zones, and the DNS that knows them.

    async with World() as world:
        mx = world.host("mx1.partner.example", Script(rcpt={"full@*": "452 4.2.2 mailbox full"}))
        world.domain("partner.example", mx=["mx1.partner.example"])
        resolver = world.resolver()
        ... send to port world.port ...
        [message] = await mx.received(1)

All hosts listen on one port, found free at start, so that a send connector's `port` is all that product code is
told.  A world takes its addresses from a random /24, so that several can stand beside one another.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence
from typing import TypeVar

from saywhy.infra.net.dns import Resolver
from saywhy.lab.dns import FakeDns
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import Script

NETWORK = "127.77.0.0/16"
LAST_HOST = 254  # of a /24
TRIED_ADDRESSES = 8  # a port is good when it is free on this many of the world's first addresses
TRIES = 50

Host = TypeVar("Host", bound=FakeMta)


class World:
    """Hosts and domains may come at any time; leaving the world stops them all."""

    def __init__(self) -> None:
        self.dns = FakeDns()
        self.hosts: dict[str, FakeMta] = {}
        self.port = 0  # of every host
        self._prefix = f"127.77.{random.randrange(256)}."
        self._taken = 0

    async def __aenter__(self) -> World:
        await self.dns.__aenter__()
        try:
            self.port = _free_port([f"{self._prefix}{low}" for low in range(1, TRIED_ADDRESSES + 1)])
        except OSError:
            await self.dns.__aexit__()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for host in self.hosts.values():
            await host.stop()
        await self.dns.__aexit__()

    @property
    def dns_address(self) -> tuple[str, int]:
        """What `[dns]` of the server settings needs to live in this world."""
        return self.dns.host, self.dns.port

    def resolver(self, timeout: float = 5.0) -> Resolver:
        return Resolver((self.dns.host,), self.dns.port, timeout)

    def host(self, name: str, script: Script = Script(), *, ip: str = "") -> FakeMta:  # noqa: B008 - frozen
        """A host that listens, with its A record; `ip` empty: the next free one of NETWORK."""
        return self.add(FakeMta(name, script, ip=ip))

    def add(self, host: Host) -> Host:
        """A host of a kind of its own; `host.ip` empty: the next free one of NETWORK."""
        if host.name in self.hosts:
            raise ValueError(f"{host.name} is in this world already")
        host.port = self.port
        if host.ip:
            host.start()
        else:
            self._start(host)
        self.hosts[host.name] = host
        self.dns.set(host.name, "A", host.ip)
        return host

    def domain(self, name: str, mx: Sequence[str] = (), *, null_mx: bool = False) -> None:
        """A mail domain.  `mx` entries are "host" (preferences 10, 20, ...) or "preference host".

        No `mx`: the domain exists, without MX and without address.
        """
        values = [entry if " " in entry else f"{10 * number} {entry}" for number, entry in enumerate(mx, start=1)]
        self.dns.set(name, "MX", *(["0 ."] if null_mx else values))

    def address(self) -> str:
        """A loopback address of NETWORK that nothing in this world has yet."""
        if self._taken == LAST_HOST:
            raise OSError(f"a world has {LAST_HOST} addresses, and all are taken")
        self._taken += 1
        return f"{self._prefix}{self._taken}"

    def _start(self, host: FakeMta) -> None:
        why = OSError("no address was tried")
        for _ in range(TRIES):
            host.ip = self.address()
            try:
                return host.start()
            except OSError as error:  # somebody else has the port there
                why = error
        raise why


def _free_port(addresses: Sequence[str]) -> int:
    for _ in range(TRIES):
        port = _bind(addresses[0], 0)
        if port and all(_bind(address, port) for address in addresses[1:]):
            return port
    raise OSError(
        f"no port could be bound on {addresses[0]} to {addresses[-1]}: is all of 127.0.0.0/8 loopback here?"
    )


def _bind(address: str, port: int) -> int:
    """The port when it could be bound for a moment, or 0."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        try:
            sock.bind((address, port))
        except OSError:
            return 0
        return int(sock.getsockname()[1])
