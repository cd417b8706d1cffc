"""Which part of a domain name is an organisation's: the public suffix list, by `publicsuffixlist` (extra `auth`).

The list is the one that came with the package: a newer package has a newer list.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache

from saywhy.wire.auth.dmarc import Organizational

WITHOUT = (
    "DMARC cannot be checked: the public suffix list is not installed, so that no domain's organisation is known. "
    "Install saywhy[auth], or set dmarc = off on the receive connectors."
)


class Suffixes:
    """The list, read when it is first needed; `tell` hears of it, once, when there is none."""

    def __init__(self, tell: Callable[[str], None] = lambda _text: None) -> None:
        self._tell = tell
        self._reading: asyncio.Task[Organizational | None] | None = None
        self._read: Organizational | None = None

    async def __call__(self) -> Organizational | None:
        if self._read is not None:
            return self._read
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._once())
        return await asyncio.shield(self._reading)

    async def _once(self) -> Organizational | None:
        self._read = await asyncio.to_thread(public_suffixes)
        if self._read is None:
            self._tell(WITHOUT)
        return self._read


def public_suffixes() -> Organizational | None:
    """None where the package is not installed.  Takes 50 ms."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None
    known = PublicSuffixList()

    @lru_cache(maxsize=4096)
    def organizational(domain: str) -> str:
        name = domain.lower().removesuffix(".")
        return known.privatesuffix(name) or name

    return organizational
