"""Each system's reports, filled with several refusals, are read: who, what was done, which codes, why."""

from __future__ import annotations

import collections

import pytest

import saywhy
from saywhy.why.read.dialects import LAST, STRUCTURED, TEXTUAL
from saywhy.why.read.values import Kind
from tests.why.read.collection import EVERY, FRAMES, SENDER
from tests.why.read.negatives import NEGATIVES
from tests.why.read.test_schema import SCHEMA, check


@pytest.mark.parametrize("name", EVERY)
def test_a_report_is_read(name: str) -> None:
    case = EVERY[name]
    report = saywhy.read(case.raw)
    check(report.as_dict(), SCHEMA)
    assert (report.kind.value, report.dialect) == (case.frame.action, case.frame.dialect)
    assert [each.recipient for each in report.recipients] == [case.to]
    found = report.recipients[0]
    assert found.action is not None
    assert found.action.value == case.frame.action
    if case.frame.code:
        assert found.reply_code == case.said.code
    if case.frame.status and case.said.status:
        assert found.status == case.said.status
    if case.frame.status and case.frame.code and not found.told:
        assert found.why.cause == case.said.cause


@pytest.mark.parametrize("name", EVERY)
def test_a_value_stood_where_its_provenance_says(name: str) -> None:
    raw = EVERY[name].raw
    for found in saywhy.read(raw).recipients:
        for field, source in found.provenance.items():
            if source.span is None:
                continue
            start, end = source.span
            assert 0 <= start < end <= len(raw)
            place = raw[start:end].decode()
            if (
                field == "recipient"
                and found.recipient.encode() in raw
                and found.recipient in place + place.lower()
            ):
                assert found.recipient in place


def test_every_dialect_has_at_least_five_reports_in_the_collection() -> None:
    counted = collections.Counter(EVERY[name].frame.dialect for name in EVERY)
    for dialect in (*STRUCTURED, *TEXTUAL, *LAST):
        if dialect.name not in RARE:
            assert counted[dialect.name] >= 5, dialect.name


# Dialects that differ from another one by their words alone.
RARE = {"docomo", "SoftBank", "McAfee", "SendGrid", "Mailgun", "FML"}


def test_the_returned_message_is_found() -> None:
    for name in ("standard: full", "exim: full", "qmail: full", "gmail: full"):
        original = saywhy.read(EVERY[name].raw).original
        assert (original.sender, original.subject) == (SENDER, "The boat")
        assert original.message_id == "<boat.1@worcester.example>"
        assert ("Subject", "The boat") in original.headers


@pytest.mark.parametrize("number", range(len(NEGATIVES)))
def test_what_is_no_delivery_report_is_not_called_one(number: int) -> None:
    kind, raw = NEGATIVES[number]
    report = saywhy.read(raw)
    assert report.kind is kind
    assert not report.is_report


def test_there_are_a_hundred_negatives_and_frames_for_forty_systems() -> None:
    assert len({raw for _, raw in NEGATIVES}) >= 100
    assert len(FRAMES) >= 40


def test_every_kind_is_in_the_collection() -> None:
    kinds = {kind for kind, _ in NEGATIVES} | {saywhy.read(case.raw).kind for case in EVERY.values()}
    assert kinds | {Kind.DELIVERED, Kind.RELAYED, Kind.EXPANDED} == set(Kind)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_is_a_report_too(action: str) -> None:
    raw = EVERY["standard: unknown"].raw.replace(b"Action: failed", f"Action: {action}".encode())
    assert saywhy.read(raw).kind.value == action


def test_the_category_that_powermta_gives_counts() -> None:
    raw = EVERY["powermta: unknown"].raw.replace(b"BounceCategory: other", b"BounceCategory: inactive-mailbox")
    assert saywhy.read(raw).recipients[0].why.cause == "remote-mailbox-disabled"
