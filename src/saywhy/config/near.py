"""What somebody may have meant: the nearest of the words that exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str:
    """The word most like `word`, or empty when none is like it."""
    found = difflib.get_close_matches(word.lower(), sorted(words), n=1, cutoff=0.7)
    return found[0] if found else ""


def suggestion(word: str, words: Iterable[str]) -> str:
    """`did you mean "x"?` or empty."""
    near = nearest(word, words)
    return f'did you mean "{near}"?' if near else ""
