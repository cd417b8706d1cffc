"""Where mail may be sent to: not to this server itself, and not to an address that no host can have.

A next hop on loopback, `0.0.0.0/8` or an address of ours would be this server again (RFC 5321 section 5.1, spec
5.3.5); multicast and broadcast addresses belong to no host.  A send connector that names a network is believed.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Collection
from functools import lru_cache

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_BROADCAST = ipaddress.IPv4Address("255.255.255.255")


class Reach(enum.Enum):
    OPEN = "open"
    OURSELVES = "this server"
    NOWHERE = "no host's address"


class Reachability:
    """`own_addresses` holds the IP addresses that this server is known by: asked with `in`, in canonical form."""

    def __init__(self, own_addresses: Collection[str]) -> None:
        self._own = own_addresses

    def of(self, ip: str, networks: tuple[str, ...]) -> Reach:
        """What `ip` is to us; OPEN whatever it is when one of `networks` holds it, and for `unix:/path`."""
        if ip.startswith("unix:"):
            return Reach.OPEN
        address = _plain(ip)
        if address is None:
            return Reach.NOWHERE
        natural = _natural(address)
        if natural is Reach.OPEN and str(address) in self._own:
            natural = Reach.OURSELVES
        if natural is not Reach.OPEN and any(address in network for network in _networks(networks)):
            return Reach.OPEN
        return natural


@lru_cache(maxsize=4096)
def _plain(ip: str) -> IP | None:
    """The address; an IPv4 address that is mapped into IPv6 as IPv4."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=4096)
def _natural(address: IP) -> Reach:
    if address.is_loopback or address.is_unspecified or address in _THIS_NETWORK:
        return Reach.OURSELVES
    if address.is_multicast or address == _BROADCAST:
        return Reach.NOWHERE
    return Reach.OPEN


@lru_cache(maxsize=256)
def _networks(
    texts: tuple[str, ...],
) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks of a send connector; what is none (the configuration check says so) opens nothing."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError:
            continue
    return tuple(found)
