"""A report that somebody forwarded: as an attached message, or quoted in the text."""

from __future__ import annotations

import re

from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import holds
from saywhy.wire import mime
from saywhy.wire.report.parse import STATUS_TYPES

_QUOTE = re.compile(r"^>[> ]{0,8}", re.M)
_BEGIN = re.compile(
    r"^[ \t]*(?:begin forwarded message:?|-{2,}[ ]?(?:original|forwarded) message ?-{2,})[ \t]*$", re.I | re.M
)


def inner(mail: Mail) -> mime.Part | None:
    """The message inside, where the outer one is only a wrapper around a report."""
    for leaf in mail.leaves:
        if leaf.type in mime.MESSAGE_TYPES and leaf.parts:
            message = leaf.parts[0]
            if message.type == "multipart/report" or any(part.type in STATUS_TYPES for part in message.parts):
                return message
    return None


_STEMS = ("orwarded message", "riginal Message", "riginal message", "ORIGINAL MESSAGE", "FORWARDED MESSAGE")

_OCTETS = tuple(stem.encode() for stem in _STEMS)


def quoted(mail: Mail) -> bytes | None:
    """The forwarded message as one of its own: from its quoted header on, quote marks off."""
    data = mail.octets.data
    if b"base64" not in data and not holds(data, _OCTETS):
        return None
    body = mail.body
    if not holds(body, _STEMS):
        return None
    begin = _BEGIN.search(body)
    if begin is None:
        return None
    rest = _QUOTE.sub("", body[begin.end() :]).lstrip()
    return rest.encode("utf-8", "replace")
