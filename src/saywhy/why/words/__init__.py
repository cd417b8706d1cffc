"""The sentences of a report's frame in the reader's language, by gettext.

English stands in the code: a msgid is the English sentence, so that a language without a catalogue, and a
sentence that a catalogue lacks, come out in English.  A language is a folder `catalogues/<language>/` with
`frame.mo` in it; region falls back to language, language to English (spec B6).  Leaves out: the explanations of
causes, which are data of why/causes.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

ENGLISH = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
MAX_TAG = 35  # characters of a language tag that is looked at (RFC 5646 section 4.4.1)


@dataclass(frozen=True, slots=True)
class Frame:
    """The sentences in one language: `language` is the one that was found, not the one that was asked for."""

    language: str
    translations: gettext.NullTranslations

    def say(self, sentence: str) -> str:
        return self.translations.gettext(sentence)

    def count(self, one: str, many: str, number: int) -> str:
        """The plural form for `number`; it stands in the sentence as `{number}`."""
        return self.translations.ngettext(one, many, number).format(number=number)

    @property
    def direction(self) -> str:
        """The value of HTML's `dir`."""
        return "rtl" if self.language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def mark(sentence: str) -> str:
    """Name a sentence of a table for the catalogues; it is translated where it is said."""
    return sentence


@lru_cache(maxsize=256)
def frame(language: str = ENGLISH) -> Frame:
    """The frame for a language tag such as `de-AT`; English for what is not there."""
    return frame_in(resources.files(__package__) / "catalogues", language)


def frame_in(catalogues: Traversable, language: str) -> Frame:
    """As `frame`, from a folder of catalogues of one's own."""
    for tag in _tags(language):
        file = catalogues / tag / "frame.mo"
        if file.is_file():
            with file.open("rb") as stream:
                return Frame(tag, gettext.GNUTranslations(stream))
    return Frame(ENGLISH, gettext.NullTranslations())


def _tags(language: str) -> Iterator[str]:
    """`de-AT` -> `de-AT`, `de`; nothing for what is no tag, since a tag becomes the name of a folder."""
    tag = language.split(",")[0].strip()
    while tag and len(tag) <= MAX_TAG and tag.isascii() and tag.replace("-", "").isalnum():
        yield tag
        tag = tag.rpartition("-")[0]
