"""Summaries: counts, and a picture that strangers' names cannot break."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

import saywhy
from saywhy.archive import summary as module
from saywhy.archive.picture import svg
from saywhy.archive.summary import Summary, domain_of
from tests.archive.reports import report


def counted(count: int = 14) -> Summary:
    summary = Summary()
    for number in range(count):
        summary.add({**saywhy.read(report(number)).as_dict(), "source": str(number)})
    summary.add(saywhy.read(b"Subject: hello\n\nhi\n").as_dict())
    return summary


def test_messages_are_counted_by_kind_and_failures_by_all_else() -> None:
    told = counted().as_dict()
    assert (told["messages"], told["reports"], told["recipients"], told["hard_bounces"]) == (15, 14, 14, 14)
    assert told["kinds"] == {"failed": 14, "none": 1}
    assert told["cause"] == {"remote-user-unknown": 14}
    assert told["reason"] == {"userunknown": 14}
    assert told["domain"] == {f"dom{number}.example": 2 for number in range(7)}
    assert sum(told["day"].values()) == sum(told["system"].values()) == 14


def test_names_are_bounded_and_the_rest_is_a_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMES", 3)
    told = counted().as_dict()
    assert (len(told["domain"]), told["not_named"]["domain"]) == (3, 8)


def test_a_picture_is_xml_whatever_the_names_are() -> None:
    summary = counted()
    summary.by["domain"]['<script>"&\x1b]x' + "y" * 500] = 9
    summary.by["day"].update({f"2026-11-{day:02}": day for day in range(1, 31)})
    root = ET.fromstring(svg(summary))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "15 messages, 14 delivery reports, 14 recipients" in texts
    assert any(text.startswith('<script>"&?]x') and len(text) <= 40 for text in texts)
    assert "2026-11-01" in texts


def test_an_empty_pile_has_a_picture_too() -> None:
    ET.fromstring(svg(Summary()))


@pytest.mark.parametrize(("address", "domain"), [
    ("a@B.Example", "b.example"), ("a@b@c.example.", "c.example"), ("nobody", ""), (None, ""), ("", ""),
])  # fmt: skip
def test_a_domain_is_what_follows_the_last_at(address: str | None, domain: str) -> None:
    assert domain_of(address) == domain
