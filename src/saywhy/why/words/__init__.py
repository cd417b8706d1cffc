"""A report's sentences, and what causes say to senders, in the reader's language, by gettext (spec B6).

English stands in the code and in why/causes: a msgid is the English sentence or paragraph, so a language without
a catalogue, and a paragraph that a catalogue lacks, come out in English.  A language is a folder named by its tag
with `LC_MESSAGES/saywhy.mo`, which tools/words.py compiles from the `.po` beside it.  Which language a reader gets
is `tags`' matter.  Leaves out: what administrators read, which is English.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from saywhy.why.words import tags

ENGLISH = tags.ENGLISH
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def mark(sentence: str) -> str:
    """Name a sentence of a table for the catalogues; it is translated where it is said."""
    return sentence


def mark_both(one: str, many: str) -> tuple[str, str]:
    """As `mark`, for what `Frame.count` says."""
    return one, many


NUMBER = mark("1,234.5")  # what stands between thousands and before decimals


@dataclass(frozen=True, slots=True)
class Frame:
    """The sentences in one language: `language` is the one that was found, not the one that was asked for."""

    language: str
    translations: gettext.NullTranslations

    def say(self, sentence: str) -> str:
        """The sentence in this language; gettext would answer an empty one with the catalogue's header."""
        return self.translations.gettext(sentence) if sentence else ""

    def count(self, one: str, many: str, number: int) -> str:
        """The plural form for `number`; it stands in the sentence as `{number}`."""
        return self.translations.ngettext(one, many, number).format(number=self.digits(number))

    def digits(self, number: float, decimals: int = 0) -> str:
        """`1,234.5` with this language's signs."""
        signs = self.say(NUMBER)
        english = f"{number:,.{decimals}f}"
        return english.translate({ord(","): signs[1], ord("."): signs[5]})

    @property
    def direction(self) -> str:
        """The value of HTML's `dir`."""
        return "rtl" if self.language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


IN_ENGLISH = Frame(ENGLISH, gettext.NullTranslations())


def frame(language: str = ENGLISH) -> Frame:
    """The frame for a tag such as `de-AT`, or the first of a list that is there; English for what is not."""
    return _chosen(language[: tags.MAX_LIST])


@lru_cache(maxsize=1024)
def _chosen(wanted: str) -> Frame:
    return _frame(tags.choose(wanted, languages()))


@lru_cache(maxsize=1024)
def suitable(wanted: str) -> tuple[str, ...]:
    """The tags, in lower case, under which another's text suits a reader; the last is that of `frame(wanted)`."""
    return tuple(tags.path(wanted[: tags.MAX_LIST], languages()))


@cache
def languages() -> Mapping[str, str]:
    """The languages that have a catalogue: lower case -> as the folder spells it."""
    return languages_in(_folder())


@cache
def _frame(language: str) -> Frame:
    return load(_folder(), language)


def _folder() -> Traversable:
    return resources.files(__package__)


def languages_in(folder: Traversable) -> Mapping[str, str]:
    return {entry.name.lower(): entry.name for entry in folder.iterdir() if _file(folder, entry.name).is_file()}


def load(folder: Traversable, language: str) -> Frame:
    """One of the languages of a folder of catalogues; English has none and needs none."""
    if language == ENGLISH:
        return IN_ENGLISH
    with _file(folder, language).open("rb") as stream:
        return Frame(language, gettext.GNUTranslations(stream))


def _file(folder: Traversable, language: str) -> Traversable:
    return folder / language / "LC_MESSAGES" / "saywhy.mo"
