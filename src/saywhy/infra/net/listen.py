"""Listening sockets and the connections accepted on them: bytes in, bytes out, nothing of mail.

A `Listener` makes a handler for each connection through its factory and pumps bytes into it.  It knows three
more things: TLS (at once, or when the handler asks), silence (handlers are told when a client stays silent too
long, and a client that does not take the last words is cut off) and draining.
"""

from __future__ import annotations

import asyncio
import math
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, cast

from saywhy.infra.errors import TlsError
from saywhy.infra.net.tls import describe

HANDSHAKE_SECONDS = 60.0
LINGER_SECONDS = 30.0  # for a client to take what was written before we closed


class Handler(Protocol):
    """What speaks on a connection (flow/receive/session is one).

    `connected` comes once it may speak, with what implicit TLS agreed on; `lost` comes in any case, exactly once.
    """

    def connected(self, tls: str = "") -> None: ...

    def received(self, data: bytes) -> None: ...

    def eof(self) -> None: ...

    def lost(self) -> None: ...

    def timed_out(self, seconds: int) -> None: ...

    def stop(self) -> bool: ...

    @property
    def busy(self) -> bool: ...


class Factory(Protocol):
    """A handler for a new connection and its limits (seconds of silence, seconds in all), or None: hang up.

    Asked before any handshake, so that connections which never shake hands count as well.
    """

    def __call__(self, connection: Connection, ip: str) -> tuple[Handler, float, float] | None: ...


class Connection(asyncio.Protocol):
    """One accepted connection; the `Wire` that its handler writes to."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._handler: Handler | None = None
        self._encrypted = listener.implicit_tls
        self._shaking = False
        self._bare = False  # TLS must come, and its layer is not there yet
        self._early = b""  # what came meanwhile
        self._closed = math.inf  # when we closed it
        self._idle_limit = 0.0
        self._whole_limit = 0.0
        self._opened = 0.0
        self._last = 0.0
        self._pausing = 0

    # -- asyncio.Protocol --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._opened = self._last = self._listener.loop.time()
        self._listener.connections.add(self)
        try:
            self._begin()
        except BaseException:
            self.abort()  # with nobody to handle it, nobody would ever end it
            raise

    def data_received(self, data: bytes) -> None:
        self._last = self._listener.loop.time()
        if self._bare:  # uvloop reads before the handshake has begun
            self._early += data
        elif self._handler is not None:
            self._handler.received(data)

    def eof_received(self) -> bool:
        """True: a client that has said all it will may still get its answers (TLS has no such state)."""
        if self._handler is None or self._shaking:
            return False
        self._handler.eof()
        return not self._encrypted

    def connection_lost(self, _exc: Exception | None) -> None:
        self._listener.connections.discard(self)
        handler, self._handler = self._handler, None
        if handler is not None:
            handler.lost()

    def pause_writing(self) -> None:
        self.pause()

    def resume_writing(self) -> None:
        self.resume()

    # -- Wire --

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        # Closed twice and then aborted, a TLS transport of Python 3.11.2 raises.
        self._closed = min(self._closed, self._listener.loop.time())
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    def pause(self) -> None:
        self._pausing += 1
        if self._pausing == 1 and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        self._pausing -= 1
        if self._pausing == 0 and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    async def start_tls(self) -> str:
        self._encrypted = self._shaking = True
        try:
            transport = await self._shake_hands()
        except BaseException:
            self.abort()
            self.connection_lost(None)  # asyncio does not tell when the connection ends in the handshake
            raise
        self._shaking = False
        self._pausing = 0  # what was paused is the transport below, and it has gone on
        self._transport = transport
        return describe(transport.get_extra_info("ssl_object"))

    async def _shake_hands(self) -> asyncio.Transport:
        listener, transport = self._listener, self._transport
        if transport is None or listener.tls_context is None:
            raise TlsError("no certificate is loaded")
        upper = None
        if not transport.is_closing():  # asyncio would wait for ever
            self._bare = False
            if self._early:
                listener.loop.call_soon(listener.loop.call_soon, self._hand_up, transport)
            try:
                upper = await listener.loop.start_tls(
                    transport,
                    self,
                    listener.tls_context(),
                    server_side=True,
                    ssl_handshake_timeout=listener.patience,
                )
            except OSError as error:  # ssl.SSLError is one
                raise TlsError(f"TLS handshake failed: {str(error) or 'the client went away'}") from None
        if upper is None:
            raise TlsError("TLS handshake failed: the client went away")
        return upper

    def _hand_up(self, transport: asyncio.Transport) -> None:
        """Give the TLS layer, which has been put between us and `transport`, what it should have read itself."""
        if transport.get_protocol() is self:
            return  # it was taken away again
        layer = cast(asyncio.BufferedProtocol, transport.get_protocol())
        early, self._early = self._early, b""
        while early:
            buffer = memoryview(layer.get_buffer(len(early)))
            taken = min(len(buffer), len(early))
            buffer[:taken] = early[:taken]
            layer.buffer_updated(taken)
            early = early[taken:]

    # -- the listener's --

    def check_silence(self, now: float) -> None:
        handler = self._handler
        if now - self._closed > self._listener.linger:
            self.abort()
        if handler is None or self._shaking or self._closed < math.inf:
            return
        if handler.busy:
            self._last = now
        if now - self._last > self._idle_limit:
            handler.timed_out(int(self._idle_limit))
        elif now - self._opened > self._whole_limit:
            handler.timed_out(int(self._whole_limit))

    def stop(self) -> None:
        if self._shaking:
            self.abort()
        elif self._handler is None or self._handler.stop():
            self.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _begin(self) -> None:
        transport = self._transport
        peer = transport.get_extra_info("peername") if transport is not None else None
        made = self._listener.factory(self, peer[0]) if peer is not None else None
        if peer is None or made is None:
            self.close()
            return
        self._handler, self._idle_limit, self._whole_limit = made
        if self._listener.implicit_tls:
            self._shaking = self._bare = True
            self._listener.spawn(self._implicit_tls(self._handler, peer[0]))
        else:
            self._handler.connected()

    async def _implicit_tls(self, handler: Handler, ip: str) -> None:
        try:
            tls = await self.start_tls()
        except TlsError as error:
            self._listener.tls_failed(ip, str(error))
        else:
            handler.connected(tls)


class Listener:
    """A bound address.  `tls_context` is asked for each handshake, so that a new certificate serves at once."""

    def __init__(
        self,
        factory: Factory,
        *,
        implicit_tls: bool = False,
        tls_context: Callable[[], ssl.SSLContext] | None = None,
        tls_failed: Callable[[str, str], None] = lambda _ip, _why: None,
        sweep: float = 1.0,
        patience: float = HANDSHAKE_SECONDS,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self.factory = factory
        self.implicit_tls = implicit_tls
        self.tls_context = tls_context
        self.tls_failed = tls_failed
        self.patience = patience
        self.linger = linger
        self.connections: set[Connection] = set()
        self.loop = asyncio.get_running_loop()
        self._sweep = sweep
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, sock: socket.socket) -> None:
        """Accept on a bound socket."""
        self._servers.append(await self.loop.create_server(self.protocol, sock=sock, backlog=1024))
        if len(self._servers) == 1:
            self.spawn(self._watch())

    def protocol(self) -> Connection:
        return Connection(self)

    @property
    def addresses(self) -> list[tuple[str, int]]:
        return [s.getsockname()[:2] for server in self._servers for s in server.sockets]

    async def stop(self, grace: float) -> None:
        """Take no more connections; let transfers finish for `grace` seconds; then cut the rest off."""
        for server in self._servers:
            server.close()
        for connection in list(self.connections):
            connection.stop()
        end = self.loop.time() + grace
        while self.connections and self.loop.time() < end:
            await asyncio.sleep(min(0.05, grace))
            for connection in list(self.connections):
                connection.stop()
        for connection in list(self.connections):
            connection.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._sweep)
            self.sweep()

    def sweep(self) -> None:
        """Tell handlers whose client has been silent for too long; a fault with one is no other's affair."""
        now = self.loop.time()
        for connection in list(self.connections):
            try:
                connection.check_silence(now)
            except Exception as error:
                self.loop.call_exception_handler({"message": "a look at a connection failed", "exception": error})
                connection.abort()


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A listening TCP socket (not yet accepting); OSError when it cannot be had.

    `shared`: others of ours may be bound to the same port (SO_REUSEPORT), and the kernel deals out connections.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock
