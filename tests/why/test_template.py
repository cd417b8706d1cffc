"""Sentences with placeholders: what was not seen leaves no hole, and what a stranger wrote stays harmless."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.why.template import FIELDS, MAX_VALUE, TemplateError, clean, compile_template


def fill(text: str, **values: str) -> str:
    return compile_template(text).fill(values)


def test_a_placeholder_takes_its_value_or_its_default() -> None:
    assert fill("Mail to {domain} waits.", domain="dest.test") == "Mail to dest.test waits."
    assert fill("Mail to {domain} waits.") == "Mail to the recipient's domain waits."


def test_an_optional_piece_goes_when_one_of_its_placeholders_was_not_seen() -> None:
    text = "Too large[: {observed}, the limit is {limit}]."
    assert fill(text, observed="39 MB", limit="36 MB") == "Too large: 39 MB, the limit is 36 MB."
    assert fill(text, observed="39 MB") == "Too large."


def test_doubled_brackets_are_brackets() -> None:
    assert fill("Write [[192.0.2.1]].") == "Write [192.0.2.1]."


def test_a_command_shows_what_to_put_where_nothing_was_seen() -> None:
    assert fill("Try `saywhy queue retry {queue}`.") == "Try `saywhy queue retry QUEUE`."


@pytest.mark.parametrize(
    "evil", ["a;rm -rf ~@dest.test", "$(reboot)@dest.test", "a'b@dest.test", "--all", "a`id`@x"]
)
def test_a_value_in_a_command_is_one_quoted_word(evil: str) -> None:
    said = fill("Try `saywhy recipient list --search {recipient}`.", recipient=evil)
    command = said.removeprefix("Try `").removesuffix("`.")
    assert shlex.split(command) == ["saywhy", "recipient", "list", "--search", evil]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a [b", "a [ has no ]"),
        ("a ] b", "a ] has no ["),
        ("a [b [{near}]]", "a [ stands inside [...]"),
        ("a [b] c", "an optional [...] without a placeholder would always stand"),
        ("a [] c", "an optional [...] without a placeholder would always stand"),
        ("{ a", "a brace stands alone"),
        ("{nobody}", "{nobody} is no placeholder"),
        ("{limit}", "{limit} has no default"),
        ("`a", "a backquote has no partner"),
    ],
)
def test_a_wrong_template_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_template(text)
    assert said in str(caught.value)


@given(st.text(), st.text())
def test_no_value_brings_control_characters_or_a_flood(value: str, other: str) -> None:
    said = fill("To {recipient}[ ({reply})].", recipient=value, reply=other)
    assert said.isprintable()
    assert len(said) <= 2 * MAX_VALUE + 20


@given(st.text(max_size=200))
def test_a_template_is_understood_or_refused(text: str) -> None:
    try:
        fields = compile_template(text).fields
    except TemplateError:
        return
    assert fields <= set(FIELDS)


def test_cleaning_says_where_it_cut() -> None:
    assert clean("x" * 1000) == "x" * (MAX_VALUE - 3) + "..."
    assert clean("a\x1b[31mb\r\n") == "a?[31mb??"
