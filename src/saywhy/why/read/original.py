"""The message that a report is about, as far as it was returned: in a part of its own or below the notice."""

from __future__ import annotations

from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import ADDRESS
from saywhy.why.read.values import Original

MAX_HEADER = 64 * 1024  # octets kept of the header
MAX_VALUE = 4000  # characters kept of one


def read(mail: Mail) -> Original:
    part = mail.returned
    if part is None:
        return Original()
    return Original(part.content[part.start : min(part.head_end, part.start + MAX_HEADER)])


def addressed(mail: Mail) -> str:
    """The address in To of the returned message if there is exactly one; otherwise empty."""
    part = mail.returned
    if part is None:
        return ""
    found = {match[0].lower(): match[0] for match in ADDRESS.finditer(part.head.get("to", "")[:MAX_VALUE])}
    return next(iter(found.values())) if len(found) == 1 else ""
