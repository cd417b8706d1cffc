"""The message that a report is about, as far as it was returned: in a part of its own or below the notice."""

from __future__ import annotations

from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import ADDRESS
from saywhy.why.read.values import Original
from saywhy.wire import date
from saywhy.wire.encoded_word import decode
from saywhy.wire.header import values

MAX_HEADER = 64 * 1024  # octets kept of the header
MAX_VALUE = 4000  # characters kept of one


_NAMES = (b"return-path", b"from", b"to", b"subject", b"message-id", b"date")


def read(mail: Mail) -> Original:
    part = mail.returned
    if part is None:
        return Original()
    header = part.content[part.start : min(part.head_end, part.start + MAX_HEADER)]
    path, from_, to, subject, message_id, sent = values(header, _NAMES)
    moment = date.parse(sent)
    return Original(
        sender=_address(path) or _address(from_),
        to=decode(to),
        subject=decode(subject),
        message_id=message_id,
        date=max(moment[0], 0.0) if moment is not None else 0.0,
        header=header,
    )


def addressed(mail: Mail) -> str:
    """The address in To of the returned message if there is exactly one; otherwise empty."""
    part = mail.returned
    if part is None:
        return ""
    found = {match[0].lower(): match[0] for match in ADDRESS.finditer(part.head.get("to", "")[:MAX_VALUE])}
    return next(iter(found.values())) if len(found) == 1 else ""


def _address(value: str) -> str:
    found = ADDRESS.search(value[:MAX_VALUE])
    return found[0] if found is not None else ""
