"""Mailboxes as RFC 5321 section 4.1.2 and RFC 6531 section 3.3 write them: local part, `@`, domain or literal.

The null reverse-path `<>` is `None` wherever an `Address | None` is asked for.  Domains in Unicode are compared
by their A-labels (NFC, lower case, Punycode: IDNA 2008's lookup without its full code point tables, so `ß`
stays `ß`).  Not here: angle brackets, source routes and parameters (wire/smtp/grammar).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

MAX_LOCAL = 64  # octets, RFC 5321 section 4.5.3.1.1
MAX_DOMAIN = 255  # octets, RFC 5321 section 4.5.3.1.2
MAX_PATH = 254  # octets: 256 with the angle brackets, RFC 5321 section 4.5.3.1.3

Part = Literal["local part", "domain", "length"]

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"
_DOT_ATOM = re.compile(rf"[{_ATEXT}\u0080-\U0010ffff]+(?:\.[{_ATEXT}\u0080-\U0010ffff]+)*")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_QUOTED_TEXT = re.compile(r'(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*')


class AddressError(ValueError):
    """A text is no mailbox.  `part` says where: in the local part, in the domain, or in a length."""

    def __init__(self, part: Part, why: str) -> None:
        super().__init__(why)
        self.part = part


@dataclass(frozen=True, slots=True)
class Address:
    """`local` is without quotes and escapes; `domain` as written, a literal with its brackets."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{_quote(self.local)}@{self.domain}"

    @property
    def key(self) -> str:
        """What two spellings of one mailbox share: lower case, composed (NFC), domain as A-labels."""
        local = self.local.lower()
        if not local.isascii():
            local = unicodedata.normalize("NFC", local)
        return f"{_quote(local)}@{domain_key(self.domain)}"

    @property
    def domain_key(self) -> str:
        return domain_key(self.domain)

    @property
    def is_ascii(self) -> bool:
        """False when the address needs SMTPUTF8 as it is written (RFC 6531)."""
        return self.local.isascii() and self.domain.isascii()

    @property
    def is_literal(self) -> bool:
        return self.domain.startswith("[")

    @staticmethod
    @lru_cache(maxsize=4096)
    def parse(text: str) -> Address:
        """`local@domain` -> Address; AddressError says which part is wrong and why."""
        if _octets(text) > MAX_PATH:
            raise AddressError("length", f"an address has at most {MAX_PATH} octets")
        local, domain = _split(text)
        if _octets(local) > MAX_LOCAL:
            raise AddressError("length", f"a local part has at most {MAX_LOCAL} octets")
        check_domain(domain)
        return Address(local, domain)


def _octets(text: str) -> int:
    try:
        return len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise AddressError("local part", "the address is not UTF-8 (RFC 6531)") from None


def _split(text: str) -> tuple[str, str]:
    if text.startswith('"'):
        quoted = _QUOTED_TEXT.match(text, 1)
        end = quoted.end() if quoted else 1
        if text[end : end + 2] != '"@':
            raise AddressError("local part", "a quoted local part must end in a quote and @")
        return re.sub(r"\\(.)", r"\1", text[1:end]), text[end + 2 :]
    local, at, domain = text.partition("@")
    if not at:
        raise AddressError("domain", "an address needs an @ and a domain after it")
    if _DOT_ATOM.fullmatch(local) is None:
        raise AddressError("local part", "the local part has a character that must be quoted, or is empty")
    return local, domain


def _quote(local: str) -> str:
    if _DOT_ATOM.fullmatch(local):
        return local
    return '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'


def check_domain(domain: str) -> None:
    """AddressError unless `domain` is a host name of LDH labels, U-labels, or an address literal."""
    if domain.startswith("["):
        _check_literal(domain)
        return
    try:
        ascii_form = domain_key(domain)
    except ValueError as error:
        raise AddressError("domain", str(error)) from None
    if not ascii_form:
        raise AddressError("domain", "the domain is empty")
    if len(ascii_form) > MAX_DOMAIN:
        raise AddressError("length", f"a domain has at most {MAX_DOMAIN} octets")
    for label in ascii_form.split("."):
        if len(label) > 63 or _LABEL.fullmatch(label) is None:
            raise AddressError("domain", "a domain is letters, digits and hyphens between single dots")


def _check_literal(domain: str) -> None:
    if literal_ip(domain) is None:
        raise AddressError("domain", "an address literal is [192.0.2.1] or [IPv6:2001:db8::1]")


def literal_ip(domain: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """`[192.0.2.1]` or `[IPv6:2001:db8::1]` -> the address; None for anything else (RFC 5321 section 4.1.3)."""
    if not (domain.startswith("[") and domain.endswith("]")) or "%" in domain:
        return None  # a zone (fe80::1%eth0) has no place in mail, and may hold any character
    inner = domain[1:-1]
    try:
        if inner[:5].lower() == "ipv6:":
            return ipaddress.IPv6Address(inner[5:])
        return ipaddress.IPv4Address(inner)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def domain_key(domain: str) -> str:
    """The form in which domains are compared and looked up: lower case A-labels, no final dot is taken off."""
    if domain.isascii():
        return domain.lower()
    return ".".join(_a_label(label) for label in re.split("[.\u3002\uff0e\uff61]", domain))


def _a_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    folded = unicodedata.normalize("NFC", label.lower())
    for char in folded:
        if char != "-" and unicodedata.category(char)[0] not in "LMN":
            raise ValueError(f"{char!r} may not stand in a domain name")
    if folded.isascii():  # the Kelvin sign is a K
        return folded
    return "xn--" + folded.encode("punycode").decode("ascii")
