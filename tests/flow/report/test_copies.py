"""Copies of failure reports for whoever looks after the mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.stages import OutgoingReport, Settled
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Recipient
from saywhy.model.organisation import Mailbox, TransportConfig
from saywhy.model.outcome import Failed
from saywhy.model.status import Status
from tests.flow.report.examples import DELAYED, ORGANISATION, UNKNOWN, World, message, settled

DESK = Mailbox("Desk", (Address("desk", "corp.example"), Address("guy", "corp.example")))
LOOP = Failed(replace(UNKNOWN.failure, status=Status(5, 4, 6)))


def sent(*results: Settled, sender: str = "ann@corp.example", **config: object) -> list[OutgoingReport]:
    transport = replace(TransportConfig(reply_recipient="desk"), **config)  # type: ignore[arg-type]
    world = World(replace(ORGANISATION, recipients={"desk": DESK}, transport=transport))
    return list(world.report(message(Address.parse(sender)), results).outgoing)


def test_the_copy_is_the_same_report_to_another_and_about_nobody() -> None:
    report, copy = sent(settled(LOOP))
    assert copy.content == report.content
    assert copy.envelope == replace(
        report.envelope, recipients=(Recipient(Address("desk", "corp.example"), Notify.NEVER),)
    )
    assert (copy.kind, copy.about, len(report.about)) == ("copy", (), 1)


def test_one_recipient_with_a_listed_code_is_enough() -> None:
    both = (settled(UNKNOWN, "a@corp.example"), settled(LOOP, "b@corp.example"))
    assert [report.kind for report in sent(*both)] == ["failed", "copy"]


@pytest.mark.parametrize(
    "reports",
    [
        sent(settled(UNKNOWN)),  # not listed
        sent(settled(LOOP), report_copies=()),
        sent(settled(LOOP), reply_recipient=""),
        sent(settled(LOOP), reply_recipient="gone"),
        sent(settled(LOOP), sender="guy@corp.example"),  # has the report already, by another address
        sent(settled(DELAYED)),
        sent(settled(LOOP, notify=Notify.NEVER)),  # held back: nothing to copy
    ],
)
def test_nothing_else_is_copied(reports: list[OutgoingReport]) -> None:
    assert "copy" not in [report.kind for report in reports]
