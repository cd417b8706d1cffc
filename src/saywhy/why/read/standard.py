"""Any report that keeps to RFC 3464: the recipients of its message/delivery-status (or global) part.

The part is also found when the report was forwarded as an attachment or its outer type is not multipart/report.
"""

from __future__ import annotations

from saywhy.why.read.causes import read_fields
from saywhy.why.read.values import ReadRecipient, ReadReport
from saywhy.wire.mime import Part
from saywhy.wire.report.parse import STATUS_TYPES, read_status
from saywhy.wire.report.values import DeliveryReport, RecipientReport


def read(root: Part) -> ReadReport | None:
    status = find_status(root)
    if status is None:
        return None
    recipients = tuple(_recipient(fields) for fields in status.recipients)
    return ReadReport("RFC 3464", status.reporting_mta, recipients, root.get("Subject"))


def find_status(root: Part) -> DeliveryReport | None:
    """The first status part that has a recipient, outermost first; wire.mime bounds the walk."""
    for part in root.walk():
        if part.type in STATUS_TYPES:
            status = read_status(part)
            if status.recipients:
                return status
    return None


def _recipient(fields: RecipientReport) -> ReadRecipient:
    reading = read_fields(fields)
    return ReadRecipient(
        fields.final, fields.action, reading.failure, False, reading.rule, reading.confidence, reading.grounds
    )
