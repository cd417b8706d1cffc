"""Counts that sessions share: open connections per connector and source, and octets held in memory."""

from __future__ import annotations

from collections import Counter

from saywhy.model.organisation import ReceiveConnector


class Connections:
    """Open connections, in all and by source address, for each receive connector (spec F1)."""

    def __init__(self) -> None:
        self._all: Counter[str] = Counter()
        self._by_source: Counter[tuple[str, str]] = Counter()

    def enter(self, connector: ReceiveConnector, ip: str) -> bool:
        """Count one in; False, and nothing counted, when a limit of the connector stands in the way."""
        share = connector.max_connections * connector.max_connections_per_source_percent // 100
        per_source = min(connector.max_connections_per_source, max(share, 1))
        if self._all[connector.name] >= connector.max_connections:
            return False
        if self._by_source[connector.name, ip] >= per_source:
            return False
        self._all[connector.name] += 1
        self._by_source[connector.name, ip] += 1
        return True

    def leave(self, connector: ReceiveConnector, ip: str) -> None:
        self._all[connector.name] -= 1
        self._by_source[connector.name, ip] -= 1
        if self._by_source[connector.name, ip] <= 0:
            del self._by_source[connector.name, ip]


class Rates:
    """Messages of each client in the current minute, for `message_rate` of its receive connector."""

    def __init__(self) -> None:
        self._minute = 0
        self._counts: Counter[tuple[str, str]] = Counter()

    def allow(self, connector: ReceiveConnector, ip: str, now: float) -> bool:
        """Count one message in, and say whether it is within the limit."""
        if not connector.message_rate:
            return True
        minute = int(now // 60)
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        self._counts[connector.name, ip] += 1
        return self._counts[connector.name, ip] <= connector.message_rate


class InFlight:
    """Octets of messages that are in memory and not yet queued.  Above `limit`, MAIL is answered 452 4.3.1."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    @property
    def full(self) -> bool:
        return self.used > self.limit

    @property
    def overfull(self) -> bool:
        """Transfers that began below the limit may finish; at twice the limit they are cut off."""
        return self.used > 2 * self.limit
