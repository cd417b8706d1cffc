"""Queue ids, and the names of queues."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.queued import HopKind, NextHop, QueueId
from tests.model.strategies import queue_ids


@given(queue_ids())
def test_a_queue_id_parses_back_from_its_text(queue_id: QueueId) -> None:
    assert QueueId.parse(str(queue_id)) == queue_id


def test_a_queue_id_is_shard_and_number() -> None:
    assert str(QueueId(2, 0x8F31)) == "2-8f31"
    assert QueueId.parse(" 2-8F31\n") == QueueId(2, 0x8F31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8f31",
        "-8f31",
        "2-",
        "2-0x1f",
        "2--1f",
        "2-+1f",
        "2-1_f",
        "2-1 f",
        "\u0662-1f",
        "2-8g",
        "2-1-1",
        "a-1",
        "2-" + "f" * 17,
        "2-" + "f" * 16,
    ],
)
def test_what_is_no_queue_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 1-8f31"):
        QueueId.parse(text)


@given(st.text())
def test_no_text_gets_anything_but_a_queue_id_or_a_value_error(text: str) -> None:
    try:
        QueueId.parse(text)
    except ValueError:
        pass


def test_a_refusal_does_not_repeat_a_huge_text() -> None:
    with pytest.raises(ValueError) as caught:
        QueueId.parse("9" * 100_000)
    assert len(str(caught.value)) < 200


def test_a_queue_is_named_after_its_next_hop() -> None:
    assert NextHop(HopKind.DNS, "partner.example", "Internet").key == "dns/partner.example/Internet"
    assert NextHop(HopKind.MAILBOX).key == "mailbox"
    assert NextHop(HopKind.SUBMISSION).key == "submission"
