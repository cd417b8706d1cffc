"""The envelope: who sent it, to whom, with which report wishes (RFC 5321, RFC 3461), and where it came in."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.address import Address


class Notify(enum.Flag):
    """NOTIFY of RCPT TO (RFC 3461 section 4.1); `Notify(0)` (`ABSENT`) when the parameter was not given."""

    ABSENT = 0
    NEVER = 1
    SUCCESS = 2
    FAILURE = 4
    DELAY = 8


class Ret(enum.Enum):
    """RET of MAIL FROM (RFC 3461 section 4.3)."""

    FULL = "FULL"
    HDRS = "HDRS"


class Body(enum.Enum):
    """BODY of MAIL FROM (RFC 6152).  BINARYMIME is not offered."""

    SEVENBIT = "7BIT"
    EIGHTBITMIME = "8BITMIME"


@dataclass(frozen=True, slots=True)
class OriginalRecipient:
    """ORCPT (RFC 3461 section 4.2), decoded from xtext; case is kept."""

    address_type: str
    address: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One RCPT TO as this server accepted it."""

    address: Address
    notify: Notify = Notify.ABSENT
    original: OriginalRecipient | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail transaction.  `sender` is None for the null reverse-path; `envid` is decoded, empty if absent."""

    sender: Address | None
    recipients: tuple[Recipient, ...]
    envid: str = ""
    ret: Ret | None = None
    body: Body = Body.SEVENBIT
    smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came in, and as whom.

    `connector` is the receive connector's name (`report` for our own reports); `protocol` is the WITH word of
    the trace header (ESMTPSA and so on, RFC 3848); `user` is the authenticated login; `internal` says that
    the sender is one of ours (authenticated, or from a trusted network) and may see internal facts.
    """

    connector: str
    protocol: str = ""
    client_ip: str = ""
    helo: str = ""
    user: str = ""
    tls: str = ""
    internal: bool = False

    @property
    def own(self) -> bool:
        """Made by this server itself: a report, a notice."""
        return not self.protocol
