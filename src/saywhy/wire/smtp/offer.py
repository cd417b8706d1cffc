"""What a server engine offers in its EHLO reply, and the limits it enforces itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """The extensions on offer.  `size` in octets (0: no fixed maximum); `auth` the mechanisms, empty for none.

    The driver leaves `auth` empty before TLS.
    """

    fqdn: str
    size: int = 0
    pipelining: bool = True
    dsn: bool = True
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
    require_ehlo_domain: bool = True
