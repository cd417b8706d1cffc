"""Received fields as hops (RFC 5321 section 4.4), read as far as they go: each server has its own dialect."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from saywhy.wire import date

_CLAUSES = frozenset({"from", "by", "via", "with", "id", "for"})
_MAX = 2000  # characters of a field looked at


@dataclass(frozen=True, slots=True)
class Hop:
    """One server's stamp.  Empty strings and 0.0 (no date) for what it does not say."""

    from_: str = ""
    by: str = ""
    with_: str = ""
    id: str = ""
    at: float = 0.0


def hop(body: str) -> Hop:
    """The unfolded body of one Received field -> what it says."""
    stamp, semicolon, moment = body[-_MAX:].rpartition(";")
    when = date.parse(moment) if semicolon else None
    clauses: dict[str, str] = {}
    words = _without_comments(stamp if semicolon else moment).split()
    for name, value in pairwise(words):
        if name.lower() in _CLAUSES:
            clauses.setdefault(name.lower(), value)
    return Hop(
        from_=clauses.get("from", ""),
        by=clauses.get("by", ""),
        with_=clauses.get("with", ""),
        id=clauses.get("id", ""),
        at=when[0] if when is not None else 0.0,
    )


def hops(bodies: Iterable[str]) -> list[Hop]:
    """Received fields as they stand in a message (latest first) -> hops in the order of the journey."""
    return [hop(body) for body in bodies][::-1]


def _without_comments(text: str) -> str:
    """Text with its (nested) comments taken out (RFC 5322 section 3.2.2)."""
    if "(" not in text:
        return text
    out: list[str] = []
    depth = 0
    for piece in re.split(r"([()])", text):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(depth - 1, 0)
        elif depth == 0:
            out.append(piece)
    return " ".join(out)
