"""What has to ask the DNS before it is decided: DNS block lists, and whether a sender's domain takes mail.

An answer that says nothing is no verdict: a time-out or SERVFAIL lets a client in, and makes a sender's domain
come back later.  Of a block list only 127.0.0.2 to 127.0.0.255 is a listing (RFC 5782 section 2.1); 127.255.255.x
is the list's own complaint about the resolver that asks.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Protocol

from saywhy.flow.receive import refusals
from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.wire.auth.lookups import Answer, Question

LIST_TIMEOUT = 5.0  # seconds for all block lists together

_LISTING = ipaddress.ip_network("127.0.0.0/24")


class Names(Protocol):
    """infra.net.dns.Resolver; DnsError where there is no such record or no answer."""

    async def mx(self, domain: str) -> list[tuple[int, str]]: ...

    async def addresses(self, name: str) -> list[str]: ...

    async def look_up(self, question: Question) -> Answer:
        """For the checks of wire/auth; never raises."""
        ...


async def listed(names: Names, connector: str, zones: Sequence[str], ip: str) -> Failure | None:
    """Why a client on one of these lists is refused; None when no list says so in time."""
    asked = [asyncio.ensure_future(_in_zone(names, zone, ip)) for zone in zones]
    done, late = await asyncio.wait(asked, timeout=LIST_TIMEOUT)
    for task in late:
        task.cancel()
    found = [zone for zone, task in zip(zones, asked, strict=True) if task in done and task.result()]
    return refusals.client_listed(connector, found[0], ip) if found else None


async def _in_zone(names: Names, zone: str, ip: str) -> bool:
    try:
        answers = await names.addresses(f"{_reversed(ip)}.{zone}")
    except DnsError:
        return False
    return any(ipaddress.ip_address(answer) in _LISTING for answer in answers if ":" not in answer)


def _reversed(ip: str) -> str:
    """192.0.2.7 -> 7.2.0.192; an IPv6 address nibble by nibble (RFC 5782 sections 2.1 and 2.4)."""
    pointer = ipaddress.ip_address(ip.partition("%")[0]).reverse_pointer
    return pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


async def sender_domain(names: Names, connector: str, sender: Address) -> Failure | None:
    """Why mail from a domain that cannot take the answer is refused (spec 5.1.8 a, RFC 7505 section 4.1)."""
    domain = sender.domain_key
    if domain.startswith("["):
        return None
    try:
        if await names.mx(domain) == [(0, "")]:
            return refusals.sender_domain_null_mx(connector, str(sender))
    except DnsError as error:
        return await _without_mx(names, connector, sender, error)
    return None


async def _without_mx(names: Names, connector: str, sender: Address, error: DnsError) -> Failure | None:
    if error.problem is DnsProblem.NODATA:
        try:
            await names.addresses(sender.domain_key)
        except DnsError as second:
            error = second
        else:
            return None
    final = error.problem in (DnsProblem.NXDOMAIN, DnsProblem.NODATA)
    return refusals.sender_domain_unresolved(connector, str(sender), error, later=not final)
