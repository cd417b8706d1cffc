"""Transmissions and other values for the tests of delivery."""

from __future__ import annotations

from saywhy.flow.stages import Transmission
from saywhy.model.address import Address
from saywhy.model.envelope import Body, Envelope, Notify, Origin, OriginalRecipient, Recipient, Ret
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId

NOW = 1_700_000_000.0
CONTENT = b"From: <ann@us.test>\r\nSubject: hello\r\n\r\nText\r\n.dot\r\n"
SENDER = Address.parse("ann@us.test")
DEST = NextHop(HopKind.DNS, "dest.test", "Internet")
MAILBOX = NextHop(HopKind.MAILBOX)


class FixedClock:
    def now(self) -> float:
        return NOW


def recipient(address: str, notify: Notify = Notify.ABSENT, original: str = "") -> Recipient:
    orcpt = OriginalRecipient("rfc822", original) if original else None
    return Recipient(Address.parse(address), notify, orcpt)


def transmission(
    *to: str | Recipient,
    hop: NextHop = DEST,
    content: bytes = CONTENT,
    sender: Address | None = SENDER,
    envid: str = "",
    ret: Ret | None = None,
    smtputf8: bool = False,
    origin: str = "Default",
    mailboxes: tuple[str, ...] = (),
) -> Transmission:
    recipients = tuple(each if isinstance(each, Recipient) else recipient(each) for each in to)
    envelope = Envelope(sender, recipients, envid, ret, Body.SEVENBIT, smtputf8)
    message = Message(QueueId(1, 7), envelope, Origin(origin), NOW, NOW + 86400, len(content))
    names = mailboxes or ("",) * len(recipients)
    pending = tuple(
        Pending(message.id, number, each, each.address, hop, NOW, mailbox=name)
        for number, (each, name) in enumerate(zip(recipients, names, strict=True))
    )
    return Transmission(message, content, hop, pending)
