"""Transports in memory: two protocols joined without sockets, under any event loop (the jumping one too)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Name = tuple[str, int]


class MemoryTransport(asyncio.Transport):
    """One end.  `get_extra_info`: peername and sockname."""


def join(
    left: asyncio.BaseProtocol,
    right: asyncio.BaseProtocol,
    *,
    left_name: Name = ("127.0.0.1", 40001),
    right_name: Name = ("127.0.0.1", 25),
) -> tuple[MemoryTransport, MemoryTransport]:
    """Connect two protocols; `connection_made` has been called on both when it returns."""
    raise NotImplementedError


async def open_memory_connection(
    server: Callable[[], asyncio.BaseProtocol],
    *,
    client_name: Name = ("127.0.0.1", 40001),
    server_name: Name = ("127.0.0.1", 25),
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Like `asyncio.open_connection`, to a server protocol made by `server`."""
    raise NotImplementedError
