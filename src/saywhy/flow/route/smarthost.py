"""A connector's smart hosts as written: `name`, `[192.0.2.1]`, `[IPv6:2001:db8::1]`, each perhaps with `:port`.

A list is a fail-over in its order.  No MX is looked up for a smart host (spec F5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from saywhy.model.address import AddressError, check_domain, domain_key, literal_ip

_ENTRY = re.compile(r"(\[[^\[\]]{1,64}\]|[^\[\]:]{1,255})(?::([0-9]{1,5}))?")


class BadSmartHost(ValueError):
    """An entry that is neither a name nor an address in brackets."""


@dataclass(frozen=True, slots=True)
class SmartHost:
    """`ip` is empty for a name, `unix:/path` for a socket; `port` is 0 where the connector's own holds."""

    name: str
    ip: str = ""
    port: int = 0


def entries(domain: str) -> list[str]:
    """The smart hosts of a SMART_HOST hop's domain."""
    return [entry.strip() for entry in domain.split(",") if entry.strip()]


@lru_cache(maxsize=1024)
def parse(entry: str) -> SmartHost:
    """One entry; BadSmartHost says what is wrong with it."""
    if entry.startswith("unix:/"):
        return SmartHost("localhost", entry)
    found = _ENTRY.fullmatch(entry)
    if found is None:
        raise BadSmartHost(f"{entry}: not a name or an address in brackets")
    name, port = found[1], int(found[2] or 0)
    if port > 65535:
        raise BadSmartHost(f"{entry}: no such port")
    if name.startswith("["):
        return SmartHost(name, _literal(name), port)
    return SmartHost(_host_name(name), "", port)


def _literal(name: str) -> str:
    address = literal_ip(name)
    if address is None:
        raise BadSmartHost(f"{name}: not an IP address in brackets")
    return str(address)


def _host_name(name: str) -> str:
    # No top-level domain begins with a digit: 192.0.2.1 without its brackets, or mistyped.
    if name.rpartition(".")[2][:1].isdigit():
        raise BadSmartHost(f"{name}: an IP address stands in brackets")
    try:
        check_domain(name)
    except AddressError as error:
        raise BadSmartHost(f"{name}: {error}") from None
    return domain_key(name)
