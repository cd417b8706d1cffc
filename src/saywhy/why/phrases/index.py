"""Finding known words in a reply: one pass over its words, then look-ups (spec A5 step 4).

A reply is cut into plain words first: addresses, URLs, paths and host names are left out, because
`quota@dest.test` or `/help/spam` say nothing about the refusal (errata 49).  Phrases are indexed by their longest
word, so that a reply is compared with the few that it can contain; no search depends on how it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from saywhy.why.phrases.hosts import BLOCK_LISTS

MAX_TEXT = 2000  # characters of a reply that are read

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_EDGES = "\"'()[]{}<>,;:.!?*#-_="
_URL_PREFIX = ("http:", "https:", "www.")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`subject` and `detail` are the status without its class."""

    cause: str
    subject: int
    detail: int


@dataclass(frozen=True, slots=True)
class Words:
    """A reply as plain words: ` user unknown `; what was cut out of it is told by the flags."""

    text: str
    url: bool = False
    block_list: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of words.  `phrases` are separated by `;` and match whole words; ` ... ` is any gap."""

    cause: str
    subject: int
    detail: int
    phrases: str


def read_words(lines: Iterable[str]) -> Words:
    """Lower case, one space between words and at both ends; at most MAX_TEXT characters are looked at."""
    kept: list[str] = []
    dotted: list[str] = []
    url = False
    for token in " ".join(lines)[:MAX_TEXT].lower().split():
        if token.isalnum():
            kept.append(token)
        elif "@" in token or token[0] == "/" or (token[0] == "<" and ">" in token):
            continue
        elif "://" in token or token.startswith(_URL_PREFIX):
            url = True
            dotted.append(token)
        elif "." in token.strip(_EDGES):
            dotted.append(token)
        else:
            kept.append(token)
    text = _plain(" ".join(kept))
    if not dotted:
        return Words(text)
    return Words(text, url, _block_list(dotted), tuple(token.strip(_EDGES) for token in dotted))


def _plain(text: str) -> str:
    return f" {_NOT_WORD.sub(' ', text).strip()} "


def _block_list(tokens: Iterable[str]) -> str:
    """The block list whose host stands among the tokens, or an empty text."""
    for token in tokens:
        host = token.partition("://")[2] or token
        labels = host.strip(_EDGES).partition("/")[0].partition("?")[0].rstrip(_EDGES).split(".")
        name = ".".join(labels[-2:])
        if name in BLOCK_LISTS:
            return name
    return ""


class PhraseIndex:
    """The rows of a table, ready for look-up; the first row of the table that is found wins."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_word: dict[str, list[tuple[int, tuple[str, ...], str, Meaning]]] = {}
        rank = 0
        for row in rows:
            meaning = Meaning(row.cause, row.subject, row.detail)
            for phrase in row.phrases.split(";"):
                self._add(rank, " ".join(phrase.split()), meaning)
                rank += 1

    def _add(self, rank: int, phrase: str, meaning: Meaning) -> None:
        parts = tuple(_plain(part) for part in phrase.split(" ... "))
        key = max((word for part in parts for word in part.split()), key=len)
        self._by_word.setdefault(key, []).append((rank, parts, phrase, meaning))

    def find(self, text: str) -> tuple[str, Meaning] | None:
        """The phrase of the highest rank in `text` (from `read_words`), and what it means."""
        best: tuple[int, tuple[str, ...], str, Meaning] | None = None
        for word in set(text.split()):
            for entry in self._by_word.get(word, ()):
                if (best is None or entry[0] < best[0]) and _contains(text, entry[1]):
                    best = entry
        return None if best is None else (best[2], best[3])

    def meanings(self) -> set[Meaning]:
        return {entry[3] for entries in self._by_word.values() for entry in entries}


def _contains(text: str, parts: tuple[str, ...]) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part) - 1  # the space at its end may open the next part
    return True
