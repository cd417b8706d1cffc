"""The organisation of the specification's model report (spec B10), its message, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from saywhy.flow.report.reporter import Reporter
from saywhy.flow.stages import OutgoingReport, Reports, Settled
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Notify, Origin, OriginalRecipient, Recipient
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.organisation import AcceptedDomain, Organisation, ReceiveConnector, TransportConfig
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Outcome, Relayed
from saywhy.model.queued import Headline, HopKind, Message, NextHop, Pending, QueueId
from saywhy.model.status import Status
from saywhy.wire.header import headline

HOST = "worcester.corp.example"
ARRIVED = 1210108988.0  # Tue, 06 May 2008 21:23:08 +0000
NOW = ARRIVED + 1
EXPIRES = ARRIVED + 2 * 86400

CONTENT = (
    b"Received: from pc7.corp.example ([192.0.2.7])\r\n by worcester.corp.example with ESMTPSA id 1-8f31\r\n"
    b" for <jethro@corp.example>;\r\n Tue, 06 May 2008 21:23:08 +0000\r\n"
    b"From: Guy <guy@corp.example>\r\nTo: jethro@corp.example\r\nSubject: Secret\r\n"
    b"Date: Tue, 06 May 2008 22:23:07 +0100\r\nMessage-ID: <a1b2@corp.example>\r\n\r\n"
    b"Meet me at noon.\r\n"
)
GUY = Address("guy", "corp.example")
STRANGER = Address("ann", "elsewhere.example")
INTERNAL = Origin("Client", "ESMTPSA", "192.0.2.7", "pc7.corp.example", user="guy", internal=True)
EXTERNAL = Origin("Internet", "ESMTP", "198.51.100.9", "mx.elsewhere.example")

ORGANISATION = Organisation(
    domains={"corp.example": AcceptedDomain("corp.example", default=True)},
    receive_connectors={"internet": ReceiveConnector("Internet", ("smtp",))},
)


@dataclass(frozen=True, slots=True)
class FixedClock:
    at: float = NOW

    def now(self) -> float:
        return self.at


@dataclass(slots=True)
class Tokens:
    """Foreseeable, so that reports come out the same each time."""

    count: int = 0

    def __call__(self) -> str:
        self.count += 1
        return f"7b41c0de{self.count:04x}"


@dataclass(frozen=True, slots=True)
class World:
    """A reporter and what it needs, each piece to be replaced by a test."""

    organisation: Organisation = ORGANISATION
    hostname: str = HOST
    now: float = NOW
    tokens: Callable[[], str] = field(default_factory=Tokens)

    def report(self, message: Message, settled: Sequence[Settled], content: bytes = CONTENT) -> Reports:
        reporter = Reporter(lambda: self.organisation, self.hostname, FixedClock(self.now), self.tokens)
        reports = reporter(message, content, settled)
        assert reports.fault == ""
        return reports

    def only(self, message: Message, *settled: Settled, content: bytes = CONTENT) -> OutgoingReport:
        (report,) = self.report(message, settled, content).outgoing
        return report


def configured(**settings: object) -> World:
    """A world whose transport configuration differs."""
    config = replace(TransportConfig(), **settings)  # type: ignore[arg-type]
    return World(replace(ORGANISATION, transport=config))


def message(
    sender: Address | None = GUY,
    origin: Origin = INTERNAL,
    content: bytes = CONTENT,
    heading: Headline | None = None,
    **envelope: object,
) -> Message:
    return Message(
        id=QueueId(1, 0x8F31),
        envelope=replace(Envelope(sender, ()), **envelope),  # type: ignore[arg-type]
        origin=origin,
        arrived=ARRIVED,
        expires=EXPIRES,
        size=len(content),
        headline=heading or headline(content),
    )


def pending(
    address: str = "jethro@corp.example",
    notify: Notify = Notify.ABSENT,
    original: OriginalRecipient | None = None,
    **fields: object,
) -> Pending:
    mailbox = Address.parse(address)
    first = Pending(
        QueueId(1, 0x8F31),
        0,
        Recipient(mailbox, notify, original),
        mailbox,
        NextHop(HopKind.SUBMISSION),
        due=ARRIVED,
    )
    return replace(first, **fields)  # type: ignore[arg-type]


def settled(outcome: Outcome, address: str = "jethro@corp.example", notify: Notify = Notify.ABSENT) -> Settled:
    return Settled(pending(address, notify), outcome)


UNKNOWN = Failed(
    Failure(
        Status(5, 1, 1),
        550,
        "recipient-unknown",
        "not found",
        Evidence(Stage.CATEGORIZE, near=("jethro.tull@corp.example",)),
        permanent=True,
        tag="RESOLVER.ADR.RecipNotFound",
    )
)
REFUSED = Failed(
    Failure(
        Status(5, 7, 1),
        550,
        "remote-policy",
        "refused by the other server",
        Evidence(
            Stage.SEND,
            Step.RCPT,
            connector="Internet",
            queue="dns/partner.example/Internet",
            remote_host="mail.partner.example",
            remote_ip="203.0.113.5",
            command="RCPT TO:<ronald@partner.example>",
            reply=("550-5.7.1 Message rejected due to", "550 5.7.1 local policy; see http://partner.example/why"),
            tls="TLSv1.3 TLS_AES_256_GCM_SHA384",
            hosts=("mail.partner.example [203.0.113.5]:25: 550 at RCPT",),
            transcript=("S: 220 mail.partner.example ESMTP", "C: EHLO worcester.corp.example"),
        ),
        permanent=True,
        at=NOW,
    )
)
NO_ANSWER = Failure(
    Status(4, 4, 1),
    421,
    "no-answer",
    "Connection timed out",
    Evidence(
        Stage.SEND,
        Step.CONNECT,
        connector="Internet",
        queue="dns/partner.example/Internet",
        hosts=("mx1.partner.example [203.0.113.5]:25: time-out", "mx2.partner.example [203.0.113.6]:25: refused"),
    ),
    permanent=False,
    tag="SMTPSEND.NoAnswer",
    at=NOW,
)
DELAYED = Deferred(NO_ANSWER)
EXPIRED = Failed(
    replace(
        NO_ANSWER,
        status=Status(5, 4, 1),
        reply=550,
        text="message expired",
        tag="QUEUE.Expired",
        evidence=replace(NO_ANSWER.evidence, observed=2 * 86400, limit=2 * 86400),
        permanent=True,
        because=(replace(NO_ANSWER, at=NOW + 3600), NO_ANSWER),  # newest first, as the queue remembers them
        at=EXPIRES,
    )
)
DELIVERED = Delivered("jethro")
RELAYED = Relayed("mail.partner.example", "203.0.113.5", ("250 2.1.5 OK",), dsn=False)
EXPANDED = Expanded("staff", 3)
ASKED = Notify.SUCCESS | Notify.FAILURE
