"""Suppression: only the address's own and final faults count."""

from __future__ import annotations

from typing import Any

import pytest

import saywhy
from saywhy.archive.suppress import Advice, Suppression
from saywhy.why import catalogue
from saywhy.why.entries import Scope
from tests.archive.reports import report


def row(
    cause: str = "remote-user-unknown", address: str = "ann@a.example", at: str | None = None, **more: Any
) -> Any:
    known = catalogue.cause(cause)
    one = {
        "recipient": address, "action": "failed", "status": "5.1.1", "diagnostic": "no", "last_attempt": at,
        "scope": known.scope.value, "permanence": known.permanence.value, "confidence": "high", "cause": cause,
    }  # fmt: skip
    return {"source": "s", "arrival_date": None, "original": {"date": None}, "recipients": [{**one, **more}]}


def advice(*rows: Any, at_least: int = 1) -> list[Advice]:
    found = Suppression(at_least)
    for each in rows:
        found.add(each)
    return list(found.advice())


def test_an_address_is_listed_once_with_its_evidence() -> None:
    (one,) = advice(
        row(at="2026-11-02T00:00:00Z", address="Ann@A.example"),
        row("remote-mailbox-disabled", at="2026-11-09T00:00:00Z"),
        row(at="2026-11-01T00:00:00Z"),
    )
    assert one.as_dict() == {
        "address": "Ann@A.example", "count": 3, "first": "2026-11-01T00:00:00Z", "last": "2026-11-09T00:00:00Z",
        "cause": "remote-mailbox-disabled", "status": "5.1.1", "diagnostic": "no", "source": "s",
    }  # fmt: skip


def test_nothing_that_is_not_about_the_address_ever_counts() -> None:
    """No cause of another scope, no restriction, no full mailbox, no administrator's fault."""
    listed = {id_ for id_ in catalogue.causes() if advice(row(id_))}
    assert {
        "remote-user-unknown",
        "remote-mailbox-disabled",
        "remote-mailbox-moved",
        "recipient-unknown",
    } <= listed
    assert {catalogue.cause(id_).scope for id_ in listed} == {Scope.RECIPIENT}
    never = (
        "full",
        "restricted",
        "policy",
        "spam",
        "block",
        "deferred",
        "unavailable",
        "refused",
        "limit",
        "auth",
    )
    assert not [id_ for id_ in listed if any(word in id_ for word in never)]


@pytest.mark.parametrize("more", [
    {"action": "delayed"},
    {"action": "delivered"},
    {"permanence": "transient"},
    {"confidence": "low"},
    {"status": "4.2.2"},
    {"recipient": "no-address"},
    {"recipient": None},
])  # fmt: skip
def test_what_is_not_final_or_not_sure_does_not_count(more: dict[str, Any]) -> None:
    assert advice(row(**more)) == []


def test_who_got_mail_later_is_not_listed() -> None:
    failed = row(at="2026-11-02T00:00:00Z")
    assert advice(failed, row(action="delivered", at="2026-11-03T00:00:00Z")) == []
    assert len(advice(failed, row(action="delivered", at="2026-11-01T00:00:00Z"))) == 1


def test_at_least_asks_for_more_than_one() -> None:
    assert advice(row(), at_least=2) == []
    assert len(advice(row(), row(), at_least=2)) == 1


def test_what_the_reader_gives_is_understood() -> None:
    (one,) = advice({**saywhy.read(report(1)).as_dict(), "source": "a.eml"})
    assert (one.address, one.cause) == ("user1@dom1.example", "remote-user-unknown")
    assert (
        advice({**saywhy.read(report(1, status="5.7.1", said="550 5.7.1 blocked")).as_dict(), "source": "a"}) == []
    )
