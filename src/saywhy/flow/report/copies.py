"""Copies of failure reports for whoever looks after the mail (spec B7, GenerateCopyOfDSNFor).

Some codes tell of a fault that senders cannot mend and administrators should hear of: `report_copies` lists them.
The copy goes to the recipient that `reply_recipient` names; while it names none, there is none.  A report that was
held back has no copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from saywhy.flow.report.facts import status_of
from saywhy.flow.stages import OutgoingReport
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Recipient
from saywhy.model.organisation import Organisation
from saywhy.wire.report.values import Action

COPY = "copy"  # what the REPORT event calls it


def copies(report: OutgoingReport, reader: Address, organisation: Organisation) -> Iterator[OutgoingReport]:
    """The copy of `report` that is due, about nobody: each recipient has been reported once."""
    config = organisation.transport
    recipient = organisation.recipients.get(config.reply_recipient.lower())
    if report.kind != Action.FAILED.value or recipient is None:
        return
    codes = {str(status_of(settled.outcome)) for settled in report.about}
    has_it = reader.key in {address.key for address in recipient.addresses}
    if not has_it and not codes.isdisjoint(config.report_copies):
        envelope = replace(report.envelope, recipients=(Recipient(recipient.addresses[0], Notify.NEVER),))
        yield replace(report, kind=COPY, envelope=envelope, about=())
