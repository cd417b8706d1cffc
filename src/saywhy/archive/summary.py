"""What a pile of reports says as a whole: counts by what happened, why, where, when and by whose report.

Messages are counted by kind; recipients that failed or wait, by cause and the rest.  Of a sort no more than
MAX_NAMES are kept: those that come later go into one sum, `beyond`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MAX_NAMES = 100_000
UNKNOWN = "(unknown)"

BY = ("cause", "reason", "domain", "day", "system")  # of failed and delayed recipients
_TROUBLE = ("failed", "delayed")


@dataclass(slots=True)
class Summary:
    """`by` has a Counter for each of BY; `acts` counts whose move it is; `beyond` what MAX_NAMES cut off."""

    messages: int = 0
    errors: int = 0
    reports: int = 0
    recipients: int = 0
    hard: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in BY})
    beyond: Counter[str] = field(default_factory=Counter)

    def add(self, row: dict[str, Any]) -> None:
        self.messages += 1
        self.errors += row["error"] is not None
        self.reports += bool(row["is_report"])
        self.kinds[row["kind"]] += 1
        for one in row["recipients"]:
            self._recipient(row, one)

    def _recipient(self, row: dict[str, Any], one: dict[str, Any]) -> None:
        self.recipients += 1
        self.actions[one["action"] or "complained"] += 1
        if one["action"] not in _TROUBLE:
            return
        self.hard += bool(one["hard_bounce"])
        self.acts[one["act"]] += 1
        names = {
            "cause": one["cause"],
            "reason": one["reason"],
            "domain": domain_of(one["recipient"]),
            "day": day_of(row, one),
            "system": row["system"] or row["dialect"],
        }
        for name, value in names.items():
            self._count(name, value or UNKNOWN)

    def _count(self, name: str, value: str) -> None:
        counter = self.by[name]
        if value in counter or len(counter) < MAX_NAMES:
            counter[value] += 1
        else:
            self.beyond[name] += 1

    def as_dict(self, top: int | None = None) -> dict[str, Any]:
        """For scripts; `top` of each count, all days."""
        return {
            "messages": self.messages,
            "errors": self.errors,
            "reports": self.reports,
            "recipients": self.recipients,
            "hard_bounces": self.hard,
            "kinds": dict(self.kinds.most_common()),
            "actions": dict(self.actions.most_common()),
            "acts": dict(self.acts.most_common()),
            **{name: dict(self.most(name, top)) for name in BY},
            "not_named": dict(self.beyond),
        }

    def most(self, name: str, top: int | None = None) -> list[tuple[str, int]]:
        """The commonest first, equals by name; days in their order."""
        counter = self.by[name]
        if name == "day":
            return sorted(counter.items())
        return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:top]


def domain_of(address: str | None) -> str:
    """In lower case; empty for what has none."""
    return (address or "").rpartition("@")[2].lower().rstrip(".>") if "@" in (address or "") else ""


def day_of(row: dict[str, Any], one: dict[str, Any]) -> str:
    """When delivery was last tried, or the report came: the day in UTC; empty if neither is told."""
    return str(moment_of(row, one) or "")[:10]


def moment_of(row: dict[str, Any], one: dict[str, Any]) -> str | None:
    """ISO 8601 in UTC."""
    moment: str | None = one["last_attempt"] or row["arrival_date"] or row["original"]["date"]
    return moment
