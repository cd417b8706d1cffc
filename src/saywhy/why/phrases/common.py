"""The words in which servers of all makes refuse, in order of precedence: the first row that is found wins.

A row is cause, subject, detail, phrases; the class comes from the reply.  Exact sentences stand first; then what
names the sender's network or identity, because that often comes with a general sentence about the mailbox behind
it; words that mean something only when nothing better was said stand last.  Stock sentences that every refusal may
carry ("Requested action not taken: mailbox unavailable", "Service unavailable") are left out on purpose.
"""

from __future__ import annotations

from saywhy.why.phrases import hints, sentences, sessions
from saywhy.why.phrases.index import Row
from saywhy.why.phrases.tags import TAGS

__all__ = ["ROWS", "TAGS"]

ROWS: tuple[Row, ...] = (*sentences.ROWS, *sessions.ROWS, *hints.ROWS)
