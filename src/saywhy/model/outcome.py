"""Outcome of a recipient: a closed sum type, matched with `assert_never`."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.failure import Failure


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a message was converted from and to for a recipient, and what was lost by it (RFC 3463 X.6.4)."""

    done: tuple[str, ...]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """In the recipient's mailbox, durably."""

    mailbox: str = ""
    conversion: Conversion | None = None


@dataclass(frozen=True, slots=True)
class Relayed:
    """Handed to the next hop, which now answers for it.  `dsn` says whether it took our DSN wishes along.

    `told`: the sender is to hear of it, asked for or not: the next hop knows no DELIVERBY, or he wants the trace.
    """

    host: str
    ip: str
    reply: tuple[str, ...]
    dsn: bool
    told: bool = False
    conversion: Conversion | None = None


@dataclass(frozen=True, slots=True)
class Expanded:
    """Replaced by the members of a group, each of which has an outcome of its own.

    `list`: they got a reverse-path of their own, so that for the sender it ends here (RFC 3461 section 5.2.7.1).
    """

    group: str
    members: int
    list: bool = False


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not yet; to be tried again."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Failed:
    """Never; a report is due unless a switch says otherwise (spec B7)."""

    failure: Failure


Outcome = Delivered | Relayed | Expanded | Deferred | Failed
