"""All tables of words by name, and the order in which they are asked.

A row is cause, subject, detail, phrases; the class comes from the reply.  Exact sentences stand first; then what
names the sender's network or identity, because that often comes with a general sentence about the mailbox behind
it; words that mean something only when nothing better was said stand last.  Stock sentences that every refusal may
carry ("Requested action not taken: mailbox unavailable", "Service unavailable") are left out on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from saywhy.why.phrases import asian, european, hints, own, providers, sentences, sessions, vague
from saywhy.why.phrases.index import Phrases, Row
from saywhy.why.phrases.tags import LINKS, TAGS

__all__ = ["EXACT", "FRAME", "GUESSES", "LINKS", "OWN", "QUOTED", "ROWS", "TABLES", "TAGS", "THEIRS", "phrases"]

# What a remote server says; what a report quotes, where a guess is better than nothing; and what a sending server
# says of its own attempts.
THEIRS = ("sentences", "european", "asian", "sessions", "hints", "european hints", "asian hints")
QUOTED = (*THEIRS, "vague")
OWN = ("own", "sentences", "european", "asian", "own time", *QUOTED)
FRAME = (
    "own",
    "sentences",
    "european",
    "asian",
    "own time",
)  # what the frame around another's words may say itself
# Tables whose words are no more than a guess.
GUESSES = frozenset({"vague"})
# Tables whose words stand against a code that says otherwise.
EXACT = frozenset({"own", "own time", "sentences", "european", "asian", *providers.TABLES})

TABLES: Mapping[str, tuple[Row, ...]] = {
    "own": own.ROWS,
    "own time": own.TIME,
    "sentences": sentences.ROWS,
    "european": european.ROWS,
    "asian": asian.ROWS,
    "sessions": sessions.ROWS,
    "hints": hints.ROWS,
    "european hints": european.GENERAL,
    "asian hints": asian.GENERAL,
    "vague": vague.ROWS,
    **providers.TABLES,
}
ROWS: tuple[Row, ...] = tuple(row for name in THEIRS for row in TABLES[name])


@cache
def phrases() -> Phrases:
    """All tables, made ready when the first reply is read."""
    return Phrases(TABLES)
