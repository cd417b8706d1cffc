"""Our own reports: each recipient carries its cause in X-SayWhy-Cause, which stands if the catalogue has it."""

from __future__ import annotations

from saywhy.why import catalogue
from saywhy.why.read.causes import read_fields
from saywhy.why.read.standard import find_status
from saywhy.why.read.values import ReadRecipient, ReadReport
from saywhy.wire.mime import Part
from saywhy.wire.report.values import RecipientReport


def read(root: Part) -> ReadReport | None:
    status = find_status(root)
    if status is None or not any(fields.cause for fields in status.recipients):
        return None
    recipients = tuple(_recipient(fields) for fields in status.recipients)
    return ReadReport("saywhy", status.reporting_mta, recipients, root.get("Subject"))


def _recipient(fields: RecipientReport) -> ReadRecipient:
    known = _known(fields.cause)
    reading = read_fields(fields, fields.cause if known else "")
    return ReadRecipient(
        fields.final, fields.action, reading.failure, known, reading.rule, reading.confidence, reading.grounds
    )


def _known(cause: str) -> bool:
    try:
        catalogue.cause(cause)
    except catalogue.Unknown:
        return False
    return True
