"""A queue with scripted neighbours: who is known, where mail goes, what each attempt brings, what is reported."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from saywhy.flow.queue.contents import remains
from saywhy.flow.queue.queue import Queue
from saywhy.flow.queue.settings import QueueSettings
from saywhy.flow.stages import (
    Gathered,
    OutgoingReport,
    Reports,
    Resolved,
    Settled,
    Submission,
    Suppressed,
    Transmission,
)
from saywhy.infra.errors import StoreError
from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Change, Store, TrackingFilter
from saywhy.infra.work_notes import InWork
from saywhy.lab.clock import LoopClock
from saywhy.model.address import Address
from saywhy.model.envelope import DeliverBy, Envelope, Notify, Origin, Recipient
from saywhy.model.event import Event, Kind
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.organisation import Organisation, SendConnector, Suspension, TransportConfig
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Outcome, Relayed
from saywhy.model.queued import Headline, HopKind, Message, NextHop, Pending, QueueId
from saywhy.model.status import Status

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
CONTENT = b"From: guy@corp.example\r\nSubject: Secret\r\n\r\nHello\r\n"
SENDER = "guy@corp.example"

# The defaults without chance, without looks, and without the storm guard.
STEADY = TransportConfig(
    retry_jitter=0.0, recheck_interval=0.0, storm_messages=0, report_rate=0, report_domain_rate=0
)

Script = Callable[[Transmission], list[Outcome] | Awaitable[list[Outcome]]]


def failure(
    status: str = "4.2.1",
    cause: str = "remote-deferred",
    *,
    reply: int = 0,
    step: Step = Step.RCPT,
    remote: bool = False,
) -> Failure:
    code = reply or (450 if status[0] == "4" else 550)
    words = (f"{code} {status} no",) if remote else ()
    return Failure(
        Status.parse(status),
        code,
        cause,
        "no",
        Evidence(Stage.SEND, step, remote_host="mx.test", reply=words),
        permanent=status[0] == "5",
    )


NO_ANSWER = Deferred(failure("4.4.1", "no-answer", step=Step.CONNECT))
LATER = Deferred(failure("4.2.1", "remote-deferred", remote=True))
UNKNOWN = Failed(failure("5.1.1", "remote-user-unknown", remote=True))
DONE = Relayed("mx.test", "127.77.0.1", ("250 2.0.0 ok",), dsn=False)


def every(outcome: Outcome) -> Script:
    return lambda transmission: [outcome] * len(transmission.pending)


@dataclass
class Attempted:
    at: float
    hop: str
    message: QueueId
    recipients: tuple[str, ...]


class RecordingSink:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def kinds(self, recipient: str = "") -> list[Kind]:
        return [event.kind for event in self.events if recipient in ("", event.recipient)]

    def of(self, *kinds: Kind) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]


class FaultyStore(MemoryStore):
    """Raises what it is told to, and lingers after a commit that is done, as a busy writer does."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[StoreError] = []
        self.commits = 0
        self.linger = 0.0

    async def commit(self, change: Change) -> None:
        await asyncio.sleep(0)
        if self.before:
            raise self.before.pop(0)
        self.commits += 1
        await super().commit(change)
        if self.linger:
            await asyncio.sleep(self.linger)


@dataclass
class Desk:
    """`known`: a recipient's text -> what the categorizer says; others go to a hop named after their domain."""

    store: Store = field(default_factory=FaultyStore)
    script: Script = field(default_factory=lambda: every(DONE))
    transport: TransportConfig = STEADY
    settings: QueueSettings = field(default_factory=lambda: QueueSettings())
    known: dict[str, list[Resolved] | Failed | Deferred] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    connectors: dict[str, SendConnector] = field(default_factory=dict)
    hop_kind: HopKind = HopKind.DNS
    hop_connector: str = "Internet"
    revision: int = 1
    suspended: dict[str, Suspension] = field(default_factory=dict)
    damaged: bool = False  # the store's contents are not what was accepted
    trouble: dict[str, Failure] = field(default_factory=dict)  # what a look at a hop meets, by its key
    work: InWork | None = None
    looks: list[tuple[float, str]] = field(default_factory=list)
    sink: RecordingSink = field(default_factory=RecordingSink)
    attempts: list[Attempted] = field(default_factory=list)
    reports: list[OutgoingReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = LoopClock()
        self.start_time = self.clock.now()
        self.queue = self.make()

    def make(self) -> Queue:
        """A queue on the same store: a restart."""
        return Queue(
            self.store,
            self.categorize,
            self.select_route,
            self.deliver,
            Reporting(self),
            self.organisation,
            self.clock,
            self.sink,
            self.settings,
            recheck=self.recheck,
            work=self.work,
        )

    async def recheck(self, hop: NextHop, sample: Pending | None) -> Failure | None:
        self.looks.append((round(self.clock.now() - self.start_time), hop.key))
        return self.trouble.get(hop.key)

    # -- the neighbours --

    def organisation(self) -> Organisation:
        return Organisation(
            self.revision,
            transport=self.transport,
            send_connectors=self.connectors or {"internet": SendConnector("Internet")},
            suspensions=dict(self.suspended),
        )

    async def categorize(self, message: Message) -> list[Resolved]:
        return [entry for recipient in message.envelope.recipients for entry in self._resolve(recipient)]

    def _resolve(self, recipient: Recipient) -> list[Resolved]:
        found = self.known.get(str(recipient.address))
        match found:
            case None:
                return [Resolved(recipient, recipient.address)]
            case Failed() | Deferred():
                return [Resolved(recipient, recipient.address, outcome=found)]
            case _:
                return [dataclasses.replace(entry, recipient=recipient) for entry in found]

    def select_route(self, resolved: Resolved, size: int) -> NextHop | Failed:
        domain = resolved.address.domain
        if resolved.mailbox:
            return NextHop(HopKind.MAILBOX)
        if domain in self.unreachable:
            return NextHop(HopKind.UNREACHABLE, domain)
        return NextHop(self.hop_kind, domain, self.hop_connector)

    async def deliver(self, transmission: Transmission) -> list[Outcome]:
        names = tuple(str(pending.address) for pending in transmission.pending)
        at = self.clock.now() - self.start_time
        self.attempts.append(Attempted(round(at, 1), transmission.hop.key, transmission.message.id, names))
        outcomes = self.script(transmission)
        return await outcomes if isinstance(outcomes, Awaitable) else outcomes

    def report(self, message: Message, content: bytes, settled: Sequence[Settled]) -> Reports:
        """One on those that failed, one on those that are late, unless NOTIFY=NEVER or the null path forbids."""
        whole = remains(message) if self.damaged else CONTENT
        stamped = message.headline.stamps > 0 and content.endswith(whole)
        assert content == whole or stamped or message.envelope.sender is None
        wanted = [entry for entry in settled if isinstance(entry.outcome, Failed | Deferred)]
        if message.envelope.sender is None or not wanted:
            return Reports(suppressed=tuple(Suppressed(entry, "null-reverse-path") for entry in wanted))
        held = tuple(entry for entry in wanted if entry.pending.recipient.notify & Notify.NEVER)
        about = {
            kind: tuple(entry for entry in wanted if isinstance(entry.outcome, cls) and entry not in held)
            for kind, cls in (("failed", Failed), ("delayed", Deferred))
        }
        envelope = Envelope(None, (Recipient(message.envelope.sender),))
        outgoing = [
            OutgoingReport(kind, envelope, Headline(), b"report", entries)
            for kind, entries in about.items()
            if entries
        ]
        self.reports += outgoing
        return Reports(tuple(outgoing), tuple(Suppressed(entry, "notify") for entry in held))

    # -- what tests do and ask --

    def suspend(self, key: str) -> None:
        self.suspended[key.lower()] = Suspension(key, self.clock.now())
        self.changed()

    def resume(self, key: str) -> None:
        del self.suspended[key.lower()]
        self.changed()

    def changed(self) -> None:
        """A new revision of the organisation is in force."""
        self.revision += 1
        self.queue.organisation_changed()

    async def send(
        self,
        *recipients: str,
        sender: str | None = SENDER,
        notify: Notify = Notify.ABSENT,
        content: bytes = CONTENT,
        by: DeliverBy | None = None,
        origin: Origin | None = None,
    ) -> QueueId:
        envelope = Envelope(
            Address.parse(sender) if sender else None,
            tuple(Recipient(Address.parse(recipient), notify) for recipient in recipients),
            by=by.counted(self.clock.now()) if by is not None else None,
        )
        came = origin or Origin("Client")
        submission = Submission(self.store.next_id(), envelope, came, Headline(), content, self.clock.now())
        await self.queue.submit(submission)
        return submission.id

    def times(self, domain: str = "") -> list[float]:
        """When attempts began, in seconds after the start."""
        return [entry.at for entry in self.attempts if domain in entry.hop]

    async def fates(self, message: QueueId) -> Counter[tuple[str, Kind]]:
        """Each recipient's final events."""
        final = (Kind.DELIVER, Kind.SEND, Kind.FAIL, Kind.REMOVE, Kind.DUPLICATE, Kind.EXPAND)
        rows = await self.store.tracking(TrackingFilter(message=str(message), kinds=final))
        return Counter((row.recipient, row.kind) for row in rows)

    async def settled(self, seconds: float = 0.0) -> None:
        """Let everything happen that happens within `seconds`."""
        await asyncio.sleep(seconds + 0.5)

    async def empty(self) -> bool:
        return await self.store.count() == (0, 0)


class Reporting:
    """stages.Report, as a desk does it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __call__(self, message: Message, content: bytes, settled: Sequence[Settled]) -> Reports:
        return self._desk.report(message, content, settled)

    def together(self, parts: Sequence[Gathered]) -> Reports:
        return self._desk.report(parts[0].message, CONTENT, [entry for part in parts for entry in part.settled])


@asynccontextmanager
async def running(desk: Desk) -> AsyncIterator[Desk]:
    await desk.queue.start()
    try:
        yield desk
    finally:
        await desk.queue.stop(0.0)


def group(*members: str, name: str = "staff") -> list[Resolved]:
    nobody = Recipient(Address.parse("x@x.test"))
    first = Resolved(nobody, Address.parse("staff@corp.example"), outcome=Expanded(name, len(members)))
    return [first, *(Resolved(nobody, Address.parse(member)) for member in members)]


def mailbox(name: str) -> list[Resolved]:
    nobody = Recipient(Address.parse("x@x.test"))
    return [Resolved(nobody, Address.parse(f"{name}@corp.example"), mailbox=name)]


def delivered_all(transmission: Transmission) -> list[Outcome]:
    return [Delivered(pending.mailbox) for pending in transmission.pending]


def names(entries: Iterable[Settled]) -> list[str]:
    return [str(entry.pending.recipient.address) for entry in entries]
