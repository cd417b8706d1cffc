"""Words for messages about what somebody wrote: the text made fit to print, and what they may have meant."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable


def shown(value: object) -> str:
    """A value as it may stand in a message: one line, printable, not too long."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    text = "".join(char if char.isprintable() else "?" for char in text[:200])
    return text if len(text) <= 80 else text[:77] + "..."


def nearest(word: str, words: Iterable[str]) -> str:
    """The word most like `word`, or empty when none is like it."""
    found = difflib.get_close_matches(word[:100].lower(), sorted(words), n=1, cutoff=0.7)
    return found[0] if found else ""


def suggestion(word: str, words: Iterable[str]) -> str:
    """`did you mean "x"?` or empty."""
    near = nearest(word, words)
    return f'did you mean "{near}"?' if near else ""


def one_line(text: str) -> bool:
    """No control characters, no line or paragraph ends, no half characters."""
    return text.isprintable() or not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)
