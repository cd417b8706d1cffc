"""A message that came as a file (spec F3): what of it goes into the queue, and how it can fail.

A bad recipient or a limit gives a report to the sender, with the message.  A file from which no sender can be read
who could be told is bad as a whole: BadFile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from saywhy.flow.stages import Resolved
from saywhy.model.address import Address, AddressError
from saywhy.model.envelope import Body, Envelope, OriginalRecipient, Recipient
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.outcome import Failed
from saywhy.model.queued import QueueId
from saywhy.model.status import Status
from saywhy.wire.date import rfc5322
from saywhy.wire.header import Field, scan

MAX_HEADER = 1024 * 1024  # octets of header looked at
MAX_NAMED = 1000  # recipients named in the report about a message with too many


class BadFile(Exception):
    """Nothing can be made of the file; the message says why, and what a good one has."""


@dataclass(frozen=True, slots=True)
class Filed:
    """`folder` is Pickup or Replay.  `content` has CRLF lines, and no trace header yet; `refused` have failed."""

    folder: str
    envelope: Envelope
    content: bytes
    refused: tuple[Resolved, ...] = ()
    internal: bool = True
    helo: str = ""
    client_ip: str = ""


def lines(data: bytes) -> bytes:
    """Whatever ends the lines of a file -> CRLF, at its end too."""
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.endswith(b"\n"):
        data += b"\n"
    return data.replace(b"\n", b"\r\n")


def fields(content: bytes) -> tuple[list[Field], int]:
    """The header and where the body begins; BadFile when an empty line does not part them."""
    end = min(len(content), MAX_HEADER)
    found, body = scan(content, 0, end)
    if not found:
        raise BadFile("it does not begin with a header field, such as `From: ann@example.org`")
    if content[max(0, body - 4) : body] != b"\r\n\r\n":
        raise BadFile("there is no empty line between header and text, or a line of the header is no field")
    return found, body


def joined(header: Iterable[Field]) -> bytes:
    return b"".join(field.name.encode("ascii") + b":" + field.body for field in header)


def envelope(
    folder: str, sender: Address | None, recipients: Iterable[Recipient], bad: Iterable[str], wishes: Envelope
) -> tuple[Envelope, tuple[Resolved, ...]]:
    """`wishes` with sender and recipients; those in `bad`, which are no addresses, have failed with 5.1.3."""
    taken = {recipient.address.key: recipient for recipient in recipients}.values()
    failed: list[Resolved] = []
    for text in dict.fromkeys(bad):
        failed += failures_of([stand_in(text)], bad_recipient(folder, text))
    unreadable = [entry.recipient for entry in failed]
    return replace(wishes, sender=sender, recipients=(*taken, *unreadable)), tuple(failed)


def failures_of(recipients: Iterable[Recipient], failure: Failure) -> tuple[Resolved, ...]:
    return tuple(Resolved(each, each.address, outcome=Failed(failure)) for each in recipients)


def stand_in(text: str) -> Recipient:
    """A recipient by which a text that is no address can be reported on: quoted, and in a domain of nobody's."""
    shown = "".join(char if char.isprintable() else "?" for char in text)[:60] or "?"
    local, at, domain = shown.rpartition("@")
    for guess in (Address(local, domain) if at else None, Address(shown, "invalid"), Address("?", "invalid")):
        try:
            if guess is not None and Address.parse(str(guess)) == guess:
                return Recipient(guess, original=OriginalRecipient("rfc822", shown))
        except AddressError:
            continue
    raise AssertionError("the last guess is an address")


def eight_bit(content: bytes, header: bytes, addresses: Iterable[Address]) -> tuple[Body, bool]:
    """BODY and SMTPUTF8 as the message needs them."""
    utf8 = not header.isascii() or not all(address.is_ascii for address in addresses)
    return (Body.SEVENBIT if content.isascii() else Body.EIGHTBITMIME), utf8


def trace(folder: str, hostname: str, id_: QueueId, arrived: float) -> bytes:
    """`Received: from localhost by Pickup` (spec F3), with the server's name as a comment."""
    return f"Received: from localhost by {folder} ({hostname})\r\n id {id_}; {rfc5322(arrived)}\r\n".encode(
        "ascii"
    )


# -- the failures --


def bad_recipient(folder: str, written: str) -> Failure:
    text = "invalid recipient address"
    return _failure("5.1.3", "recipient-address-syntax", folder, "Format", text, name=written)


def too_many_recipients(folder: str, observed: int, limit: int) -> Failure:
    return _failure("5.5.3", "too-many-recipients", folder, "RecipLimit", "too many recipients", observed, limit)


def header_too_large(folder: str, observed: int, limit: int) -> Failure:
    text = "header size exceeds fixed maximum header size"
    return _failure("5.3.4", "header-too-large", folder, "HeaderLimit", text, observed, limit)


def message_too_large(folder: str, observed: int, limit: int) -> Failure:
    text = "message size exceeds fixed maximum message size"
    return _failure("5.3.4", "message-too-large", folder, "SizeLimit", text, observed, limit)


def _failure(
    status: str,
    cause: str,
    folder: str,
    reason: str,
    text: str,
    observed: int = -1,
    limit: int = -1,
    name: str = "",
) -> Failure:
    evidence = Evidence(Stage.RECEIVE, connector=folder, name=name, observed=observed, limit=limit)
    tag = f"{folder.upper()}.{reason}"
    return Failure(Status.parse(status), 550, cause, text, evidence, permanent=True, tag=tag)
