"""Our own reports, read back exactly as wire/report wrote them; X-SayWhy-Cause of each recipient is its cause."""

from __future__ import annotations

from saywhy.why.read import codes, fields
from saywhy.why.read.dialect import Dialect
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From
from saywhy.wire.report.parse import read_status
from saywhy.wire.report.values import RecipientReport

_CAUSE = b"\nX-SayWhy-Cause:"


def _read(mail: Mail) -> Found | None:
    part = mail.status
    if part is None or _CAUSE not in (part.data if part.get("Content-Transfer-Encoding") else part.body):
        return None
    status = read_status(part)
    found = Found("saywhy", "saywhy", reporting_mta=status.reporting_mta, envelope_id=status.envid)
    found.arrival = status.arrival
    found.entries = [_entry(each) for each in status.recipients[: fields.MAX_RECIPIENTS]]
    places = Found("")
    fields.read(part.body.decode("latin-1"), part.body_start, places, mail.octets)
    for entry, place in zip(found.entries, places.entries, strict=False):
        entry.sources.update(place.sources)
    return found if found.entries else None


def _entry(report: RecipientReport) -> Entry:
    entry = Entry(
        recipient=report.final,
        original=report.original.address if report.original is not None else "",
        action=report.action.value,
        status=str(report.status),
        diagnostic=" ".join(report.diagnostic.lines),
        lines=report.diagnostic.lines,
        diagnostic_type=report.diagnostic.type,
        remote_mta=report.remote_mta,
        last_attempt=report.last_attempt,
        retry_until=report.will_retry_until,
        log_id=report.final_log_id,
        cause=report.cause,
    )
    entry.note("recipient", From.FIELD, "Final-Recipient")
    if code := codes.reply_of(entry.diagnostic):
        entry.reply_code = code
        entry.note("reply_code", From.FIELD, "Diagnostic-Code")
    return entry


DIALECT = Dialect("saywhy", _read)
