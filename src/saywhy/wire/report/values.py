"""The facts of a delivery report (RFC 3464 sections 2.2 and 2.3), and the whole message that carries them.

Empty strings, empty tuples and 0.0 stand for absent fields.  Times are epoch seconds, whole ones on the wire.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.envelope import OriginalRecipient
from saywhy.model.status import Status


class Action(enum.Enum):
    """RFC 3464 section 2.3.3."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Diagnostic-Code: `smtp` with a remote's own lines, or `x-saywhy` with words of ours (RFC 3464 2.3.6)."""

    type: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """One recipient.  `final` is the address as this server accepted it in RCPT (RFC 3461 section 6.3 (e))."""

    final: str
    action: Action
    status: Status
    original: OriginalRecipient | None = None
    remote_mta: str = ""
    diagnostic: Diagnostic = Diagnostic()
    last_attempt: float = 0.0
    final_log_id: str = ""
    will_retry_until: float = 0.0
    cause: str = ""  # X-SayWhy-Cause: an id of why/causes
    act: str = ""  # X-SayWhy-Act: who has to act


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The status part.  `received_from` is the client's HELO name, `received_from_ip` its address."""

    reporting_mta: str
    recipients: tuple[RecipientReport, ...]
    envid: str = ""
    received_from: str = ""
    received_from_ip: str = ""
    arrival: float = 0.0
    deliver_by: float = 0.0  # RFC 2852 section 5


@dataclass(frozen=True, slots=True)
class Returned:
    """The original: whole, or (`full` False) its header alone.  `utf8`: it needed SMTPUTF8 (RFC 6532)."""

    content: bytes
    full: bool
    utf8: bool = False


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """A report as a message.  `text` and `html` are the human part, lines ending in `\\n`; `html` may be empty.

    `to` is the reverse-path of the original.  When it is beyond ASCII the report travels by SMTPUTF8 and its
    status part is the global one (RFC 6533 section 4); otherwise nothing in it needs more than a 7-bit path,
    except the body of an original that was 8-bit itself.
    """

    sender: str
    to: str
    subject: str
    date: float
    message_id: str
    text: str
    html: str
    status: DeliveryReport
    returned: Returned
    sender_name: str = ""
    in_reply_to: str = ""
    language: str = "en"

    @property
    def utf8(self) -> bool:
        return not self.to.isascii()
