"""Checks of single values, for both kinds of setting: each says what is wrong and what to write instead.

A check takes what stood in the file and returns the value, or raises `reject(reason, cure)`.
"""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from saywhy.config import units
from saywhy.config.words import one_line, shown
from saywhy.model.address import Address, AddressError, check_domain

if TYPE_CHECKING:
    from saywhy.config.settings import Binding

FAULT = "saywhy"


def reject(reason: str, cure: str) -> PydanticCustomError:
    """The error that becomes a Fault with this reason and cure."""
    return PydanticCustomError(FAULT, "{reason}; {cure}", {"reason": reason, "cure": cure})


def duration(value: object) -> float:
    try:
        return float(units.duration(value))
    except ValueError:
        raise reject(f"{shown(value)} is not a duration", 'write it as "30 s", "5 min", "4 h" or "2 d"') from None


def whole_duration(value: object) -> int:
    seconds = duration(value)
    if seconds != int(seconds):
        raise reject(f"{shown(value)} is no whole number of seconds", 'write it as "30 s" or "5 min"')
    return int(seconds)


def size(value: object) -> int:
    try:
        return units.size(value)
    except ValueError:
        raise reject(f"{shown(value)} is not a size", 'write it as "500 KB", "36 MB" or "1 GB"') from None


def marks(value: object) -> tuple[float, float, float, float]:
    """Medium from, high from, no longer high below, low again below."""
    cure = "write four, such as [96, 99, 97, 94]: medium from, high from, no longer high below, low again below"
    if not isinstance(value, list | tuple) or len(value) != 4:
        raise reject(f"{shown(value)} is not four numbers", cure)
    if not all(isinstance(each, int | float) and not isinstance(each, bool) and 0 <= each < 1e9 for each in value):
        raise reject("one of them is no number, or below zero", cure)
    medium, high, from_high, from_medium = map(float, value)
    if not from_medium < medium <= from_high < high:
        raise reject("they contradict one another", cure)
    return medium, high, from_high, from_medium


def path(value: object) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise reject(f"{shown(value)} is not a path", "write it as text in quotes")
    return Path(value)


def folder(value: object) -> Path | None:
    """A path, or empty for none."""
    return None if value is None or value == "" else path(value)


def text(value: object) -> object:
    """Text of one line; other types are pydantic's to refuse."""
    if isinstance(value, str) and not one_line(value):
        raise reject(f"{shown(value)} has a control character", "write it as one line of text")
    return value


def address(value: object) -> Address:
    if isinstance(value, Address):
        return value
    cure = "write it as name@example.org"
    if not isinstance(value, str):
        raise reject(f"{shown(value)} is not an address", cure)
    try:
        return Address.parse(value)
    except AddressError as error:
        raise reject(f"{shown(value)} is not an address: {error}", cure) from None


def host_name(value: object) -> str:
    cure = "write the full name as it stands in the DNS, such as mail.example.org"
    if not isinstance(value, str):
        raise reject(f"{shown(value)} is not a host name", cure)
    try:
        check_domain(value)
    except AddressError as error:
        raise reject(f"{shown(value)} is not a host name: {error}", cure) from None
    if not value.isascii() or "." not in value or value.startswith("["):
        raise reject(f"{shown(value)} is not a full host name", cure)
    return value


def lmtp_address(value: object) -> str:
    """`unix:/path` or an IP address with a port; empty for none."""
    cure = 'write "unix:/run/dovecot/lmtp", "192.0.2.1:24" or "[2001:db8::1]:24"'
    if not isinstance(value, str) or not one_line(value):
        raise reject(f"{shown(value)} is not an address", cure)
    if not value or value.startswith("unix:/"):
        return value
    host, _, port = value.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise reject(f"{shown(value)} is not an address", cure) from None
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise reject(f"{shown(value)} has no port", cure)
    return value


def ip_address(value: object) -> str:
    try:
        if not isinstance(value, str):
            raise ValueError
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise reject(
            f"{shown(value)} is not an IP address", 'write it as "192.0.2.53" or "2001:db8::53"'
        ) from None


def bindings(value: object) -> tuple[Binding, ...]:
    """`"0.0.0.0:25"` or an array of such -> Bindings."""
    entries = value if isinstance(value, list | tuple) else [value]
    if not entries:
        raise reject("no address is given", "write it as host:port, such as 0.0.0.0:25")
    return tuple(_binding(entry) for entry in entries)


def _binding(value: object) -> Binding:
    from saywhy.config.settings import Binding

    if isinstance(value, Binding):
        return value
    cure = "write it as host:port, such as 0.0.0.0:25 or [::]:25"
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    if not colon or not (port.isascii() and port.isdecimal()) or len(port) > 5 or int(port) > 65535:
        raise reject(f"{shown(value)} is not an address with a port", cure)
    bracketed = host.startswith("[") and host.endswith("]")
    family = socket.AF_INET6 if bracketed else socket.AF_INET
    bare = host[1:-1] if bracketed else host
    try:
        socket.inet_pton(family, bare)
    except (OSError, ValueError):
        raise reject(f"{shown(value)} does not begin with an IP address of this host", cure) from None
    return Binding(bare, int(port))
