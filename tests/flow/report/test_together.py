"""One report on failures of several messages (errata 61): each recipient with its own cause, code and subject."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

from saywhy.flow.report.reporter import MAX_RECIPIENTS, Reporter
from saywhy.flow.stages import Gathered, Reports
from saywhy.model.envelope import Notify, ReversePath
from saywhy.model.outcome import Outcome
from saywhy.model.queued import QueueId
from saywhy.wire.header import header_block
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import CONTENT, EXTERNAL, REFUSED, STRANGER, UNKNOWN, World, message, settled

HEADER = header_block(CONTENT)


def part(
    number: int, outcome: Outcome, address: str, subject: str = "", notify: Notify = Notify.ABSENT
) -> Gathered:
    """A message of a stranger's with one recipient that failed."""
    id_ = QueueId(1, number)
    one = message(STRANGER, EXTERNAL, envid=f"envid-{number}")
    heading = replace(
        one.headline, subject=subject or f"Number {number}", message_id=f"<{number}@elsewhere.example>"
    )
    failed = settled(outcome, address, notify)
    failed = replace(failed, pending=replace(failed.pending, message=id_))
    return Gathered(replace(one, id=id_, headline=heading), HEADER, (failed,))


def together(*parts: Gathered, world: World | None = None) -> Reports:
    world = world or World()
    clock = type("Clock", (), {"now": lambda _self: world.now})()
    reports = Reporter(lambda: world.organisation, world.hostname, clock, world.tokens).together(parts)
    assert reports.fault == ""
    return reports


def test_every_recipient_stands_in_it_with_its_own_code_message_and_subject() -> None:
    reports = together(
        part(1, UNKNOWN, "jethro@corp.example", "First"),
        part(2, REFUSED, "bob@partner.example", "=?utf-8?q?Zweitens=3A_H=C3=B6rt?="),
    )
    [report] = reports.outgoing
    assert reports.suppressed == ()
    found = parse(report.content).status
    assert [(one.final, str(one.status), one.final_log_id) for one in found.recipients] == [
        ("jethro@corp.example", str(UNKNOWN.failure.status), "1-1"),
        ("bob@partner.example", str(REFUSED.failure.status), "1-2"),
    ]
    assert (found.envid, found.arrival, found.received_from) == ("", 0.0, "")
    mail = email.message_from_bytes(report.content, policy=email.policy.default)
    assert mail["Subject"] == "Undeliverable: First (+1)"
    assert mail["To"] == "ann@elsewhere.example"
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "      Subject: First\n" in text
    assert "      Subject: Zweitens: Hört\n" in text
    assert "Message-ID: <1@elsewhere.example>\nMessage-ID: <2@elsewhere.example>" in text
    html = mail.get_body(("html",)).get_content()
    assert "Subject: Zweitens: Hört" in html
    assert [part.get_content_type() for part in mail.iter_parts()][1:] == [
        "message/delivery-status",
        "text/rfc822-headers",
    ]
    assert len(report.about) == 2


def test_of_a_single_message_it_is_the_usual_report() -> None:
    [report] = together(part(1, UNKNOWN, "jethro@corp.example", "First")).outgoing
    assert parse(report.content).status.envid == "envid-1"
    assert b"(+" not in report.content


def test_what_may_not_leave_is_left_out_and_named() -> None:
    forged = part(2, UNKNOWN, "bob@corp.example")
    origin = replace(EXTERNAL, reverse_path=ReversePath.FORGED)
    forged = replace(forged, message=replace(forged.message, origin=origin))
    reports = together(
        part(1, UNKNOWN, "jethro@corp.example"), forged, part(3, UNKNOWN, "eve@corp.example", notify=Notify.NEVER)
    )
    [report] = reports.outgoing
    assert [one.final for one in parse(report.content).status.recipients] == ["jethro@corp.example"]
    assert [held.rule for held in reports.suppressed] == ["forged-reverse-path", "notify"]
    assert together(forged).outgoing == ()


def test_more_than_a_report_holds_go_on_in_a_second() -> None:
    parts = [part(number, UNKNOWN, f"r{number}@corp.example") for number in range(1, MAX_RECIPIENTS + 6)]
    first, second = together(*parts).outgoing
    assert (len(first.about), len(second.about)) == (MAX_RECIPIENTS, 5)
