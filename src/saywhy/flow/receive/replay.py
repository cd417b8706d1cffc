"""A file of the Replay folder -> a message for the queue (spec F3): a message with its envelope in front.

    X-Sender: <ann@worcester.example> RET=HDRS ENVID=7 BODY=8BITMIME
    X-Receiver: <bob@partner.example> NOTIFY=FAILURE ORCPT=rfc822;bob@partner.example

The X fields come first and are taken off; From and To decide nothing.  `message export` writes such files.  Only a
file of the server's own user is believed when X-CreatedBy says that this server made it: it is then mail from
inside, and X-HeloDomain and X-SourceIPAddress say where it came from.  What X-Source and
X-ExtendedMessageProps tell is let go.
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from saywhy.flow.receive import filed
from saywhy.flow.receive.filed import BadFile, Filed
from saywhy.model.envelope import Envelope, Recipient, Ret
from saywhy.wire.header import Field
from saywhy.wire.smtp import grammar
from saywhy.wire.smtp.offer import Offer
from saywhy.wire.smtp.refusals import CommandError

FOLDER = "Replay"
PRODUCT = "saywhy"

_END = "x-endofinjectedxheaders"
_INJECTED = frozenset(
    (
        "x-sender",
        "x-receiver",
        "x-createdby",
        "x-extendedmessageprops",
        "x-helodomain",
        "x-source",
        "x-sourceipaddress",
        _END,
    )
)
_OFFER = Offer("localhost", auth=("PLAIN",))


def read(data: bytes, size: int, most: int, *, own: bool) -> Filed:
    """`data` is the file, of one larger than `most` its beginning; BadFile when nobody can be told of it.

    `own`: the file belongs to the server's user.
    """
    content = filed.lines(data)
    header, body = filed.fields(content)
    number = _injected(header)
    given, header = header[:number], header[number:]
    if not header:
        raise BadFile("behind the X fields there is no header of the message")
    wishes = _wishes(given)
    good, bad = _receivers(given, smtputf8=wishes.smtputf8)
    if wishes.sender is None and (bad or size > most):
        raise BadFile("a recipient or its size is at fault, and it has no sender who could be told")
    kind, utf8 = filed.eight_bit(content[body:], filed.joined(header), [each.address for each in good])
    wishes = replace(wishes, body=kind, smtputf8=wishes.smtputf8 or utf8)
    envelope, refused = filed.envelope(FOLDER, wishes.sender, good, bad, wishes)
    text = content[body:]
    if size > most:
        refused = filed.failures_of(envelope.recipients, filed.message_too_large(FOLDER, size, most))
        text, envelope = b"", replace(envelope, ret=Ret.HDRS)
    made = Filed(FOLDER, envelope, filed.joined(header) + b"\r\n" + text, refused, internal=False)
    return _trusted(made, given) if own and _is_ours(given) else made


def _injected(header: list[Field]) -> int:
    """How many fields at the beginning are not the message's own."""
    for number, field in enumerate(header):
        name = field.name.lower()
        if name == _END:
            return number + 1
        if name not in _INJECTED:
            return number
    return len(header)


def _values(given: list[Field], name: str) -> list[str]:
    return [field.text for field in given if field.name.lower() == name]


def _wishes(given: list[Field]) -> Envelope:
    senders = _values(given, "x-sender")
    if len(senders) != 1:
        raise BadFile("it must begin with X fields, and just one of them must be X-Sender: <address>")
    try:
        mail = grammar.mail(f"FROM:{_utf8(senders[0])}".encode(), _OFFER)
    except CommandError as error:
        raise BadFile(f"X-Sender is not well formed: {error}") from None
    return Envelope(mail.sender, (), mail.envid, mail.ret, mail.body, mail.smtputf8)


def _utf8(sender: str) -> str:
    """A file needs not say SMTPUTF8: that there is such an address says it."""
    return sender if sender.isascii() or "SMTPUTF8" in sender.upper() else f"{sender} SMTPUTF8"


def _receivers(given: list[Field], *, smtputf8: bool) -> tuple[list[Recipient], list[str]]:
    """Those that can be read, and the others as they are written."""
    written = _values(given, "x-receiver")
    if not written:
        raise BadFile("there is no X-Receiver")
    good, bad = [], []
    for value in written:
        utf8 = smtputf8 or not value.isascii()
        try:
            recipient = grammar.rcpt(f"TO:{value}".encode(), _OFFER, smtputf8=utf8).recipient
        except CommandError:
            bad.append(value.partition("> ")[0].strip("<>"))
            continue
        if recipient.address.domain:
            good.append(recipient)
        else:
            bad.append(recipient.address.local)
    return good, bad


def _is_ours(given: list[Field]) -> bool:
    return any(value.lower() == PRODUCT for value in _values(given, "x-createdby"))


def _trusted(made: Filed, given: list[Field]) -> Filed:
    helo = next(iter(_values(given, "x-helodomain")), "")
    ip = next(iter(_values(given, "x-sourceipaddress")), "")
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        ip = ""
    safe = helo if len(helo) <= 255 and helo.isascii() and helo.isprintable() else ""
    return replace(made, internal=True, helo=safe, client_ip=ip)
