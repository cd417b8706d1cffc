"""Enhanced mail system status codes: class.subject.detail (RFC 3463, RFC 2034 section 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_STATUS = re.compile(r"([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True, order=True)
class Status:
    """One enhanced status code: `class_` is 2, 4 or 5, `subject` and `detail` are 0 to 999."""

    class_: int
    subject: int
    detail: int

    def __str__(self) -> str:
        return f"{self.class_}.{self.subject}.{self.detail}"

    @property
    def permanent(self) -> bool:
        return self.class_ == 5

    @property
    def transient(self) -> bool:
        return self.class_ == 4

    def with_class(self, class_: int) -> Status:
        return Status(class_, self.subject, self.detail)

    @staticmethod
    @lru_cache(maxsize=1024)
    def parse(text: str) -> Status:
        """`"5.1.1"` -> `Status(5, 1, 1)`; ValueError for anything else (no leading zeros, RFC 3463 section 2)."""
        found = _STATUS.fullmatch(text)
        if found is None:
            raise ValueError(
                f"{text!r} is not an enhanced status code: expected class.subject.detail, such as 5.1.1"
            )
        return Status(int(found[1]), int(found[2]), int(found[3]))

    @staticmethod
    def find(text: str) -> tuple[Status, str] | None:
        """The code that opens `text`, and what follows it, or None (RFC 2034 section 4)."""
        found = _STATUS.match(text)
        if found is None:
            return None
        rest = text[found.end() :]
        if rest and not rest[0].isspace():
            return None
        return Status(int(found[1]), int(found[2]), int(found[3])), rest.lstrip()
