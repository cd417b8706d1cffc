"""Bytes of a multipart/report -> its values: exactly those that `build` was given, as far as they were clean.

Takes any system's report that keeps to RFC 6522 and 3464; what a report does not say is empty.  Leaves out reports
in other forms (plain text, other dialects): they are why/read's business.
"""

from __future__ import annotations

import re

from saywhy.wire import date, encoded_word
from saywhy.wire.mime import Part, read
from saywhy.wire.report import status
from saywhy.wire.report.values import DeliveryReport, ReportMessage, Returned

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_WHOLE = frozenset({"message/rfc822", "message/global"})
_HEADERS = frozenset({"text/rfc822-headers", "message/global-headers", "message/rfc822-headers"})


class NotAReport(ValueError):
    """The message is no delivery report; the text says what it lacks."""


def parse(content: bytes) -> ReportMessage:
    """A whole message -> the report in it; NotAReport otherwise."""
    root = read(content)
    if root.type != "multipart/report":
        raise NotAReport(f"this is {root.type}, not multipart/report")
    facts = _find(root.parts, STATUS_TYPES)
    if facts is None:
        raise NotAReport("the multipart/report has no message/delivery-status part")
    name, sender = _mailbox(root.get("From"))
    moment = date.parse(root.get("Date"))
    text, html = _human(root)
    return ReportMessage(
        sender=sender,
        sender_name=name,
        to=_mailbox(root.get("To"))[1],
        subject=encoded_word.decode(root.get("Subject")),
        date=moment[0] if moment is not None else 0.0,
        message_id=root.get("Message-ID"),
        in_reply_to=root.get("In-Reply-To"),
        language=root.get("Content-Language") or "en",
        text=text,
        html=html,
        status=read_status(facts),
        returned=_returned(root.parts),
    )


def read_status(part: Part) -> DeliveryReport:
    """A status part of either kind -> what it reports."""
    return status.read(part.data, utf8=part.type == "message/global-delivery-status")


def _find(parts: tuple[Part, ...], types: frozenset[str]) -> Part | None:
    return next((part for part in parts if part.type in types), None)


def _human(root: Part) -> tuple[str, str]:
    """The first plain and the first HTML text of the first part."""
    found: dict[str, str] = {}
    for part in root.parts[0].walk():
        if part.type in ("text/plain", "text/html"):
            found.setdefault(part.type, part.text)
    return found.get("text/plain", ""), found.get("text/html", "")


def _returned(parts: tuple[Part, ...]) -> Returned:
    whole, headers = _find(parts, _WHOLE), _find(parts, _HEADERS)
    part = whole or headers
    if part is None:
        return Returned(b"", full=False)
    return Returned(part.data, full=whole is not None, utf8=part.type.startswith("message/global"))


def _mailbox(value: str) -> tuple[str, str]:
    """`"Name" <address>` -> name and address; enough for the single mailbox of a report."""
    if value.startswith("<"):
        return "", value[1:].rstrip("> ")
    name, bracket, address = value.rpartition("<")
    if not bracket:
        return "", value.strip()
    name = name.strip()
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return encoded_word.decode(name), address.rpartition(">")[0] or address
