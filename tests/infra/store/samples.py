"""Messages, recipients and events for the tests of stores and queue."""

from __future__ import annotations

from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.event import Event, Kind
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.queued import Headline, HopKind, Message, NewMessage, NextHop, Pending, QueueId
from saywhy.model.status import Status

HOP = NextHop(HopKind.DNS, "partner.example", "Internet")
OTHER_HOP = NextHop(HopKind.MAILBOX)
GUY = Address.parse("guy@corp.example")


def addresses(count: int) -> tuple[Address, ...]:
    return tuple(Address.parse(f"r{number}@partner.example") for number in range(count))


def new_message(
    message: QueueId,
    *,
    recipients: int = 1,
    due: float = 100.0,
    hop: NextHop = HOP,
    content: bytes = b"Subject: Secret\r\n\r\nHello\r\n",
    sender: Address | None = GUY,
    arrived: float = 50.0,
) -> NewMessage:
    rcpt = tuple(Recipient(address) for address in addresses(recipients))
    value = Message(
        id=message,
        envelope=Envelope(sender, rcpt),
        origin=Origin("Client", "ESMTPSA", "192.0.2.7", user="guy", internal=True),
        arrived=arrived,
        expires=arrived + 172_800,
        size=len(content),
        headline=Headline(message_id=f"<{message}@corp.example>", subject="Secret"),
    )
    pending = tuple(
        Pending(message, number, recipient, recipient.address, hop, due) for number, recipient in enumerate(rcpt)
    )
    return NewMessage(value, content, pending)


def event(kind: Kind, message: QueueId | str, at: float = 60.0, text: str = "") -> Event:
    return Event(kind, at, str(message), f"<{message}@corp.example>", text=text, data={"size": 7})


def refused(status: str = "4.2.2", cause: str = "remote-mailbox-full", step: Step = Step.RCPT) -> Failure:
    return Failure(
        Status.parse(status),
        452,
        cause,
        "mailbox full",
        Evidence(Stage.SEND, step, remote_host="mx.partner.example", reply=(f"452 {status} mailbox full",)),
        permanent=False,
        at=99.5,
    )
