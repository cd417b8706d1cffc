"""A DNS server for tests and the demo: zones as plain data, over UDP and TCP on loopback."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence

# name -> type -> values: {"a.example": {"MX": ["10 mx.a.example"]}}
Zone = Mapping[str, Mapping[str, Sequence[str]]]


class Mood(enum.Enum):
    """How a name is answered when not with its records."""

    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    SILENT = "silent"  # no answer at all
    TRUNCATED = "truncated"  # over UDP only: ask again by TCP
    GARBAGE = "garbage"  # an answer that cannot be used


class FakeDns:
    """`async with FakeDns({...}) as dns: Resolver([dns.host], dns.port)`.  Changeable while it runs."""

    def __init__(self, zone: Zone | None = None, *, host: str = "127.0.0.1") -> None:
        self.host = host
        self.port = 0
        self.questions: Counter[tuple[str, str]] = Counter()  # (name, type) -> how often asked

    async def __aenter__(self) -> FakeDns:
        raise NotImplementedError

    async def __aexit__(self, *_exc: object) -> None:
        raise NotImplementedError

    def set(self, name: str, rtype: str, *values: str, ttl: int = 300) -> None:
        """Replace the records of a name and type; no value: none of that type (NODATA if the name has others)."""
        raise NotImplementedError

    def remove(self, name: str) -> None:
        """Forget a name: NXDOMAIN from now on."""
        raise NotImplementedError

    def misbehave(self, name: str, mood: Mood | None, rtype: str = "") -> None:
        """Answer questions about `name` (of type `rtype`; empty: every type) in this way; None: as usual."""
        raise NotImplementedError
