"""Words that several operations use: times, counts, what waits and why."""

from __future__ import annotations

import time

from saywhy.config.units import format_duration
from saywhy.infra.store.protocol import QueueRow
from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.model.queued import NEVER, HopKind, Pending

NULL_PATH = "<>"


def count(number: int, noun: str) -> str:
    """`1 recipient`, `2 recipients`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def clock(at: float) -> str:
    """Epoch seconds -> `2026-11-23 14:03:05Z`; tables and logs are in UTC too."""
    return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(at))


def until(now: float, at: float) -> str:
    """`in 4 min`, `now`."""
    return f"in {_rough(at - now)}" if at > now + 0.5 else "now"


def since(now: float, at: float) -> str:
    """`2 h ago`, `just now`."""
    return f"{_rough(now - at)} ago" if now > at + 0.5 else "just now"


def _rough(seconds: float) -> str:
    for unit in (86400, 3600, 60):
        if seconds >= 2 * unit:
            return format_duration(round(seconds / unit) * unit)
    return f"{max(1, round(seconds))} s"


def sender(address: Address | None) -> str:
    return NULL_PATH if address is None else str(address)


def waiting(pending: Pending, now: float) -> str:
    """One recipient still owed: `waits for dns/partner.example; next attempt in 4 min (3 so far)`."""
    tried = f" ({pending.attempts} so far)" if pending.attempts else ""
    if pending.suspended_at:
        return f"is held back in {pending.hop.key} since {clock(pending.suspended_at)}{tried}"
    return f"waits for {pending.hop.key}; next attempt {until(now, pending.due)}{tried}"


def status(queue: QueueRow, suspended: bool, now: float) -> str:
    """Of a whole queue, as spec C1 has it."""
    if queue.kind is HopKind.HELD:
        return "held"
    if suspended or queue.next_due >= NEVER:
        return "suspended"
    return "retry" if queue.retrying and queue.next_due > now else "ready"


def next_attempt(pending: Pending) -> float:
    """Epoch seconds; 0 while it is held back."""
    return 0.0 if pending.due >= NEVER else pending.due


def last_error(failure: Failure | None) -> str:
    return failure.line() if failure else ""
