"""Feedback reports (ARF, RFC 5965; RFC 6591 for authentication): somebody complains, nothing was undeliverable."""

from __future__ import annotations

import re

from saywhy.why.read.addresses import bare
from saywhy.why.read.dialect import Other
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From, Kind
from saywhy.wire import mime

_TYPE = "message/feedback-report"
_FIELD = re.compile(
    r"^(original-rcpt-to|removal-recipient|feedback-type|abuse-type|user-agent|reporting-mta)[ \t]*:[ "
    r"\t]*([^\n]{1,2000})",
    re.I | re.M,
)
# Before ARF, and beside it: systems that send the message back with a word in the subject or a field.
_JMRP = "x-hmxmroriginalrecipient"
_SUBJECT = re.compile(
    r"complaint about message from|email abuse report|abuse report|email feedback report|feedback loop|spam "
    r"complaint|dmarc (?:forensic|failure) report|"
    r"^\[?fbl\b|junk mail report|scomp|dkim failure report|spf failure report|fw: .*\[complaint"
)
_TEXT = re.compile(
    r"this is an? (?:[\w/-]{1,60} ){0,4}(?:abuse|opt-out|complaint|spam|virus|fraud|authentication[ -]failure|"
    r"dkim failure|feedback|email)(?: failure)? report|"
    r"email abuse report for an email|failed the published dmarc policy|marked (?:it|this message|your "
    r"message) as (?:spam|junk)",
    re.I,
)


def _read(mail: Mail) -> Found | None:
    part = next((leaf for leaf in mail.leaves if leaf.type == _TYPE), None)
    found = Found("ARF")
    if part is not None:
        _fields(mail, part, found)
        return found
    if "feedback-report" in mail.head.get("content-type", "").lower():
        return found
    if mail.status is not None:
        return None
    if _hotmail(mail) or (
        _SUBJECT.search(mail.subject.lower()) and (mail.original is not None or _TEXT.search(mail.notice[:2000]))
    ):
        found.dialect = "complaint"
        return found
    return None


def _fields(mail: Mail, part: mime.Part, found: Found) -> None:
    words = part.data[:100_000].decode("latin-1")
    for match in _FIELD.finditer(words):
        name, value = match[1].lower(), match[2].strip()
        if name in ("original-rcpt-to", "removal-recipient") and "@" in value:
            entry = Entry(bare(value))
            entry.note(
                "recipient",
                From.FIELD,
                match[1],
                mail.octets.span(part.body_start + match.start(2), part.body_start + match.end(2)),
            )
            found.entries.append(entry)
        elif name in ("feedback-type", "abuse-type"):
            found.note = found.note or value
        elif name == "user-agent":
            found.system = value
        elif name == "reporting-mta":
            found.reporting_mta = value.partition(";")[2].strip() or value


def _hotmail(mail: Mail) -> bool:
    """Microsoft's Junk Mail Reporting Program sends no feedback part, and names the recipient in the original."""
    if b"mXmrOriginalRecipient" not in mail.octets.data:
        return False
    part = mail.returned
    return part is not None and (_JMRP in part.head or "x-hmxmroriginalrecipient" in mail.head)


OTHER = Other("ARF", Kind.FEEDBACK, _read)
