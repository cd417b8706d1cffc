"""Moderation: a message that waits for a moderator, the addresses that take his answer, and what he decided.

An answer goes to an address of its own for each message and moderator: `moderate-1-8f31-0-2-<token>@corp.example`
(queue id, recipient within it, which moderator, and what nobody can guess).  Of the token only a digest is kept.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from hashlib import sha256

from saywhy.model.address import Address

_PREFIX = "moderate-"
_LOCAL = re.compile(  # with numbers that a store could have given: anybody may ask for one
    r"moderate-([0-9]{1,5})-([0-7][0-9a-f]{15}|[0-9a-f]{1,15})-([0-9]{1,9})-([0-9]{1,4})-([0-9a-f]{24})"
)


class Notices(enum.Enum):
    """Who hears that his message was not approved (SendModerationNotifications)."""

    ALWAYS = "always"
    INTERNAL = "internal"  # senders of ours
    NEVER = "never"


class Verdict(enum.Enum):
    APPROVE = "approve"
    REJECT = "reject"
    UNREACHABLE = "unreachable"  # the question did not reach the moderator


class Decided(enum.Enum):
    """What became of an answer."""

    DONE = "done"
    APPROVED = "approved"  # by another, before
    REJECTED = "rejected"
    OVER = "over"  # in another way: nobody decided in time, an administrator removed the message
    STRANGER = "stranger"  # not from the moderator who was asked
    UNKNOWN = "unknown"  # nobody was asked under this address


@dataclass(frozen=True, slots=True)
class Moderator:
    """Somebody to ask.  `languages` are tags, the dearest first."""

    address: Address
    languages: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A moderator who was asked; `digest` is that of his token."""

    address: Address
    digest: str
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Moderation:
    """What a held recipient waits for: a decision about mail to `item` until `until` (epoch seconds).

    `nested`: a group brought the message to it.
    """

    item: str
    since: float
    until: float
    asked: tuple[Asked, ...] = ()
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """`by` is a moderator's address key, or who approved in his place."""

    item: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An address for answers, taken apart: the held recipient `pending` of a message, and which moderator."""

    shard: int
    number: int
    pending: int
    moderator: int
    token: str

    def address(self, domain: str) -> Address:
        local = f"{_PREFIX}{self.shard}-{self.number:x}-{self.pending}-{self.moderator}-{self.token}"
        return Address(local, domain)

    @property
    def digest(self) -> str:
        return digest(self.token)


@dataclass(frozen=True, slots=True)
class Answer:
    """`keys` are the addresses that whoever answered is known by."""

    ticket: Ticket
    verdict: Verdict
    keys: tuple[str, ...] = ()
    comment: tuple[str, ...] = ()


def ticket(address: Address) -> Ticket | None:
    """None for an address that takes no answers."""
    if not is_ticket(address):
        return None
    found = _LOCAL.fullmatch(address.local.lower())
    if found is None:
        return None
    shard, number, pending, moderator, token = found.groups()
    return Ticket(int(shard), int(number, 16), int(pending), int(moderator), token)


def is_ticket(address: Address) -> bool:
    """Whether an address of ours may be one; it is asked of unknown addresses only."""
    return address.local[: len(_PREFIX)].lower() == _PREFIX and _LOCAL.fullmatch(address.local.lower()) is not None


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()[:32]
