"""What a server engine offers in its EHLO reply, and the limits it enforces itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from saywhy.wire.smtp.reply import plain


@dataclass(frozen=True, slots=True)
class Offer:
    """The extensions on offer.  `size` in octets (0: no fixed maximum); `auth` the mechanisms, empty for none.

    The driver leaves `auth` empty before TLS.
    """

    fqdn: str
    size: int = 0
    pipelining: bool = True
    dsn: bool = True
    deliverby: bool = True  # only beside DSN (RFC 2852 section 2)
    min_by: int = 0  # seconds
    eightbitmime: bool = True
    smtputf8: bool = True
    chunking: bool = True
    starttls: bool = False
    auth: tuple[str, ...] = ()
    enhancedstatuscodes: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in octets.  `max_line` counts the CRLF and is at least 1036 (RFC 3461 section 5.4)."""

    max_line: int = 2048
    max_message_size: int = 36 * 1024 * 1024
    max_header_size: int = 256 * 1024
    max_errors: int = 5
    max_idle_commands: int = 200  # EHLO, RSET, NOOP, HELP, VRFY between two messages
    require_ehlo_domain: bool = True


@lru_cache(maxsize=64)
def capabilities(offer: Offer, text: str, *, extended: bool) -> bytes:
    """The positive reply to EHLO (`extended`) or HELO; no enhanced status (R17)."""
    first = plain(f"{offer.fqdn} {text}" if text else offer.fqdn)
    lines = [first, *_keywords(offer)] if extended else [first]
    return "".join(f"250{' ' if line is lines[-1] else '-'}{line}\r\n" for line in lines).encode("ascii")


def _keywords(offer: Offer) -> list[str]:
    offered = {
        f"SIZE {offer.size}": True,
        "PIPELINING": offer.pipelining,
        "DSN": offer.dsn,
        f"DELIVERBY {offer.min_by}" if offer.min_by else "DELIVERBY": offer.deliverby and offer.dsn,
        "ENHANCEDSTATUSCODES": offer.enhancedstatuscodes,
        "STARTTLS": offer.starttls,
        " ".join(["AUTH", *offer.auth]): bool(offer.auth),
        "8BITMIME": offer.eightbitmime,
        "SMTPUTF8": offer.smtputf8,
        "CHUNKING": offer.chunking,
        "HELP": True,
    }
    return [keyword for keyword, wanted in offered.items() if wanted]
