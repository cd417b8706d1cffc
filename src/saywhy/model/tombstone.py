"""What is left of a recipient that was removed: for the administrator who is asked where the mail has gone."""

from __future__ import annotations

import time
from dataclasses import dataclass

from saywhy.model.address import Address

MOST = 10_000  # that are kept; the oldest go first


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`name` and `kind` are the recipient's; `at` epoch seconds, `by` who removed it.  It takes no mail."""

    name: str
    kind: str
    addresses: tuple[Address, ...]
    at: float
    by: str = ""

    def __str__(self) -> str:
        """`mailbox anna, deleted 2026-11-25 16:10:05Z by root`."""
        by = f" by {self.by}" if self.by else ""
        return f"{self.kind} {self.name}, deleted {time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime(self.at))}{by}"
