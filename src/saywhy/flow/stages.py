"""What the stages ask of one another: Protocols only.  `server/` hands each stage its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.failure import Failure
from saywhy.model.moderation import Answer, Decided, Moderator
from saywhy.model.organisation import DirectoryObject, Organisation
from saywhy.model.outcome import Deferred, Expanded, Failed, Outcome
from saywhy.model.queued import Headline, Message, NextHop, Pending, QueueId


class CurrentOrganisation(Protocol):
    """The snapshot in force now; ask again for each message, never keep it across an await."""

    def __call__(self) -> Organisation: ...


class Directory(Protocol):
    """Who an address belongs to (spec E).  infra.errors.DirectoryDown when it cannot be asked.

    What is in memory is answered at once; what lies elsewhere has to be fetched first, in batches.
    """

    def find(self, address: Address) -> Sequence[DirectoryObject] | None:
        """The objects that own `address`: none, one, or several (5.1.4); None when that must be fetched."""
        ...

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]:
        """The owners of each, by its key."""
        ...

    async def find_other(self, address: str) -> Sequence[DirectoryObject]:
        """The owners of an address of another kind: `EX:/o=corp/cn=anna`."""
        ...

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None:
        """Who matches a filter (model/matching; FilterError) in a container; None when that does not exist."""
        ...

    def near(self, address: Address, limit: int = 3) -> list[Address]:
        """Existing addresses of the same domain within edit distance 2, nearest first (spec 5.1.1 Extra)."""
        ...


class Pressure(Protocol):
    """What is short (spec F9).  `known`: the client may relay."""

    def refuses(self, known: bool) -> str:
        """The resource for which a message is refused at MAIL, or nothing."""
        ...

    def delay(self, known: bool) -> float:
        """Seconds that MAIL waits for its answer."""
        ...


class NoPressure:
    def refuses(self, known: bool) -> str:  # noqa: ARG002
        return ""

    def delay(self, known: bool) -> float:  # noqa: ARG002
        return 0.0


@dataclass(frozen=True, slots=True)
class Submission:
    """A message accepted by a receive stage.  `content` has the trace header on; `number` names it already.

    `refused` are recipients of the envelope that failed before (a file names addresses that are none, spec F3).
    """

    id: QueueId
    envelope: Envelope
    origin: Origin
    headline: Headline
    content: bytes
    arrived: float
    refused: tuple[Resolved, ...] = ()


class Submit(Protocol):
    """receive -> queue.  Returns when the message is durably queued; Refused (4.3.x) when it could not be."""

    async def __call__(self, submission: Submission) -> None: ...


@dataclass(frozen=True, slots=True)
class Fork:
    """A copy of the message: for the members of a list, with a reverse-path of its own (errata 66, 26).

    An `alias`: for those whom it is forwarded to, under the envelope's own (RFC 3461 section 5.2.7.2).  `stamps`
    say how many automatic steps lead to it (wire/loop).
    """

    sender: Address | None
    group: str
    stamps: int = 1
    alias: bool = False


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the categorizer made of a recipient.

    Either `outcome` is None and mail goes to `address` (into `mailbox` when that is named), or the recipient
    is settled or deferred already: unknown, ambiguous, a group (Expanded; its members follow as Resolved of
    their own, `recipient` being the group's with its DSN wishes as RFC 3461 section 5.2.7 passes them on).
    `duplicates` are further recipients of this message that came to the same end: one copy answers for all.
    With a `fork`, the recipient leaves this message for a copy of it.  `server` is the key of the server of ours
    that has the mailbox, or that expands the group, where that is another one.  With `foreign` the mail goes to an
    address of another kind (model/foreign), for which `address` stands; `plain`: only plain text is read there.
    With a `fork`, the recipient leaves this message for a copy of it.  `Held`: nothing is delivered, and no
    group expanded, before a moderator has decided.
    """

    recipient: Recipient
    address: Address
    mailbox: str = ""
    outcome: Failed | Expanded | Deferred | Held | None = None
    duplicates: tuple[Recipient, ...] = ()
    fork: Fork | None = None
    server: str = ""
    foreign: str = ""
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Mail to `item` waits until one of its moderators has decided."""

    item: str
    moderators: tuple[Moderator, ...]
    nested: bool = False


class Categorize(Protocol):
    """queue -> categorize.  Never raises: a directory that is down gives Deferred outcomes (4.3.x).

    It suspends where the directory has to be asked over a network, and now and then within a large group.
    """

    async def __call__(self, message: Message) -> list[Resolved]: ...


class SelectRoute(Protocol):
    """queue -> route: which queue a resolved recipient joins, or why there is none.  No IO."""

    def __call__(self, resolved: Resolved, size: int) -> NextHop | Failed: ...


@dataclass(frozen=True, slots=True)
class Host:
    """One address to try.  `name` is the MX or smart host (or the literal), `preference` the MX's."""

    name: str
    ip: str
    port: int
    preference: int = 0


class FindHosts(Protocol):
    """deliver -> route: the addresses to try for a next hop, in order (RFC 5321 section 5); Refused if none."""

    async def __call__(self, hop: NextHop) -> list[Host]: ...


@dataclass(frozen=True, slots=True)
class Transmission:
    """One message for the recipients that share a next hop."""

    message: Message
    content: bytes
    hop: NextHop
    pending: tuple[Pending, ...]


class Deliver(Protocol):
    """queue -> deliver: one attempt.  One outcome per pending recipient, in order; never raises."""

    async def __call__(self, transmission: Transmission) -> list[Outcome]: ...


class Recheck(Protocol):
    """queue -> deliver: one cheap look at whether `hop` can be reached again; never raises.

    `sample` is a recipient that waits for it, where one is known.
    """

    async def __call__(self, hop: NextHop, sample: Pending | None) -> Failure | None:
        """What is in the way yet, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """A recipient and what became of it.  `Deferred` here means: a delayed report may be due."""

    pending: Pending
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class OutgoingReport:
    """A report ready to be queued: to the original reverse-path, from `<>`.  `about` are the recipients in it."""

    kind: str  # failed, delayed, delivered, relayed, expanded
    envelope: Envelope
    headline: Headline
    content: bytes
    about: tuple[Settled, ...]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A report that was due and does not leave, with the switch or rule that held it back (spec B7)."""

    settled: Settled
    rule: str


@dataclass(frozen=True, slots=True)
class Reports:
    outgoing: tuple[OutgoingReport, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    fault: str = ""  # of ours, for which a report says no more than its status part


@dataclass(frozen=True, slots=True)
class Gathered:
    """A message with the results that are reported together with those of other messages of its sender."""

    message: Message
    header: bytes
    settled: tuple[Settled, ...]


class AskModerators(Protocol):
    """queue -> report: the question to one moderator.  Pure: no IO.

    `ticket` is the address that takes his answer; he is asked about mail to `address` of `item`.
    """

    def __call__(
        self,
        message: Message,
        content: bytes,
        address: Address,
        moderator: Moderator,
        ticket: Address,
        until: float,
    ) -> OutgoingReport: ...

    def token(self) -> str:
        """24 hexadecimal digits that nobody can foresee."""
        ...


class Decide(Protocol):
    """deliver -> the queue that holds the message, wherever it is: take an answer.

    StoreError when the decision could not be written, or when that queue cannot be asked just now.
    """

    async def __call__(self, answer: Answer) -> Decided: ...


class Report(Protocol):
    """queue -> report: the reports that these results call for.  Pure: no IO, never raises."""

    def __call__(self, message: Message, content: bytes, settled: Sequence[Settled]) -> Reports: ...

    def together(self, parts: Sequence[Gathered]) -> Reports:
        """One report on failures of several messages from one sender."""
        ...
