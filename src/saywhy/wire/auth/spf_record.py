"""An SPF record as it is written (RFC 7208 sections 4.5, 4.6.1, 5, 6, 12).

All of the record is read before any of it is used: one error anywhere and there is no record to go by.  Unknown
modifiers are passed over.  `exp=` is checked and then left out: no stranger's words stand in our replies.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from saywhy.wire.auth.spf_macro import MacroError, Template, template

MAX_RECORD = 8192  # characters; real ones have some hundreds
VERSION = "v=spf1"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9\-_.]*")
_TOP_LABEL = re.compile(r"(?!\d+\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_BARE = frozenset({"a", "mx", "ptr"})  # may stand without a domain
_NAMED = frozenset({"include", "exists"})


class SpfSyntax(ValueError):
    """The record is not one; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """`domain` None: the domain that is being checked.  `network` for ip4 and ip6, prefix lengths for a and mx."""

    qualifier: str  # + - ~ ?
    name: str
    domain: Template | None = None
    network: Network | None = None
    prefix4: int = 32
    prefix6: int = 128


@dataclass(frozen=True, slots=True)
class Record:
    mechanisms: tuple[Mechanism, ...]
    redirect: Template | None = None


def is_record(text: str) -> bool:
    """`v=spf1` and a space, or nothing more (section 4.5)."""
    return text[:6].lower() == VERSION and text[6:7] in ("", " ")


def parse(text: str) -> Record:
    """A record with its version -> its terms; SpfSyntax."""
    if len(text) > MAX_RECORD or not text.isascii():
        raise SpfSyntax("the record is too long or not ASCII")
    mechanisms: list[Mechanism] = []
    modifiers: dict[str, Template] = {}
    for term in text[len(VERSION) :].split(" "):
        if not term:
            continue
        name = _modifier_name(term)
        if not name:
            mechanisms.append(_mechanism(term))
        elif name in ("redirect", "exp"):
            if name in modifiers:
                raise SpfSyntax(f"{name}= stands there twice")
            modifiers[name] = _domain(term.partition("=")[2])
        else:
            _template(term.partition("=")[2])
    return Record(tuple(mechanisms), modifiers.get("redirect"))


def _modifier_name(term: str) -> str:
    name = _NAME.match(term)
    return name[0].lower() if name is not None and term[name.end() : name.end() + 1] == "=" else ""


def _mechanism(term: str) -> Mechanism:
    qualifier, rest = (term[0], term[1:]) if term[0] in "+-~?" else ("+", term)
    found = _NAME.match(rest)
    name = found[0].lower() if found is not None else ""
    value = rest[len(name) :]
    if name == "all" and not value:
        return Mechanism(qualifier, name)
    if name in ("ip4", "ip6") and value.startswith(":"):
        return Mechanism(qualifier, name, network=_network(name, value[1:]))
    if name in _NAMED and value.startswith(":"):
        return Mechanism(qualifier, name, _domain(value[1:]))
    if name in _BARE:
        prefix4, prefix6 = 32, 128
        if name != "ptr":
            value, prefix4, prefix6 = _prefixes(value)
        if value and not value.startswith(":"):
            raise SpfSyntax(f"{term[:60]!r} is no mechanism")
        return Mechanism(qualifier, name, _domain(value[1:]) if value else None, None, prefix4, prefix6)
    raise SpfSyntax(f"{term[:60]!r} is no mechanism")


def _prefixes(value: str) -> tuple[str, int, int]:
    """`:domain/24//64` -> `:domain`, 24, 64."""
    prefix4, prefix6 = 32, 128
    head, slashes, digits = value.rpartition("//")
    if slashes and digits.isdigit():
        value, prefix6 = head, _length(digits, 128)
    head, slashes, digits = value.rpartition("/")
    if slashes and digits.isdigit():
        value, prefix4 = head, _length(digits, 32)
    return value, prefix4, prefix6


def _length(digits: str, most: int) -> int:
    if len(digits) > 3 or (len(digits) > 1 and digits[0] == "0") or int(digits) > most:
        raise SpfSyntax(f"/{digits[:10]} is no prefix length")
    return int(digits)


def _network(name: str, text: str) -> Network:
    address, slash, digits = text.partition("/")
    try:
        if name == "ip4":
            prefix = _length(digits, 32) if slash and digits.isdigit() else 32
            v4 = ipaddress.IPv4Network((ipaddress.IPv4Address(address), prefix), strict=False)
            found: Network = v4
        else:
            prefix = _length(digits, 128) if slash and digits.isdigit() else 128
            found = ipaddress.IPv6Network((ipaddress.IPv6Address(address), prefix), strict=False)
    except ValueError:
        raise SpfSyntax(f"{text[:60]!r} is no network") from None
    if (slash and not digits.isdigit()) or "%" in text:
        raise SpfSyntax(f"{text[:60]!r} is no network")
    return found


def _domain(text: str) -> Template:
    """domain-spec: a macro string that ends in a macro, or in a dot and a top label (section 7.1)."""
    found = _template(text)
    if not found.ends_in_macro:
        literal = found.tail.removesuffix(".")
        _, dot, top = literal.rpartition(".")
        if not dot or _TOP_LABEL.fullmatch(top) is None:
            raise SpfSyntax(f"{text[:60]!r} is no domain")
    return found


def _template(text: str) -> Template:
    try:
        return template(text)
    except MacroError as error:
        raise SpfSyntax(str(error)) from None
