"""What leaves when the usual report breaks: the status part, plain English in ASCII, nothing of the original."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from saywhy.flow.report.bare import bare
from saywhy.flow.report.reporter import Reporter
from saywhy.flow.stages import Gathered, Reports, Settled
from saywhy.model.address import Address
from saywhy.model.outcome import Failed
from saywhy.model.queued import Message, QueueId
from saywhy.why.read.reading import read_report
from saywhy.wire.report.parse import parse
from saywhy.wire.report.values import Action
from tests.flow.report.examples import (
    ASKED,
    CONTENT,
    DELAYED,
    DELIVERED,
    EXTERNAL,
    GUY,
    HOST,
    NOW,
    ORGANISATION,
    REFUSED,
    STRANGER,
    UNKNOWN,
    FixedClock,
    Tokens,
    message,
    settled,
)
from tests.flow.report.test_hostile import HEADLINES, ORIGINS, SETTLED

PLACES = (
    "reporter.occasion",  # header, charset
    "letter.told",  # the catalogue, translations
    "letter.page",  # the composer, own words
    "letter.text.render",  # layout
    "letter.html.render",
)


def reporter(**more: Any) -> Reporter:
    return Reporter(lambda: ORGANISATION, HOST, FixedClock(), Tokens(), **more)


def breaking(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr(f"saywhy.flow.report.{place}", broken)


def report(message: Message, *about: Settled) -> Reports:
    return reporter()(message, CONTENT, about)


@pytest.mark.parametrize("place", PLACES)
def test_whatever_breaks_the_report_is_read_back_to_code_recipient_and_cause(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    breaking(monkeypatch, place)
    about = settled(UNKNOWN), settled(REFUSED, "ronald@partner.example")
    found = report(message(), *about)
    assert found.fault == "LookupError: no such thing"
    [left] = found.outgoing
    assert (left.kind, left.about, left.envelope.sender) == ("failed", about, None)
    assert [each.address for each in left.envelope.recipients] == [GUY]
    assert [
        (each.address, str(each.failure.status), each.failure.cause, each.told)
        for each in read_report(left.content).recipients
    ] == [
        ("jethro@corp.example", "5.1.1", "recipient-unknown", True),
        ("ronald@partner.example", "5.7.1", "remote-policy", True),
    ]


def test_nothing_of_the_original_stands_in_it_but_its_message_id(monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "letter.page")
    [left] = report(message(), settled(UNKNOWN)).outgoing
    assert left.content.isascii()
    for part in (b"Secret", b"noon", b"pc7.corp.example ([", b"Guy <"):
        assert part not in left.content
    mail = email.message_from_bytes(left.content, policy=email.policy.default)
    assert (mail["Subject"], mail["To"], mail["In-Reply-To"]) == (
        "Undeliverable", "guy@corp.example", "<a1b2@corp.example>"
    )  # fmt: skip
    text = parse(left.content).text
    assert "  jethro@corp.example\n    550 5.1.1 RESOLVER.ADR.RecipNotFound; not found\n" in text
    assert parse(left.content).returned.content == b"Message-ID: <a1b2@corp.example>\r\n"


def test_a_message_id_that_is_none_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "letter.page")
    original = message()
    forged = replace(original, headline=replace(original.headline, message_id="<a@b>\r\nBcc: <c@d>"))
    [left] = report(forged, settled(UNKNOWN)).outgoing
    assert b"Bcc" not in left.content
    assert b"In-Reply-To" not in left.content


def test_each_kind_of_news_has_a_bare_form_and_the_fault_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "letter.page")
    found = report(message(), settled(UNKNOWN), settled(DELAYED, "b@p.example"), settled(DELIVERED, notify=ASKED))
    assert found.fault == "LookupError: no such thing"
    assert {left.kind: str(parse(left.content).status.recipients[0].status) for left in found.outgoing} == {
        "failed": "5.1.1", "delayed": "4.4.1", "delivered": "2.1.5"
    }  # fmt: skip


def test_a_reader_whose_language_cannot_be_asked_for_hears_of_it() -> None:
    def broken(_: Address) -> str:
        raise UnicodeError("no language")

    [left] = reporter(language_of=broken)(message(), CONTENT, [settled(UNKNOWN)]).outgoing
    assert read_report(left.content).recipients[0].failure.cause == "recipient-unknown"


def test_a_report_on_several_messages_is_bare_too_and_names_each(monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "letter.page")
    parts = []
    for number in (1, 2):
        id_, one = QueueId(1, number), settled(UNKNOWN, f"r{number}@corp.example")
        of = replace(message(STRANGER, EXTERNAL, envid=f"envid-{number}"), id=id_)
        parts.append(Gathered(of, CONTENT, (replace(one, pending=replace(one.pending, message=id_)),)))
    found = reporter().together(parts)
    assert found.fault
    [left] = found.outgoing
    status = parse(left.content).status
    assert [(each.final, each.final_log_id) for each in status.recipients] == [
        ("r1@corp.example", "1-1"), ("r2@corp.example", "1-2")
    ]  # fmt: skip
    assert (status.envid, status.received_from, status.arrival) == ("", "", 0.0)
    assert b"a1b2@corp.example" not in left.content


def test_an_address_beyond_ascii_is_reached_and_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch, "letter.page")
    reader = Address.parse("jürgen@corp.example")
    [left] = report(message(reader), settled(UNKNOWN, "rené@corp.example")).outgoing
    assert left.envelope.smtputf8
    assert read_report(left.content).recipients[0].address == "rené@corp.example"
    [left] = report(message(), settled(UNKNOWN, "rené@corp.example")).outgoing
    assert left.content.isascii()
    assert read_report(left.content).recipients[0].address == "rené@corp.example"


@given(SETTLED, HEADLINES, ORIGINS)
def test_hostile_values_do_not_break_it_and_add_no_field(one: Settled, heading: Any, origin: Any) -> None:
    original = replace(message(origin=origin), headline=heading)
    action = Action.FAILED if isinstance(one.outcome, Failed) else Action.DELIVERED
    content = bare(original, GUY, action, [one], ORGANISATION, HOST, NOW, "7b41c0de", several=False)
    assert content.isascii()
    assert len(parse(content).status.recipients) == 1
    names = email.message_from_bytes(content).keys()
    assert set(names) <= {
        "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "Content-Language", "X-SayWhy-Message-Is-Ndr", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert len(names) == len(set(names))
