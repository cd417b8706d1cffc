"""The language in which the checks ask the DNS: a generator of Questions that is sent Answers."""

from __future__ import annotations

import enum
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

T = TypeVar("T")


class Missing(enum.Enum):
    """Why there are no records."""

    NODATA = "no such record"
    NXDOMAIN = "no such name"
    TROUBLE = "no answer"  # time-out, SERVFAIL, refused: says nothing about the name


@dataclass(frozen=True, slots=True)
class Question:
    """`type` is TXT, A, AAAA, MX or PTR; `name` has no final dot (and may be no name at all: then NXDOMAIN)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """TXT: the strings of each record joined.  MX: hosts by preference, "" for ".".  PTR: names without dot."""

    records: tuple[str, ...] = ()
    missing: Missing | None = None

    @property
    def void(self) -> bool:
        """An answer that has nothing (RFC 7208 section 4.6.4)."""
        return self.missing in (Missing.NODATA, Missing.NXDOMAIN)


Asking: TypeAlias = Generator[Question, Answer, T]
