"""Prose in lines of at most WIDTH columns, also where a language writes no spaces.

East Asian characters take two columns, and a line may end after each of them; what closes a clause does not begin
a line, and what opens one does not end it.  A word that is longer than a line keeps one of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import east_asian_width

WIDTH = 75

_WIDE = re.compile("[\u1100-\uffff]")
_UNIT = re.compile(
    "[\u300a\u300c\u300e\u3010\uff08]*(?:[^\u2e80-\uffff]+|[\u2e80-\uffff])"
    "[\u3001\u3002\u300b\u300d\u300f\u3011\u30fc\u3063\u30c3\u3083\u3085\u3087\u30e3\u30e5\u30e7"
    "\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*"
)


@lru_cache(maxsize=512)  # reports about one cause say the same: an eighth of a report's time
def wrapped(prose: str, indent: str, first: str = "") -> tuple[str, ...]:
    """The lines; the first begins with `first`, the others with `indent`."""
    return tuple(_wrapped(prose, indent, first))


def _wrapped(prose: str, indent: str, first: str) -> Iterator[str]:
    if not prose:
        return
    line = first or indent
    used = start = columns(line)
    for space, word in _words(prose):
        width = columns(word)
        if used > start and used + len(space) + width > WIDTH:
            yield line
            line = indent
            used = start = columns(indent)
        glue = space if used > start else ""
        line += glue + word
        used += len(glue) + width
    yield line


def columns(text: str) -> int:
    """How wide the text is where every character has one column, or two if it is East Asian."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _words(prose: str) -> Iterator[tuple[str, str]]:
    """What a line may end behind, each with the space that stands before it."""
    for word in prose.split(" "):
        if word.isascii() or not _WIDE.search(word):
            yield " ", word
            continue
        space = " "
        for unit in _UNIT.findall(word):
            yield space, unit
            space = ""
