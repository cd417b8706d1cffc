"""What addresses of lab.test say, and when their answers are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.lab import tables
from saywhy.lab.answering import refusal
from saywhy.lab.dialogue import Asked
from saywhy.lab.grammar import WORDS, After, First, Larger, Plain, Step, Unknown, Until, Wish, read_address
from saywhy.lab.memory import Memory
from saywhy.lab.script import Then

EXAMPLES = [example for word in WORDS for example in word.examples]
PAGE = Path(__file__).parents[2] / "docs" / "lab-addresses.md"


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_table_is_a_word_that_wishes_something(example: str) -> None:
    assert read_address(f"bob+{example}@lab.test") != Wish()
    assert read_address(f"BOB+{example.upper()}@LAB.TEST") == read_address(f"bob+{example}@lab.test")


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text() == tables.page(), "make docs"


@pytest.mark.parametrize("local", ["bob", "bob.smith", "bob+250", "bob+2.0.0"])
def test_an_address_without_a_wish_takes_mail(local: str) -> None:
    wish = read_address(f"{local}@lab.test")
    assert not wish.code
    assert wish.act.reply[:1] in ("", "2")


def test_words_say_code_system_step_and_condition() -> None:
    assert read_address("bob+gmail-5.7.26-at-content@lab.test") == Wish("5.7.26", "gmail", step=Step.CONTENT)
    assert read_address("bob+421-after-20/min@lab.test").when == After(20, 60)
    assert read_address("bob+421-after-20@lab.test").act.then is Then.CLOSE
    assert read_address("bob+4.2.2-times-3@lab.test") == Wish("4.2.2", when=First(3))
    assert read_address("bob+delay-10m@lab.test").when == Until(600, known=False)
    assert read_address("bob+size-10k@lab.test").when == Larger(10240)
    back = read_address("bob+async-qmail-5.2.2-in-10s@lab.test").comeback
    assert back is not None
    assert (back.system, back.code, back.seconds) == ("qmail", "5.2.2", 10)


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("grelist", r"\+grelist: did you mean \+greylist\?"),
        ("xyzzy", r"it knows \+5\.2\.2, .* and more \(saywhy lab words\)"),
        ("gmial-5.1.1", r"no system gmial: did you mean gmail\?"),
        ("async-standard-5.1.1", r"no system standard: "),
        ("5.2.2+full", r"does not know \+5\.2\.2\+full"),
        ("6.1.1", "does not know"),
        ("", "does not know"),
        ("x" * 10_000, "does not know"),
    ],
)
def test_what_is_no_word_is_told_what_may_be_written(word: str, advice: str) -> None:
    with pytest.raises(Unknown, match=advice) as told:
        read_address(f"bob+{word}@lab.test")
    assert all(len(line) <= 510 for line in refusal(str(told.value)).split("\n"))


ANN = Asked("ann@shop.example", "bob+x@lab.test", "127.0.0.1")


def test_the_first_are_refused_and_then_the_count_begins_anew() -> None:
    memory = Memory()
    assert [memory.applies(First(2), ANN, at) for at in range(6)] == [True, True, False, True, True, False]


def test_a_rate_counts_what_was_taken_lately_and_a_total_what_was_taken_ever() -> None:
    memory = Memory()
    assert [memory.applies(After(2, 60), ANN, at) for at in (0, 10, 20, 59.9, 60, 65, 70)] == [
        False, False, True, True, False, True, False,
    ]  # fmt: skip
    memory = Memory()
    assert [memory.applies(After(2, 0), ANN, at) for at in (0, 1, 2, 90_000)] == [False, False, True, True]


def test_a_delay_is_for_each_message_and_greylisting_learns() -> None:
    times = (0, 599, 600, 601, 1300)
    memory = Memory()
    assert [memory.applies(Until(600, False), ANN, at) for at in times] == [True, True, False, True, False]
    memory = Memory()
    assert [memory.applies(Until(600, True), ANN, at) for at in times] == [True, True, False, False, False]


def test_size_and_tls_need_no_memory() -> None:
    memory = Memory()
    asked = Asked("a@b.example", "c@lab.test", "127.0.0.1", size=10_241, tls=True)
    assert memory.applies(Larger(10_240), asked, 0)
    assert not memory.applies(Larger(10_241), asked, 0)
    assert not memory.applies(Plain(), asked, 0)
    assert memory.applies(Plain(), ANN, 0)


def test_senders_and_addresses_do_not_share_a_count_and_what_is_remembered_is_bounded() -> None:
    memory = Memory(kept=2)
    eve = Asked("eve@shop.example", "bob+x@lab.test", "127.0.0.1")
    assert memory.applies(First(1), ANN, 0)
    assert memory.applies(First(1), eve, 0)
    assert not memory.applies(First(1), ANN, 0)
    for number in range(100):
        memory.applies(First(1), Asked(f"{number}@shop.example", "bob+x@lab.test", "127.0.0.1"), 0)
    assert len(memory._past) == 2
