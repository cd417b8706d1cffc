"""What a message says about mail that did or did not arrive, whoever wrote it; with `as_dict` as in docs/schema/.

Empty strings, empty tuples, 0.0 and None stand for what the message does not say: nothing is invented.  Times are
epoch seconds.  Offsets count the octets of the message as it was given.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from saywhy.model.failure import Failure
from saywhy.why.classify import Confidence
from saywhy.wire import date
from saywhy.wire.encoded_word import decode
from saywhy.wire.header import scan, values
from saywhy.wire.report.values import Action

_ADDRESS = re.compile(r"[^\s<>,;:()\"]{1,256}@[^\s<>,;:()\"]{1,255}")
SCHEMA_VERSION = 1  # of docs/schema/report.json; counted up when a field goes or changes its meaning


class NotAReport(ValueError):
    """The message is no delivery report; the text says what was looked for."""


class Kind(enum.Enum):
    """What the message is.  The first five are delivery reports; the worst of its recipients gives the kind."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"
    FEEDBACK = "feedback"  # ARF, RFC 5965
    MDN = "mdn"  # read or not, RFC 8098
    AUTO_REPLY = "auto-reply"  # RFC 3834: out of office and its kin
    CHALLENGE = "challenge"  # confirm that you are human
    DMARC_REPORT = "dmarc-report"
    TLS_REPORT = "tls-report"  # RFC 8460
    NONE = "none"

    @property
    def is_report(self) -> bool:
        """Whether it says that mail was delivered or was not."""
        return self in _DELIVERY


_DELIVERY = frozenset({Kind.FAILED, Kind.DELAYED, Kind.DELIVERED, Kind.RELAYED, Kind.EXPANDED})


class From(enum.Enum):
    """Where a value stood."""

    FIELD = "report field"  # of a machine-readable part
    HEADER = "header"  # of the message itself
    TEXT = "text"  # that people read
    ORIGINAL = "original"  # the returned message
    RULE = "rule"  # nowhere: concluded from the rest, as `rule` says


class Source(NamedTuple):
    """Where one value was read: `rule` names the field or the rule of the dialect, `span` the octets."""

    origin: From
    rule: str
    span: tuple[int, int] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"from": self.origin.value, "rule": self.rule, "span": list(self.span) if self.span else None}


@dataclass(frozen=True, slots=True)
class Why:
    """What was concluded about one recipient.

    `cause` is an id of why/causes; `reason`, `kumomta` and `sparkpost` are other systems' names for it, and
    `hard_bounce` says whether the address should be given up, as Sisimai counts it.  `words` decided; `grounds`
    says why the confidence is what it is.
    """

    cause: str
    reason: str
    hard_bounce: bool | None
    scope: str
    act: str
    permanence: str
    confidence: Confidence
    rule: str
    grounds: str
    words: str = ""
    kumomta: str = ""
    sparkpost: int = 0


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient as the report tells it, then why.

    `recipient` is the address that the report is about (Final-Recipient), `original_recipient` the one that the
    sender had given where another one is named.  `status` is written in the message or empty.  `told`: the report
    itself names the cause.  `failure` is the same as if we had seen it ourselves.
    """

    recipient: str
    action: Action | None  # None: of a complaint
    failure: Failure
    why: Why
    original_recipient: str = ""
    status: str = ""
    reply_code: str = ""
    diagnostic: str = ""
    diagnostic_type: str = ""
    remote_mta: str = ""
    last_attempt: float = 0.0
    retry_until: float = 0.0
    log_id: str = ""
    told: bool = False
    provenance: dict[str, Source] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        why = self.why
        return {
            "recipient": self.recipient or None,
            "original_recipient": self.original_recipient or None,
            "action": self.action.value if self.action else None,
            "status": self.status or None,
            "reply_code": self.reply_code or None,
            "diagnostic": self.diagnostic or None,
            "diagnostic_type": self.diagnostic_type or None,
            "remote_mta": self.remote_mta or None,
            "last_attempt": _moment(self.last_attempt),
            "retry_until": _moment(self.retry_until),
            "log_id": self.log_id or None,
            "reason": why.reason,
            "hard_bounce": why.hard_bounce,
            "kumomta": why.kumomta or None,
            "sparkpost": why.sparkpost or None,
            "cause": why.cause,
            "told": self.told,
            "scope": why.scope,
            "act": why.act,
            "permanence": why.permanence,
            "confidence": why.confidence.value,
            "rule": why.rule,
            "grounds": why.grounds,
            "words": why.words or None,
            "provenance": {name: source.as_dict() for name, source in self.provenance.items()},
        }


@dataclass(frozen=True, slots=True)
class Original:
    """The message that the report is about, as far as it was returned; its `header` is read on demand."""

    header: bytes = b""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All fields, unfolded and in order."""
        found, _ = scan(self.header, 0, len(self.header))
        return tuple((each.name, each.text) for each in found)

    @property
    def sender(self) -> str:
        """The address in Return-Path, else in From."""
        path, from_ = values(self.header, (b"return-path", b"from"))
        return _address(path) or _address(from_)

    @property
    def to(self) -> str:
        return decode(values(self.header, (b"to",))[0])

    @property
    def subject(self) -> str:
        return decode(values(self.header, (b"subject",))[0])

    @property
    def message_id(self) -> str:
        return values(self.header, (b"message-id",))[0]

    @property
    def date(self) -> float:
        moment = date.parse(values(self.header, (b"date",))[0])
        return max(moment[0], 0.0) if moment is not None else 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "sender": self.sender or None,
            "to": self.to or None,
            "subject": self.subject or None,
            "message_id": self.message_id or None,
            "date": _moment(self.date),
            "headers": [list(pair) for pair in self.headers],
        }


def _address(value: str) -> str:
    found = _ADDRESS.search(value)
    return found[0] if found is not None else ""


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says.  `dialect` names the reader that understood it, `system` the software that wrote it.

    `note` tells in a few words why it is none, where that helps.  `truncated`: it was too large, and only its
    beginning and its end were looked at, or a bound on parts, depth or recipients was reached.
    """

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    dialect: str = ""
    system: str = ""
    reporting_mta: str = ""
    envelope_id: str = ""
    arrival: float = 0.0
    subject: str = ""
    original: Original = Original()
    truncated: bool = False
    note: str = ""
    error: str = ""

    @property
    def is_report(self) -> bool:
        return self.kind.is_report

    @property
    def reporting(self) -> str:
        return self.reporting_mta

    def as_dict(self, source: Any = None) -> dict[str, Any]:
        """The object of docs/schema/report.json; `source` is the caller's: where the message came from."""
        return {
            "version": SCHEMA_VERSION,
            "source": source,
            "is_report": self.is_report,
            "kind": self.kind.value,
            "error": self.error or None,
            "truncated": self.truncated,
            "note": self.note or None,
            "dialect": self.dialect or None,
            "system": self.system or None,
            "reporting_mta": self.reporting_mta or None,
            "envelope_id": self.envelope_id or None,
            "arrival_date": _moment(self.arrival),
            "subject": self.subject or None,
            "recipients": [recipient.as_dict() for recipient in self.recipients],
            "original": self.original.as_dict(),
        }


def _moment(at: float) -> str | None:
    """Epoch seconds -> ISO 8601 in UTC; None for an unknown moment or one beyond the calendar."""
    if not at:
        return None
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None


# What `saywhy explain FILE` shows of a report.


@dataclass(frozen=True, slots=True)
class ReadRecipient:
    """`told`: the report itself names the cause; otherwise `rule` says what it was read from.

    `grounds` says why the confidence is what it is.
    """

    address: str
    action: Action
    failure: Failure
    told: bool
    rule: str = ""
    confidence: Confidence = Confidence.HIGH
    grounds: str = "the report names it"


@dataclass(frozen=True, slots=True)
class ReadReport:
    """`dialect` names the reader that understood it; `reporting` is the server that wrote it."""

    dialect: str
    reporting: str
    recipients: tuple[ReadRecipient, ...]
    subject: str = ""
