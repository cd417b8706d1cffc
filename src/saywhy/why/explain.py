"""A Failure in the words of a reader: what happened, who must act, what to do (spec A0.6, A0.7)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.failure import Failure
from saywhy.why.entries import Act

__all__ = ["Act", "Explanation", "Reader", "explain"]


class Reader(enum.Enum):
    """For whom: the sender, the administrator of this server, the administrator of the other one."""

    SENDER = "sender"
    ADMIN = "admin"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`steps` are to be numbered; `facts` are label and value, in the order to show them."""

    title: str
    happened: str
    steps: tuple[str, ...]
    act: Act
    facts: tuple[tuple[str, str], ...] = ()


def explain(failure: Failure, reader: Reader, *, recipient: str = "") -> Explanation:
    """Never raises: a cause that the catalogue lacks gets a general explanation."""
    return Explanation(failure.text, failure.line(), (), Act.NOBODY)
