"""A remote MTA for tests and the demo: real SMTP on its own loopback address, misbehaving as its script says.

`FakeMta` is the host: the socket, what it has received, what it was asked.  What it says is in dialogue.py, how
it is told to misbehave in script.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import fnmatch
import socket
import ssl
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from saywhy.infra.net.selfsigned import make_pair
from saywhy.lab.dialogue import Asked, Dialogue, ReceivedMessage, Session
from saywhy.lab.script import Presence, Script, Step, TlsMode
from saywhy.lab.streams import MemoryTransport, join

__all__ = ["Asked", "FakeMta", "ReceivedMessage", "Session"]

MAX_LINE = 1024 * 1024
KEPT = 10_000  # messages and sessions
WEAK_BITS = 1024  # of RSA
CONNECTIONS = 1000  # at once; further ones are turned away
SYN_QUEUE = 4  # connections that fill a backlog of one and a little more

_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FakeMta:
    """A host at `ip`:`port` (0: a free one).  `async with`, or `start` and `stop`.

    `script` may be replaced at any time; running sessions follow it from their next command.
    """

    def __init__(
        self,
        name: str,
        script: Script = Script(),  # noqa: B008 - frozen
        *,
        ip: str = "127.77.0.1",
        port: int = 0,
        kept: int = KEPT,
    ) -> None:
        self.name = name
        self._kept = kept
        self.ip = ip
        self.port = port
        self.certified: tuple[str, ...] = (name,)  # the names in its certificate
        self.certificate = b""  # PEM, once it has spoken TLS or `tls_context` was called
        self.messages: list[ReceivedMessage] = []
        self.sessions: list[Session] = []
        self._script = script
        self._socket: socket.socket | None = None
        self._fillers: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._uses: Counter[str] = Counter()
        self._news = asyncio.Event()
        self._contexts: dict[bool, ssl.SSLContext] = {}

    def start(self) -> None:
        """Listen (at once: connections wait until the loop runs).  OSError when the address cannot be bound."""
        self._loop = asyncio.get_running_loop()
        self._appear()

    async def stop(self) -> None:
        """Cut every session and free the address."""
        self._vanish()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> FakeMta:
        self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    @property
    def script(self) -> Script:
        return self._script

    @script.setter
    def script(self, script: Script) -> None:
        moved = script.presence is not self._script.presence
        self._script = script
        self._uses.clear()
        if moved and self.port:
            self._vanish()
            self._appear()

    async def received(self, n: int = 1, within: float = 60.0) -> list[ReceivedMessage]:
        """Wait until `n` messages in all have arrived; TimeoutError after `within` seconds means 'hung'."""
        async with asyncio.timeout(within):
            while len(self.messages) < n:
                self._news.clear()
                await self._news.wait()
        return list(self.messages)

    def reached_by(self, client: asyncio.BaseProtocol, client_ip: str = "127.0.0.1") -> MemoryTransport:
        """Join a client's protocol to this host in memory, without a socket: for the jumping clock."""
        self._loop = asyncio.get_running_loop()
        protocol, spoken = self._protocol()
        transport, _ = join(client, protocol, left_name=(client_ip, 40001), right_name=(self.ip, self.port))
        self._spawn(self._talk(client_ip, *spoken[0]))
        return transport

    # -- for the dialogue --

    def uses(self, step: str) -> int:
        self._uses[step] += 1
        return self._uses[step] - 1

    def at_recipient(self, asked: Asked) -> tuple[str, Step]:
        script, recipient = self._script, asked.recipient.lower()
        pattern = next((p for p in script.rcpt if fnmatch.fnmatchcase(recipient, p.lower())), "")
        return f"rcpt {pattern}", script.rcpt.get(pattern, "")

    async def at_content(self, message: ReceivedMessage) -> tuple[str, Step]:  # noqa: ARG002
        return "content", self._script.content

    def deliver(self, message: ReceivedMessage) -> None:
        self.messages.append(message)
        del self.messages[: -self._kept]
        self._news.set()

    def tls_context(self) -> ssl.SSLContext:
        weak = self._script.tls is TlsMode.WEAK
        if weak not in self._contexts:
            self._contexts[weak], self.certificate = _self_signed_context(self.certified, weak=weak)
        return self._contexts[weak]

    # -- the socket --

    def _appear(self) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((self.ip, self.port))
            self.port = sock.getsockname()[1]
        except OSError:
            sock.close()
            raise
        sock.setblocking(False)
        self._socket = sock  # bound without listening: connections are refused and nobody else has the port
        match self._script.presence:
            case Presence.LISTENING:
                sock.listen(128)
                self._loop.add_reader(sock, self._accept)
            case Presence.DEAF:
                sock.listen(0)
                self._fillers = [_begin_connection(self.ip, self.port) for _ in range(SYN_QUEUE)]
            case Presence.REFUSING:
                pass

    def _vanish(self) -> None:
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        self._socket = None
        while self._fillers:
            self._fillers.pop().close()

    def _accept(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):  # gone again before it was accepted
            connection, peer = self._socket.accept()
            if len(self._tasks) < CONNECTIONS:
                self._spawn(self._serve(connection, peer[0]))
                return
            with connection:
                connection.send(b"421 4.3.2 Too many connections\r\n")

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket, client_ip: str) -> None:
        connection.setblocking(False)
        protocol, spoken = self._protocol()
        await self._loop.connect_accepted_socket(lambda: protocol, connection)
        await self._talk(client_ip, *spoken[0])

    def _protocol(self) -> tuple[asyncio.StreamReaderProtocol, list[_Streams]]:
        """A protocol with a callback is a server's: the writer that it makes shakes hands as a server."""
        spoken: list[_Streams] = []
        reader = asyncio.StreamReader(limit=MAX_LINE)
        return asyncio.StreamReaderProtocol(reader, lambda *streams: spoken.append(streams)), spoken

    async def _talk(self, client_ip: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(client_ip)
        self.sessions.append(session)
        del self.sessions[: -self._kept]
        try:
            await Dialogue(self, session, reader, writer).run()
            await writer.wait_closed()
        except OSError:
            pass
        finally:
            writer.transport.abort()


def _begin_connection(ip: str, port: int) -> socket.socket:
    """Half a connection, to fill the backlog of a host that never accepts: later SYNs are dropped (Linux)."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.connect_ex((ip, port))
    return sock


def _self_signed_context(names: tuple[str, ...], *, weak: bool) -> tuple[ssl.SSLContext, bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if weak:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL would not even load such a key
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pair.pem"
        certificate, key = make_pair(names, rsa_bits=WEAK_BITS if weak else 0)
        path.write_bytes(certificate + key)
        context.load_cert_chain(path)
    return context, certificate
