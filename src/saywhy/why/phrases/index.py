"""Tables of phrases, and the look-up in all of them at once.

A table is a list of rows in order of precedence.  `Phrases.find` is told which tables count, in which order; the
first row of the first table that has one in the text wins.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from saywhy.why.phrases.match import Matcher, matcher


@dataclass(frozen=True, slots=True)
class Meaning:
    """`subject` and `detail` are the status without its class.

    `reason` is Sisimai's name for these words where it is another than for the cause.
    """

    cause: str
    subject: int
    detail: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of words.  `phrases` are separated by `;` and match whole words; ` ... ` is any gap."""

    cause: str
    subject: int
    detail: int
    phrases: str
    reason: str = ""

    @property
    def meaning(self) -> Meaning:
        return Meaning(self.cause, self.subject, self.detail, self.reason)

    def each(self) -> list[str]:
        return [plain for phrase in self.phrases.split(";") if (plain := " ".join(phrase.split()))]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase that stands in a text, the table that has it, and what it means."""

    table: str
    phrase: str
    meaning: Meaning


class Phrases:
    """All tables; their names are those that `find` is asked for."""

    def __init__(self, tables: Mapping[str, Sequence[Row]]) -> None:
        self._hits = [
            Hit(name, phrase, row.meaning)
            for name, rows in tables.items()
            for row in rows
            for phrase in row.each()
        ]
        names = [hit.table for hit in self._hits]
        self._spans = {
            name: (names.index(name), names.index(name) + names.count(name)) for name in dict.fromkeys(names)
        }
        self._matcher: Matcher = matcher([hit.phrase for hit in self._hits])
        self._numbers = lru_cache(maxsize=2048)(self._matcher.find)

    def find(self, text: str, tables: Sequence[str]) -> Hit | None:
        """`text` is from `words.read_words`."""
        numbers = self._numbers(text)
        if not numbers:
            return None
        for table in tables:
            first, end = self._spans.get(table, (0, 0))
            at = bisect_left(numbers, first)
            if at < len(numbers) and numbers[at] < end:
                return self._hits[numbers[at]]
        return None

    @property
    def phrases(self) -> list[str]:
        return [hit.phrase for hit in self._hits]
