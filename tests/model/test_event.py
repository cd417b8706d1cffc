"""Events: the numbers are permanent, and docs/events.md says each in a sentence."""

from __future__ import annotations

import re
from pathlib import Path

from saywhy.model.event import Event, Kind

PAGE = Path(__file__).parents[2] / "docs" / "events.md"
ROW = re.compile(r"^\| (\d+) \| `([A-Z_]+)` \| ([A-Z][^|]*\.) \|$", re.MULTILINE)


def test_every_event_is_documented_in_a_sentence_under_its_number() -> None:
    rows = [(int(number), name) for number, name, _ in ROW.findall(PAGE.read_text("utf-8"))]
    assert rows == [(kind.value, kind.name) for kind in Kind]


def test_numbers_are_in_order_and_none_is_used_twice() -> None:
    numbers = [kind.value for kind in Kind.__members__.values()]
    assert numbers == sorted(set(numbers))


def test_the_numbers_that_were_given_out_stay() -> None:
    # Add the last number of a block here when one is added; never change one.
    given = {"RECEIVE": 100, "DELIVER": 102, "FAIL": 105, "DUPLICATE": 110, "REFUSE": 200, "DISCONNECT": 204}
    given |= {"START": 300, "FAULT": 307, "STORE_FAULT": 308}
    assert {name: Kind[name].value for name in given} == given


def test_an_event_of_no_message_has_no_queue_id() -> None:
    assert Event(Kind.START, 0.0).message == ""
