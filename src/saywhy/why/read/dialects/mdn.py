"""Disposition notifications (RFC 8098): the message was displayed, deleted or processed, so it had arrived."""

from __future__ import annotations

import re

from saywhy.why.read import fields, text
from saywhy.why.read.dialect import Dialect, Other
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import Kind
from saywhy.wire import mime

_DELETED = re.compile(r"^disposition[ \t]*:[^\n]*;[ \t]*(?:deleted|denied|failed)", re.I | re.M)
_REFUSED = re.compile(
    r"automatically (?:rejected|refused)|was (?:rejected|refused)|has been (?:rejected|refused)", re.I
)


def _read(mail: Mail) -> Found | None:
    part = next((leaf for leaf in mail.leaves if leaf.type in _TYPES), None)
    if part is None:
        declared = mail.head.get("content-type", "").lower()
        return Found("MDN") if "report-type=disposition-notification" in declared.replace('"', "") else None
    return None if _is_refusal(mail, part) else Found("MDN")


def _is_refusal(mail: Mail, part: mime.Part) -> bool:
    """Sieve's `reject` as RFC 5429 section 2.1.2 has it: the recipient's script sent the message back."""
    return bool(_REFUSED.search(mail.notice[:2000]) and _DELETED.search(part.body[:4000].decode("latin-1")))


def _rejected(mail: Mail) -> Found | None:
    part = next((leaf for leaf in mail.leaves if leaf.type in _TYPES), None)
    if part is None or not _is_refusal(mail, part):
        return None
    found = Found("Sieve reject", action="failed")
    fields.read(part.body[:100_000].decode("latin-1"), part.body_start, found, mail.octets)
    found.entries = [entry for entry in found.entries if entry.recipient]
    for entry in found.entries:
        entry.action = ""
        text.describe(mail, entry, mail.notice.strip(), 0)
    return found if found.entries else None


_TYPES = ("message/disposition-notification", "message/global-disposition-notification")

OTHER = Other("MDN", Kind.MDN, _read)
REJECTED = Dialect("Sieve reject", _rejected)
