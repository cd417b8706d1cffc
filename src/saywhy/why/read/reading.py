"""Any octets -> what they report: the dialects are asked in order, and the first that knows the message reads it.

Nothing raises for its input and all work is bounded: by the octets looked at (`octets`), by depth, parts and
fields (wire/mime), by the characters of a text and the number of recipients (each dialect).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from saywhy.why.read import conclude, original
from saywhy.why.read.dialects import AFTER, ALONE, LAST, OTHERS, STRUCTURED, TEXTUAL
from saywhy.why.read.dialects.forwarded import inner, quoted
from saywhy.why.read.entry import Found
from saywhy.why.read.fields import MAX_RECIPIENTS
from saywhy.why.read.mail import Mail, read_mail
from saywhy.why.read.octets import Sliceable
from saywhy.why.read.signs import is_plausible
from saywhy.why.read.values import Kind, NotAReport, ReadRecipient, ReadReport, Recipient, Report
from saywhy.wire.report.values import Action

_ORDER = {kind.value: number for number, kind in enumerate(Kind)}


def read(given: Sliceable) -> Report:
    """Never raises for what the octets are; an error in a dialect of ours is told in `error`."""
    mail = read_mail(given)
    try:
        data = mail.octets.data
        return _all_of_mbox(mail) if data.startswith(b"From ") and b"\nFrom " in data else _read(mail)
    except Exception as error:  # a message must not stop an archive; tests and fuzzing look for these
        return Report(
            Kind.NONE, truncated=mail.truncated, error=f"it could not be read: {type(error).__name__}: {error}"
        )


def read_report(content: bytes) -> ReadReport:
    """A whole message -> the delivery report in it; NotAReport otherwise."""
    report = read(content)
    if not report.is_report or not report.recipients:
        what = "" if report.kind in (Kind.NONE, Kind.FAILED) else f"this is of the kind {report.kind.value}; "
        raise NotAReport(
            f"{what}it has no message/delivery-status part with a recipient (RFC 3464), nor words that we know"
        )
    recipients = tuple(map(_shown, report.recipients))
    return ReadReport(report.dialect, report.reporting_mta, recipients, report.subject)


def _read(mail: Mail, depth: int = 0) -> Report:
    alone = ALONE.read(mail)
    if alone is not None:
        return _report(mail, None, alone)
    for other in OTHERS:
        found = other.read(mail)
        if found is not None:
            return _report(mail, other.kind, found)
    if mail.status is None and not is_plausible(mail):
        return _implausible(mail, depth)
    found = AFTER[0].read(mail)
    if found is not None:
        return _report(mail, Kind.CHALLENGE, found)
    found = _structured(mail)
    if found is None and (forwarded := _forwarded(mail, depth)) is not None:
        return forwarded
    found = found or _textual(mail)
    return _report(mail, None, found) if found is not None else _answer(mail)


# A line that begins the next message of an mbox, and a field behind it.
_NEXT = re.compile(rb"\n(?=From \S{1,300} +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [^\n]{1,100}\n[!-9;-~]{1,100}:)")
MAX_MESSAGES = 100


def _all_of_mbox(mail: Mail) -> Report:
    """An mbox with more than one message, handed over as one: the recipients of all, the rest from the first."""
    data = mail.octets.data
    starts = [0, *(found.end() for found in islice(_NEXT.finditer(data), MAX_MESSAGES))]
    if len(starts) == 1:
        return _read(mail)
    reports = [_read(read_mail(data[start:end])) for start, end in zip(starts, [*starts[1:], None], strict=True)]
    told = [report for report in reports if report.is_report]
    first = told[0] if told else reports[0]
    recipients = tuple(recipient for report in told for recipient in report.recipients)[:MAX_RECIPIENTS]
    return replace(first, recipients=recipients or first.recipients, note=f"{len(reports)} messages of an mbox")


def _structured(mail: Mail) -> Found | None:
    for dialect in STRUCTURED:
        found = dialect.read(mail)
        if found is not None:
            return found
    return None


def _textual(mail: Mail) -> Found | None:
    reply = AFTER[1].read(mail)
    if reply is not None and not mail.failed:
        return None
    for dialect in (*LAST[:1], *TEXTUAL, *LAST[1:]):
        found = dialect.read(mail)
        if found is not None:
            return found
    return None


def _implausible(mail: Mail, depth: int) -> Report:
    """By its sender and subject no report: it may still carry one, or be an answer."""
    found = STRUCTURED[-1].read(mail)
    if found is not None:
        return _report(mail, None, found)
    forwarded = _forwarded(mail, depth)
    return forwarded if forwarded is not None else _answer(mail)


def _answer(mail: Mail) -> Report:
    for other in AFTER:
        found = other.read(mail)
        if found is not None:
            return _report(mail, other.kind, found)
    note = "a mailing list's" if "list-id" in mail.head or "list-post" in mail.head else ""
    return Report(Kind.NONE, subject=mail.subject, truncated=mail.truncated, note=note)


def _forwarded(mail: Mail, depth: int) -> Report | None:
    if depth >= 3:
        return None
    message = inner(mail)
    if message is not None:
        report = _read(Mail(mail.octets, message), depth + 1)
        return report if report.is_report else None
    text = quoted(mail)
    if text is None:
        return None
    report = _read(read_mail(text), depth + 1)
    return report if report.is_report else None


def _report(mail: Mail, kind: Kind | None, found: Found) -> Report:
    if found.system == "" and mail.head.get("x-mailer"):
        found.system = mail.head["x-mailer"][:80]
    entries = found.entries[:MAX_RECIPIENTS]
    recipients: tuple[Recipient, ...] = ()
    if kind is None:
        recipients = tuple(conclude.recipient(entry, found.action, found.reporting_mta) for entry in entries)
        kind = Kind(
            min(
                (each.action.value for each in recipients if each.action),
                key=_ORDER.__getitem__,
                default=found.action or "failed",
            )
        )
    elif kind is Kind.FEEDBACK:
        recipients = tuple(conclude.complaint(entry) for entry in entries)
    return Report(
        kind,
        recipients,
        found.dialect,
        found.system,
        found.reporting_mta,
        found.envelope_id,
        found.arrival,
        mail.subject,
        original.read(mail),
        mail.truncated or len(found.entries) > MAX_RECIPIENTS,
        found.note,
    )


def _shown(recipient: Recipient) -> ReadRecipient:
    why = recipient.why
    return ReadRecipient(
        recipient.recipient,
        recipient.action or Action.FAILED,
        recipient.failure,
        recipient.told,
        why.rule,
        why.confidence,
        why.grounds,
    )
