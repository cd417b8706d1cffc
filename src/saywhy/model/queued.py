"""What the queue holds: messages, the recipients still owed, and the next hops they wait for."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import NamedTuple

from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.failure import Failure
from saywhy.model.moderation import Approval, Moderation

NEVER = 253_402_300_800.0  # the year 10000.  What is held back is due so much later than its sender is to be told

# Of 63 bits: more is no number that a store could have given.
_QUEUE_ID = re.compile(r"([0-9]{1,5})-([0-7][0-9A-Fa-f]{15}|[0-9A-Fa-f]{1,15})")


class QueueId(NamedTuple):
    """A message's name in the queue: the shard that owns it and a number that is never used again: `1-8f31`."""

    shard: int
    number: int

    def __str__(self) -> str:
        return f"{self.shard}-{self.number:x}"

    @staticmethod
    def parse(text: str) -> QueueId:
        """`"1-8f31"` -> QueueId; ValueError otherwise."""
        found = _QUEUE_ID.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text[:40]!r} is not a queue id: expected shard-number, such as 1-8f31")
        return QueueId(int(found[1]), int(found[2], 16))


class HopKind(enum.Enum):
    """How a next hop is reached.  SUBMISSION: not yet categorized.  UNREACHABLE: no route is known.

    HELD: it has failed, and an administrator is to say whether it is tried again or returned (flow/queue/storm).
    POISON: put aside, since the message made the server crash.
    MODERATION: a moderator has to decide first.  ARBITRATION: moderators' answers, which the server itself reads.
    """

    SUBMISSION = "submission"
    MAILBOX = "mailbox"
    DNS = "dns"
    SMART_HOST = "smart-host"
    PROGRAM = "program"
    UNREACHABLE = "unreachable"
    HELD = "held"
    POISON = "poison"
    MODERATION = "moderation"
    ARBITRATION = "arbitration"


@dataclass(frozen=True, slots=True)
class NextHop:
    """A queue is the mail for one next hop.  `domain` is a domain key, a smart host list, or a mailbox server.

    For addresses of another kind it is their type, `FAX:`, where no connector says how to reach them.

    Of an unreachable domain, `connector` is the one that would take its mail but is closed or leads nowhere.
    Of what is held, `domain` is the cause and `connector` the place where it holds.
    """

    kind: HopKind
    domain: str = ""
    connector: str = ""

    @property
    def key(self) -> str:
        """The queue's name: `dns/partner.example/Internet`, `mailbox`, `submission`."""
        return "/".join(part for part in (self.kind.value, self.domain, self.connector) if part)


SUBMISSION = NextHop(HopKind.SUBMISSION)
GATHERED = "report-rate"  # the `domain` of HELD hops whose mail waits to be reported with others (flow/queue/cap)


@dataclass(frozen=True, slots=True)
class Headline:
    """What a message's own header says, as written and unfolded; empty where absent."""

    message_id: str = ""
    subject: str = ""
    date: str = ""
    from_: str = ""
    language: str = ""
    hops: int = 0  # Received fields
    no_alternate: bool = False  # Alternate-Recipient: prohibited (RFC 2156)
    stamps: int = 0  # how often a server of ours made a copy on its way here (wire/loop)
    automatic: bool = False  # Auto-Submitted (RFC 3834); looked at where there are stamps


@dataclass(frozen=True, slots=True)
class Message:
    """An accepted message without its content.  `size` in octets; times in epoch seconds."""

    id: QueueId
    envelope: Envelope
    origin: Origin
    arrived: float
    expires: float
    size: int
    headline: Headline = Headline()
    approvals: tuple[Approval, ...] = ()  # of the recipient that is categorized again; never stored


@dataclass(frozen=True, slots=True)
class Pending:
    """A recipient still owed.  `recipient` is as accepted in RCPT; `address` is where it goes now."""

    message: QueueId
    number: int  # within the message
    recipient: Recipient
    address: Address
    hop: NextHop
    due: float
    mailbox: str = ""  # the mailbox's name when it is delivered here
    attempts: int = 0
    first_attempt: float = 0.0
    last_attempt: float = 0.0
    delay_reported: bool = False
    failure: Failure | None = None  # the last one
    suspended_at: float = 0.0  # since when it is held back; 0 when it is not
    suspended_alone: bool = False  # with its message, whatever its queue does
    paused: float = 0.0  # seconds that it was held back before: it expires as much later
    resubmitted: float = 0.0  # when it was last routed again
    lateness_told: bool = False  # that the sender's deadline passed while delivery goes on (RFC 2852, mode N)
    foreign: str = ""  # the address of another kind where it goes: "FAX:+44190520000"; `address` stands for it
    plain: bool = False  # where it goes only plain text can be read
    moderation: Moderation | None = None  # what it waits for, in the moderation queue
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message on its way into the queue, with its content (as stored: trace header on, CRLF lines)."""

    message: Message
    content: bytes
    pending: tuple[Pending, ...]
