"""How much the queue does at once and holds in memory.  Times of retry and expiry are the organisation's."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.units import DAY, MIB


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Limits of one process; each bounds memory or connections whatever the size of the queue."""

    max_attempts: int = 200  # transmissions under way at once, not counting
    max_slow_attempts: int = 800  # those that take longer than
    slow: float = 1.0  # seconds: they wait for somebody, which costs others nothing
    max_strangers: int = 100  # of the quick ones, to destinations that have not answered yet
    first_attempts: int = 5  # at once to one destination, until it has answered
    max_attempt_bytes: int = 256 * MIB  # their contents together; one is always let through
    mailbox_attempts: int = 20  # of them, into mailboxes
    window: int = 10_000  # recipients in memory, waiting their turn or being tried
    window_per_hop: int = 5_000  # of them, for one next hop
    content_bytes: int = 64 * MIB  # contents kept from arrival to the first attempt
    store_retry: float = 1.0  # seconds before a result that could not be written is tried again; doubles
    store_retry_limit: float = 30.0
    idle: float = 30.0  # the longest sleep before the store and the organisation are looked at again
    tracking_age: float = 30 * DAY  # seconds; tracking rows older than that are removed


DEFAULTS = QueueSettings()
