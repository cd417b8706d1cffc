"""Which receive connector takes a connection: by listener, then by the most specific remote range (spec F1)."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from saywhy.model.organisation import Organisation, ReceiveConnector

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def match(organisation: Organisation, listener: str, ip: str) -> ReceiveConnector | None:
    """The connector for a client `ip` on `listener`; None when none covers it.  Ties go to the first name."""
    best: tuple[int, str] | None = None
    chosen = None
    for connector in organisation.receive_connectors.values():
        if listener not in connector.listeners:
            continue
        length = longest_match(connector.remote_ranges, ip)
        if length is not None and (best is None or (-length, connector.name) < best):
            best, chosen = (-length, connector.name), connector
    return chosen


@lru_cache(maxsize=4096)
def longest_match(ranges: tuple[str, ...], ip: str) -> int | None:
    """The prefix length of the narrowest of `ranges` that holds `ip`, or None."""
    address = _address(ip)
    lengths = [network.prefixlen for network in map(_network, ranges) if address in network]
    return max(lengths, default=None)


def _address(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


@lru_cache(maxsize=1024)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text, strict=False)
