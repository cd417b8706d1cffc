"""Finding phrases: the automaton and the index without a wheel give the same answer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saywhy.why.phrases import common
from saywhy.why.phrases.match import Automaton, Indexed
from saywhy.why.phrases.words import read_words

PHRASES = common.phrases().phrases
AUTOMATON, INDEXED = Automaton(PHRASES), Indexed(PHRASES)

# Texts of pieces of phrases, so that many phrases are found or just missed.
PIECES = st.sampled_from(sorted({word for phrase in PHRASES for word in phrase.split()}))
WHOLE = st.sampled_from(PHRASES)
TEXTS = st.lists(PIECES | WHOLE | st.text(max_size=12), max_size=30).map(" ".join)


@given(TEXTS)
def test_with_and_without_the_wheel_the_same_phrases_are_found(text: str) -> None:
    plain = read_words(text).text
    assert AUTOMATON.find(plain) == INDEXED.find(plain)


@given(WHOLE, TEXTS, TEXTS)
def test_a_phrase_is_found_wherever_it_stands(phrase: str, before: str, after: str) -> None:
    plain = read_words(f"{before} \n {phrase.replace(' ... ', ' of any kind ')} \n {after}").text
    assert PHRASES.index(phrase) in {PHRASES.index(PHRASES[number]) for number in INDEXED.find(plain)}


def test_a_phrase_matches_whole_words_only() -> None:
    assert Indexed(["spam"]).find(" nospam spammer ") == Automaton(["spam"]).find(" nospam spammer ") == []
    assert Indexed(["spam"]).find(" spam ") == Automaton(["spam"]).find(" spam ") == [0]


def test_the_parts_around_a_gap_must_stand_in_their_order() -> None:
    for kind in (Indexed, Automaton):
        found = kind(["quota ... exceeded"])
        assert found.find(" quota was exceeded ") == [0]
        assert found.find(" exceeded the quota ") == []
        assert found.find(" quota exceeded ") == [0]


def test_scripts_without_spaces_match_anywhere() -> None:
    for kind in (Indexed, Automaton):
        assert kind(["\u5bb9\u91cf"]).find(" \u90ae\u7bb1\u5bb9\u91cf\u8d85\u9650 ") == [0]
