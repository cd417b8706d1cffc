"""The envelope: who sent it, to whom, with which report wishes (RFC 5321, RFC 3461), and where it came in."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, replace

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
class DeliverBy:
    """BY of MAIL FROM (RFC 2852): `seconds` as asked, counted from MAIL; `at` (epoch seconds) is their end.

    `returns`: mode R, undelivered mail goes back then; otherwise mode N, the sender is told and delivery goes on.
    `trace`: each handing on is to be told.
    """

    seconds: int
    returns: bool
    trace: bool = False
    at: float = 0.0

    def counted(self, now: float) -> DeliverBy:
        """As of a MAIL command at `now`."""
        return replace(self, at=now + self.seconds)

    def left(self, now: float) -> DeliverBy:
        """With what is left of it at `now`, in whole seconds: none may be given away (RFC 2852 section 4.1.4)."""
        return replace(self, seconds=math.floor(self.at - now))


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail transaction.  `sender` is None for the null reverse-path; `envid` is decoded, empty if absent."""

    sender: Address | None
    recipients: tuple[Recipient, ...]
    envid: str = ""
    ret: Ret | None = None
    body: Body = Body.SEVENBIT
    smtputf8: bool = False
    by: DeliverBy | None = None


class ReversePath(enum.Enum):
    """Whether a message is from its reverse-path, by what was checked when it came (spec B8, errata 63, 64)."""

    UNKNOWN = ""  # not checked: a client of ours, or the checks are off
    VERIFIED = "verified"  # SPF passed, or a DKIM signature of its domain
    UNVERIFIED = "unverified"  # nothing proves it, nothing speaks against it
    FORGED = "forged"  # SPF failed, and no DKIM signature of its domain passed
    NOWHERE = "nowhere"  # its domain does not exist or takes no mail (null MX): the DNS said so


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came in, and as whom.

    `connector` is the receive connector's name (`report` for our own reports); `protocol` is the WITH word of
    the trace header (ESMTPSA and so on, RFC 3848); `user` is the authenticated login; `internal` says that
    the sender is one of ours (authenticated, or from a trusted network) and may see internal facts.  `checks` are
    the results of SPF, DKIM and DMARC in a line: `spf=pass dkim=none dmarc=pass`; empty when nothing was checked.
    """

    connector: str
    protocol: str = ""
    client_ip: str = ""
    helo: str = ""
    user: str = ""
    tls: str = ""
    internal: bool = False
    reverse_path: ReversePath = ReversePath.UNKNOWN
    checks: str = ""

    @property
    def own(self) -> bool:
        """Made by this server itself: a report, a notice."""
        return not self.protocol
