"""What must be true of one field of an organisation object: a line, a host, networks, addresses, a filter."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

from saywhy.config.hosts import is_host
from saywhy.config.report_rules import Found
from saywhy.config.words import one_line, shown
from saywhy.model import matching
from saywhy.model.address import Address, AddressError
from saywhy.model.organisation import OrganisationObject

_MEDIA_TYPE = re.compile(r"[a-z0-9-]+/(?:\*|[a-z0-9.+-]+)")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: Collection[str]) -> list[Network]:
    """Those of `texts` that are networks."""
    out: list[Network] = []
    for text in texts:
        try:
            out.append(ipaddress.ip_network(text))
        except ValueError:
            continue
    return out


def filter_text(text: str) -> Found:
    if not text:
        return
    try:
        matching.parse(text)
    except matching.FilterError as error:
        yield (
            "filter",
            f"{shown(text)} is no filter: {error}",
            "write it as department = Brewery",
        )


def is_address(text: str) -> bool:
    try:
        Address.parse(text)
    except AddressError:
        return False
    return True


def twice(field: str, addresses: tuple[Address, ...]) -> Found:
    seen: set[str] = set()
    for address in addresses:
        if address.key in seen:
            yield field, f"{address} stands here twice", "write it once"
        seen.add(address.key)


def line(field: str, text: str) -> Found:
    if not one_line(text):
        yield field, f"{shown(text)} has a control character", "write it as one line of text"


def media_types(field: str, texts: tuple[str, ...]) -> Found:
    for text in texts:
        if _MEDIA_TYPE.fullmatch(text) is None:
            yield field, f"{shown(text)} is no media type", "write it as text/plain or image/*, in lower case"


def host(field: str, text: str) -> Found:
    if text and not (is_host(text) and text.isascii()):
        yield field, f"{shown(text)} is not a host name", "write it as mail.example.org"


def all_networks(field: str, texts: tuple[str, ...]) -> Found:
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            yield field, f"{shown(text)} is not a network", _network_cure(text)


def _network_cure(text: str) -> str:
    try:
        return f"write {ipaddress.ip_network(text, strict=False)}: the bits after the prefix are zero"
    except ValueError:
        return "write it as 192.0.2.0/24, 2001:db8::/32 or a single address"


def positive(item: OrganisationObject, *names: str) -> Found:
    for name in names:
        if getattr(item, name) == 0:
            yield name, "0 would let nothing through", "write 1 or more"
