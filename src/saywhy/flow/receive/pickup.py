"""A file of the Pickup folder -> a message for the queue (spec F3): a message as a program writes it.

The envelope is made of the header.  From or Sender name one sender: several in From need a Sender, and where both
name one it is From's.  To, Cc and Bcc name the recipients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from saywhy.flow.receive import filed
from saywhy.flow.receive.filed import BadFile, Filed
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Recipient, Ret
from saywhy.model.failure import Failure
from saywhy.wire import date
from saywhy.wire.addresses import addresses
from saywhy.wire.header import Field

FOLDER = "Pickup"

_RECIPIENTS = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in octets."""

    message: int
    header: int
    recipients: int


def read(data: bytes, size: int, limits: Limits, message_id: str, at: float) -> Filed:
    """`data` is the file, of one that is too large its beginning; BadFile when nobody can be told of it.

    `message_id` and the time `at` are for a message that has none.
    """
    content = filed.lines(data)
    header, body = filed.fields(content)
    sender = _sender(header)
    found = list({_key(entry): entry for name in _RECIPIENTS for entry in _named(header, name)}.values())
    if not found:
        raise BadFile("To, Cc and Bcc name no recipient")
    failure = _limit(size, body, len(found), limits)
    if failure is not None:
        found = found[: filed.MAX_NAMED]
    good = [Recipient(entry) for entry in found if isinstance(entry, Address)]
    bad = [entry for entry in found if isinstance(entry, str)]
    kept = filed.joined(_kept(header, message_id, at))
    text = content[body:]
    kind, utf8 = filed.eight_bit(content, kept, [sender, *(each.address for each in good)])
    wishes = Envelope(sender, (), body=kind, smtputf8=utf8)
    envelope, refused = filed.envelope(FOLDER, sender, good, bad, wishes)
    if failure is not None:
        refused = filed.failures_of(envelope.recipients, failure)
    if size > limits.message:  # what was read of it is returned without its text
        text, envelope = b"", replace(envelope, ret=Ret.HDRS)
    return Filed(FOLDER, envelope, kept + b"\r\n" + text, refused)


def _limit(size: int, header: int, recipients: int, limits: Limits) -> Failure | None:
    if size > limits.message:
        return filed.message_too_large(FOLDER, size, limits.message)
    if header > limits.header:
        return filed.header_too_large(FOLDER, header, limits.header)
    if recipients > limits.recipients:
        return filed.too_many_recipients(FOLDER, recipients, limits.recipients)
    return None


def _sender(header: list[Field]) -> Address:
    authors, senders = _named(header, "from"), _named(header, "sender")
    if len(senders) > 1:
        raise BadFile("Sender names more than one address")
    if len(authors) > 1 and not senders:
        raise BadFile("From names several addresses, and there is no Sender that says which of them sent it")
    chosen = authors if len(authors) == 1 else senders
    if not chosen:
        raise BadFile("neither From nor Sender says who sent it")
    [sender] = chosen
    if isinstance(sender, str):
        raise BadFile(f"the sender's address {sender!r} is not well formed")
    return sender


def _key(entry: Address | str) -> str:
    return entry.key if isinstance(entry, Address) else entry


def _named(header: Iterable[Field], name: str) -> list[Address | str]:
    return [entry for field in header if field.name.lower() == name for entry in addresses(field.text)]


def _kept(header: Iterable[Field], message_id: str, at: float) -> Iterator[Field]:
    """What the recipients see: no trace, nobody's Bcc; a date, an id, and something in To."""
    seen = set()
    for field in header:
        name = field.name.lower()
        if name in ("received", "bcc") or name.startswith("resent-"):
            continue
        if name == "date" and date.parse(field.text) is None:
            continue
        if name == "message-id" and not field.text:
            continue
        seen.add(name)
        yield field
    if "to" not in seen and "cc" not in seen:
        yield Field("To", b" Undisclosed recipients:;\r\n")
    if "message-id" not in seen:
        yield Field("Message-ID", f" {message_id}\r\n".encode())
    if "date" not in seen:
        yield Field("Date", f" {date.rfc5322(at)}\r\n".encode())
