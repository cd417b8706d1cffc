"""Which addresses not to write to again, and on what evidence.

Only what is about the address itself and is for good counts: a recipient that does not exist, or has gone.
What a reputation, a policy, a full mailbox, a limit or a fault of a server has done never does: it says nothing
about the person.  Who got mail later is not advised against.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from saywhy.archive.summary import moment_of
from saywhy.why import catalogue
from saywhy.why.entries import Act, Permanence, Scope

# KumoMTA's classes of causes that say the address is no good.  The others that are tied to a recipient
# (restricted, moderated, too large for that mailbox) are about the sender or the message.
_NO_GOOD = frozenset({"InvalidRecipient", "InactiveMailbox"})
_SURE = ("high", "medium")
_ARRIVED = ("delivered",)


@dataclass(slots=True)
class Advice:
    """Against one address: how often it failed so, when first and last; of the last time why, and its source."""

    address: str
    count: int
    first: str
    last: str
    cause: str
    status: str
    diagnostic: str
    source: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "count": self.count,
            "first": self.first or None,
            "last": self.last or None,
            "cause": self.cause,
            "status": self.status or None,
            "diagnostic": self.diagnostic or None,
            "source": self.source,
        }


COLUMNS = ("address", "count", "first", "last", "cause", "status", "diagnostic", "source")


class Suppression:
    """Collects; one entry an address, whatever the case of its letters."""

    def __init__(self, at_least: int = 1) -> None:
        self._at_least = at_least
        self._against: dict[str, Advice] = {}
        self._arrived: dict[str, str] = {}
        self.passed_over = 0  # failures that are no reason

    def add(self, row: dict[str, Any]) -> None:
        for one in row["recipients"]:
            address = one["recipient"] or ""
            if "@" not in address:
                continue
            if one["action"] in _ARRIVED:
                key, moment = address.casefold(), moment_of(row, one) or ""
                self._arrived[key] = max(moment, self._arrived.get(key, ""))
            elif one["action"] == "failed":
                self._failed(address, row, one)

    def advice(self) -> Iterator[Advice]:
        """In the order of addresses."""
        for key, advice in sorted(self._against.items()):
            arrived = self._arrived.get(key, "")
            if advice.count >= self._at_least and not (arrived and arrived > advice.last):
                yield advice

    def _failed(self, address: str, row: dict[str, Any], one: dict[str, Any]) -> None:
        if not is_reason(one):
            self.passed_over += 1
            return
        moment = moment_of(row, one) or ""
        known = self._against.get(address.casefold())
        if known is None:
            known = Advice(address, 0, moment, "", "", "", "", "")
            self._against[address.casefold()] = known
        known.count += 1
        known.first = min(filter(None, (known.first, moment)), default="")
        if moment >= known.last:
            known.last = moment
            known.cause, known.status = one["cause"], one["status"] or ""
            known.diagnostic, known.source = (one["diagnostic"] or "")[:500], str(row["source"])


def is_reason(one: dict[str, Any]) -> bool:
    """Whether this failure says that the address itself is no good, for good."""
    return (
        one["scope"] == Scope.RECIPIENT.value
        and one["permanence"] != Permanence.TRANSIENT.value
        and one["confidence"] in _SURE
        and not (one["status"] or "5").startswith("4")
        and _of_the_address(one["cause"])
    )


@cache
def _of_the_address(cause: str) -> bool:
    try:
        known = catalogue.cause(cause)
    except catalogue.Unknown:
        return False
    return known.scope is Scope.RECIPIENT and known.act is Act.SENDER and known.names.kumomta in _NO_GOOD
