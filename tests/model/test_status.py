"""Enhanced status codes (RFC 3463 section 2, RFC 2034 section 4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.status import Status
from tests.model.strategies import statuses


@given(statuses())
def test_a_status_parses_back_from_its_text(status: Status) -> None:
    assert Status.parse(str(status)) == status
    assert Status.find(f"{status} mailbox full") == (status, "mailbox full")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "5.1",
        "5.1.1.1",
        "5.01.1",
        "5.1.01",
        "3.1.1",
        "1.0.0",
        "5.1000.1",
        "5.1.1 ",
        "\u0665.1.1",
        "x5.1.1",
    ],
)
def test_what_is_no_status_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 5\.1\.1"):
        Status.parse(text)


@pytest.mark.parametrize("text", ["5.1.1234 x", "5.1.1x", "5.1", "mailbox 5.1.1", " 5.1.1 x", "5.1.1-x"])
def test_a_status_is_found_only_where_it_opens_the_text_as_a_word(text: str) -> None:
    assert Status.find(text) is None


def test_a_status_alone_is_found() -> None:
    assert Status.find("4.7.0") == (Status(4, 7, 0), "")
    assert Status.find("4.7.0\tlater") == (Status(4, 7, 0), "later")


@given(st.text())
def test_looking_for_a_status_never_fails(text: str) -> None:
    found = Status.find(text)
    if found is not None:
        assert text.startswith(str(found[0]))


def test_the_class_says_whether_there_is_hope() -> None:
    assert Status(5, 1, 1).permanent
    assert not Status(5, 1, 1).transient
    assert Status(4, 4, 1).transient
    assert Status(4, 4, 1).with_class(5) == Status(5, 4, 1)


def test_statuses_sort_by_number() -> None:
    assert sorted([Status(5, 1, 10), Status(5, 1, 9), Status(4, 7, 0)]) == [
        Status(4, 7, 0),
        Status(5, 1, 9),
        Status(5, 1, 10),
    ]
