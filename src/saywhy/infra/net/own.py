"""Which addresses are this machine's own, so that mail is never sent round in a circle (RFC 5321 section 5.1)."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Iterator
from functools import lru_cache


class OwnAddresses(Collection[str]):
    """`ip in OwnAddresses({"192.0.2.1"})`: listed, or an address that a socket of this machine can be bound to.

    Loopback addresses are not asked about here: next hops there are refused by a rule of their own.
    """

    def __init__(self, listed: Collection[str] = ()) -> None:
        self._listed = frozenset(listed)

    def __contains__(self, ip: object) -> bool:
        return isinstance(ip, str) and (ip in self._listed or _bindable(ip))

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)


@lru_cache(maxsize=1024)
def _bindable(ip: str) -> bool:
    try:
        address = ipaddress.ip_address(ip)
        if address.is_loopback or address.is_unspecified or address.is_multicast:
            return False
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.bind((ip, 0))
        return True
    except (OSError, ValueError):
        return False
