"""Which of many phrases stand in a text: all of them in one pass.

`find` answers with the numbers of the phrases, by an automaton (Aho-Corasick, the wheel ahocorasick-rs of the
extra `fast`) where it is installed, else by `Indexed`, which compares a text only with the phrases whose rarest
word it has.  Both give the same answer; no search depends on how the text is written.

Phrases are folded as in `words` and match whole words; in scripts without spaces they match anywhere.  ` ... ` in
a phrase is any gap: its parts must stand in their order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from saywhy.why.phrases.words import fold

try:
    from ahocorasick_rs import AhoCorasick
except ImportError:  # the base install
    AhoCorasick = None  # type: ignore[assignment, misc]


class Matcher(Protocol):
    def find(self, text: str) -> list[int]:
        """The numbers of the phrases in a text of `words.read_words`, ascending."""


def matcher(phrases: Sequence[str]) -> Matcher:
    """The quickest there is."""
    return Indexed(phrases) if AhoCorasick is None else Automaton(phrases)


def parts_of(phrase: str) -> tuple[str, ...]:
    """The texts that must be found one after the other, with the spaces that make them whole words."""
    return tuple(_bounded(fold(part)) for part in phrase.split(" ... "))


def _bounded(part: str) -> str:
    return part if _has_no_spaces(part) else f" {part} "


def _has_no_spaces(part: str) -> bool:
    """Chinese, Japanese and Thai, whose words touch, and Korean, whose words end in particles."""
    return any(
        "\u3040" <= char <= "\u9fff" or "\u0e00" <= char <= "\u0e7f" or "\uac00" <= char <= "\ud7af"
        for char in part
    )


class Automaton:
    """Aho-Corasick; needs the extra `fast`."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._parts = [parts_of(phrase) for phrase in phrases]
        numbers: dict[str, list[int]] = {}
        for number, parts in enumerate(self._parts):
            numbers.setdefault(parts[0], []).append(number)
        self._numbers = list(numbers.values())
        self._automaton = AhoCorasick(list(numbers), store_patterns=False)

    def find(self, text: str) -> list[int]:
        numbers, all_parts = self._numbers, self._parts
        found = {found[0] for found in self._automaton.find_matches_as_indexes(text, overlapping=True)}
        if not found:
            return []
        return sorted(
            number
            for index in found
            for number in numbers[index]
            if len(parts := all_parts[number]) == 1 or in_order(text, parts)
        )


class Indexed:
    """The phrases by their rarest word: a text is compared with the few that it can contain."""

    def __init__(self, phrases: Sequence[str]) -> None:
        all_parts = [parts_of(phrase) for phrase in phrases]
        often = Counter(word for parts in all_parts for part in parts for word in part.split())
        self._by_word: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self._anywhere: list[tuple[int, tuple[str, ...]]] = []
        for number, parts in enumerate(all_parts):
            whole = [word for part in parts if part[0] == " " for word in part.split()]
            if whole:
                key = min(whole, key=lambda word: (often[word], -len(word)))
                self._by_word.setdefault(key, []).append((number, parts))
            else:
                self._anywhere.append((number, parts))

    def find(self, text: str) -> list[int]:
        by_word = self._by_word
        found = [
            number
            for word in by_word.keys() & text.split()
            for number, parts in by_word[word]
            if (parts[0] in text if len(parts) == 1 else in_order(text, parts))
        ]
        if not text.isascii():
            found += [number for number, parts in self._anywhere if in_order(text, parts)]
        return sorted(found)


def in_order(text: str, parts: tuple[str, ...]) -> bool:
    """Whether the parts stand one after the other; the space at the end of one may open the next."""
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += max(len(part) - (part[-1] == " "), 1)
    return True
