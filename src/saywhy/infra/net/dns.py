"""Questions to the DNS, for mail routing: MX, addresses, TXT."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence


class Resolver:
    """`nameservers` empty: those of the system.  `timeout` is seconds for one question in all."""

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        port: int = 53,
        timeout: float = 5.0,
        *,
        now: Callable[[], float] = time.monotonic,
        cache_size: int = 10_000,
    ) -> None:
        raise NotImplementedError

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        """(preference, host) by preference; host is an A-label name without final dot, "" for "." (RFC 7505)."""
        raise NotImplementedError

    async def addresses(self, name: str) -> list[str]:
        """The IPv4 and IPv6 addresses of `name`; an address or address literal is its own answer."""
        raise NotImplementedError

    async def txt(self, name: str) -> list[str]:
        raise NotImplementedError
