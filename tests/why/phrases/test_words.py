"""A diagnostic as plain words: names are cut out, and what is left can be found again in the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.why.phrases.words import MAX_TEXT, fold, locate, read_words


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<quota@dest.test>: User unknown", "user unknown"),
        ("see https://dest.test/help/spam/blocklist now", "see now"),
        ("/help/spam", ""),
        ("host spam.dest.test[192.0.2.1] said", "host said"),
        ("User unknown.Giving up on 192.0.2.1", "user unknown giving up on"),
        ("rejected...user unknown", "rejected user unknown"),
        ("<bob@dest.test>:blocked", "blocked"),
        ("mailto:full@dest.test is gone", "mailto is gone"),
        ("IP=192.0.2.254 - listed", "ip listed"),
        ("MAILBOX-FULL_NOW", "mailbox full now"),
        ("Bo\u00eete pleine; l\u2019adresse n'existe pas", "boite pleine l adresse n existe pas"),
        ("\u0130STANBUL", "istanbul"),
        ("Stra\u00dfe", "strase"),
        ("", ""),
    ],
)
def test_names_and_dress_are_taken_off(text: str, plain: str) -> None:
    assert read_words(text).text.strip() == plain


def test_what_was_cut_out_is_told() -> None:
    words = read_words("blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1")
    assert (words.url, words.block_list) == (True, "spamhaus.org")
    assert "zen.spamhaus.org" in words.hosts


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("550 5.1.1 <bob@dest.test>: User (really) unknown here", "user really unknown", "User (really) unknown"),
        ("user@dest.test: user unknown", "user unknown", "user unknown"),
        (
            "the quota of <bob@dest.test> was exceeded",
            "quota ... exceeded",
            "quota of <bob@dest.test> was exceeded",
        ),
        ("\u00dcBER die Quota", "uber die", "\u00dcBER die"),
        ("spammer spam", "spam", "spam"),
    ],
)
def test_the_words_that_decided_are_found_again_in_the_text(text: str, phrase: str, found: str) -> None:
    span = locate(text, phrase)
    assert span is not None
    assert text[slice(*span)] == found


@given(st.text(max_size=300), st.data())
def test_any_words_of_any_text_are_found_again(text: str, data: st.DataObject) -> None:
    words = read_words(text).text.split()
    if not words:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    phrase = " ".join(words[first : last + 1])
    span = locate(text, phrase)
    assert span is not None
    start, end = span
    assert 0 <= start < end <= len(text)
    assert fold(text[start]).strip() or not text[start].isascii()


@pytest.mark.parametrize(
    "text", ["<" * 10**6, "a." * 10**6, "@" * 10**6, "." * 10**6, "<a@" * 10**6, "\u0130" * 10**6]
)
def test_a_long_text_costs_no_more_than_its_beginning(text: str) -> None:
    begun = time.process_time()
    read_words(text)
    locate(text, "user unknown")
    assert time.process_time() - begun < 2
    assert len(read_words(text).text) <= 2 * MAX_TEXT + 2
