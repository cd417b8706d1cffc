"""From recipients that share a next hop to SMTP transactions: who goes together, with which DSN wishes.

The wishes go on unchanged (R7), for the address as it is now.  Our own reports ask for none, with NOTIFY=NEVER,
and have no RET (RFC 3461 section 6.1).  What needs SMTPUTF8, and which parameters the server knows, is wire/smtp's
affair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from saywhy.flow.stages import Transmission
from saywhy.model import foreign
from saywhy.model.address import Address
from saywhy.model.envelope import DeliverBy, Notify, Recipient
from saywhy.model.queued import Message, Pending
from saywhy.wire.smtp.client import Transaction

MAX_RECIPIENTS = 100  # in one transaction: what every server must take (RFC 5321 section 4.5.3.1.8)
OWN_REPORTS = "report"  # Origin.connector of what this server itself writes


def chunk(waiting: Mapping[int, Pending]) -> list[int]:
    """The numbers of those that go together next: no address that needs SMTPUTF8 among those that do not."""
    plain = next(iter(waiting.values())).address.local.isascii()
    alike = (number for number, each in waiting.items() if each.address.local.isascii() == plain)
    return list(islice(alike, MAX_RECIPIENTS))


def transaction(
    transmission: Transmission, pending: Sequence[Pending], *, whole: bool = False, by: DeliverBy | None = None
) -> Transaction:
    """One transaction for some of the transmission's recipients; `whole`: by DATA; `by` with the seconds left."""
    message = transmission.message
    envelope = message.envelope
    return Transaction(
        envelope.sender,
        tuple([_recipient(message, each) for each in pending]),
        transmission.content,
        envelope.envid,
        None if message.origin.connector == OWN_REPORTS else envelope.ret,
        envelope.body,
        envelope.smtputf8,
        whole,
        by,
    )


def _recipient(message: Message, pending: Pending) -> Recipient:
    accepted, address = pending.recipient, pending.address
    if pending.foreign:
        address = Address(foreign.encapsulated(pending.foreign), address.domain)
    if message.origin.connector == OWN_REPORTS:
        return Recipient(address, Notify.NEVER)
    return Recipient(address, accepted.notify, accepted.original)
