"""Transports in memory: two protocols joined without sockets, under any event loop (the jumping one too).

They keep to asyncio's contract: data arrives in callbacks of the loop, never from inside the peer's `write`; a
paused reader makes the writer's buffer fill and `pause_writing` be called; `close` delivers what was written,
then end-of-file; `abort` drops it and the peer sees a reset.  `loop.start_tls` works on them.  Not here: latency,
loss, and the half-closed connections that `write_eof` would make.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, cast

Name = tuple[str, int]

HIGH_WATER = 64 * 1024


class MemoryTransport(asyncio.Transport):
    """One end.  `get_extra_info`: peername and sockname."""

    _start_tls_compatible = True  # what loop.start_tls asks of a transport

    def __init__(self, protocol: asyncio.BaseProtocol, own: Name, peer: Name) -> None:
        super().__init__({"sockname": own, "peername": peer})
        self._loop = asyncio.get_running_loop()
        self._protocol = protocol
        self._peer: MemoryTransport | None = None
        self._outgoing: deque[bytes] = deque()  # written here, not yet received there
        self._size = 0
        self._high, self._low = HIGH_WATER, HIGH_WATER // 4
        self._reading = True
        self._writing_paused = False
        self._closing = False
        self._lost = False
        self._pump_due = False

    # -- writing --

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if self._closing or not data:
            return
        self._outgoing.append(bytes(data))
        self._size += len(data)
        if self._size > self._high and not self._writing_paused:
            self._writing_paused = True
            cast(asyncio.Protocol, self._protocol).pause_writing()
        self._schedule_pump()

    def can_write_eof(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return self._size

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._low, self._high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = HIGH_WATER if high is None else high
        self._low = self._high // 4 if low is None else low

    # -- reading --

    def is_reading(self) -> bool:
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True
        if self._peer is not None:
            self._peer._schedule_pump()

    # -- the rest of a transport --

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._schedule_pump()

    def abort(self) -> None:
        self._force_close(None)

    def _force_close(self, error: Exception | None) -> None:
        """Under this name asyncio's SSLProtocol calls it when a handshake fails."""
        self._outgoing.clear()
        self._size = 0
        self._lose(error)
        if self._peer is not None:
            self._peer._lose(ConnectionResetError("the peer aborted the connection"))

    # -- the machinery --

    def connect(self, peer: MemoryTransport) -> None:
        self._peer = peer
        self._protocol.connection_made(self)

    def _schedule_pump(self) -> None:
        if not self._pump_due and not self._lost:
            self._pump_due = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        """Hand one written piece to the peer; each piece is a callback of its own, as with a socket."""
        self._pump_due = False
        peer = self._peer
        if peer is None or self._lost:
            return
        if peer._lost and self._outgoing:
            self._lose(BrokenPipeError("the peer has closed the connection"))
        elif not (peer._reading or peer._closing):
            return
        elif self._outgoing and not peer._closing:
            self._hand_over(peer)
        elif self._closing:
            self._lose(None)
            peer._end_of_file()

    def _hand_over(self, peer: MemoryTransport) -> None:
        data = self._outgoing.popleft()
        self._size -= len(data)
        self._resume_writing()
        _feed(peer._protocol, data)
        self._schedule_pump()

    def _resume_writing(self) -> None:
        if self._writing_paused and self._size <= self._low:
            self._writing_paused = False
            cast(asyncio.Protocol, self._protocol).resume_writing()

    def _end_of_file(self) -> None:
        if self._lost:
            return
        keep_open = not self._closing and cast(asyncio.Protocol, self._protocol).eof_received()
        if not keep_open:
            self.close()

    def _lose(self, error: Exception | None) -> None:
        if not self._lost:
            self._lost = self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, error)


def _feed(protocol: asyncio.BaseProtocol, data: bytes) -> None:
    if not isinstance(protocol, asyncio.BufferedProtocol):
        cast(asyncio.Protocol, protocol).data_received(data)
        return
    while data:  # TLS over memory: asyncio's SSLProtocol is a BufferedProtocol
        buffer = protocol.get_buffer(len(data))
        taken = min(len(buffer), len(data))  # type: ignore[arg-type]
        memoryview(buffer)[:taken] = data[:taken]
        protocol.buffer_updated(taken)
        data = data[taken:]


def join(
    left: asyncio.BaseProtocol,
    right: asyncio.BaseProtocol,
    *,
    left_name: Name = ("127.0.0.1", 40001),
    right_name: Name = ("127.0.0.1", 25),
) -> tuple[MemoryTransport, MemoryTransport]:
    """Connect two protocols; `connection_made` has been called on both when it returns."""
    a = MemoryTransport(left, left_name, right_name)
    b = MemoryTransport(right, right_name, left_name)
    a.connect(b)
    b.connect(a)
    return a, b


async def open_memory_connection(
    server: Callable[[], asyncio.BaseProtocol],
    *,
    client_name: Name = ("127.0.0.1", 40001),
    server_name: Name = ("127.0.0.1", 25),
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Like `asyncio.open_connection`, to a server protocol made by `server`."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = join(protocol, server(), left_name=client_name, right_name=server_name)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
