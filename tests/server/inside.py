"""The real server in this process, on real sockets: `async with Inside(folder) as server`.

`Client` speaks to it an octet at a time or a megabyte at a time, well or badly.  Whatever is waited for is an
event or an answer; HUNG seconds without one mean that something is broken.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

import argon2

from saywhy.config.load import load_settings
from saywhy.flow.receive.services import Services
from saywhy.infra.maildir import Maildirs
from saywhy.infra.net.listen import Listener
from saywhy.infra.net.selfsigned import make_pair
from saywhy.lab.papers import settings_text, write_papers
from saywhy.model.event import Event, Kind
from saywhy.server.app import App

HUNG = 60.0
PASSWORD = "correct horse"

ORGANISATION = """\
[[domain]]
name = "worcester.example"
default = true

[[mailbox]]
name = "guy"
addresses = ["guy@worcester.example"]

[[user]]
name = "guy"
password = "{password}"
addresses = ["guy@worcester.example"]

[[receive_connector]]
name = "Default"
listeners = ["smtp"]
tarpit = 0
{default}

[[receive_connector]]
name = "Client"
listeners = ["submission", "submissions"]
auth = ["PLAIN", "LOGIN"]
require_auth = true
recipient_lookup = false
tarpit = 0
{client}

{more}
"""


class Watcher:
    """A Sink that remembers, and lets somebody wait."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def of(self, *kinds: Kind) -> list[Event]:
        return [event for event in self.events if event.kind in kinds]

    async def until(self, kind: Kind, count: int = 1) -> list[Event]:
        async with asyncio.timeout(HUNG):
            while len(found := self.of(kind)) < count:
                self._news.clear()
                await self._news.wait()
        return found


class Inside:
    """`default` and `client` are lines for the two connectors, `more` further organisation objects."""

    def __init__(
        self,
        folder: Path,
        *,
        default: str = "",
        client: str = "",
        more: str = "",
        dns_port: int = 9,
        grace: float = 5,
    ) -> None:
        self.folder = folder
        self.sink = Watcher()
        settings = settings_text(
            {"smtp": {}, "submission": {}, "submissions": {"tls": "implicit"}},
            nameserver=("127.0.0.1", dns_port),
            dns={"timeout": 5},
            limits={"drain_grace": grace, "max_in_flight_bytes": "1 MiB"},
        )
        organisation = ORGANISATION.format(password=hashed(), default=default, client=client, more=more)
        self.settings = load_settings(write_papers(folder, settings, organisation))
        self.app = App(self.settings, sink=self.sink, synchronous="OFF")
        self.maildirs = Maildirs(self.settings.mailboxes.path)
        self.clients: list[Client] = []

    async def __aenter__(self) -> Inside:
        certificate, key = _pair()
        self.settings.tls.key.parent.mkdir(parents=True, mode=0o700)
        self.settings.tls.key.write_bytes(key)
        self.settings.tls.certificate.write_bytes(certificate)
        await self.app.start()
        self.app.passwords._hasher = _cheap()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        for client in self.clients:
            client.cut()
        await self.app.stop()

    def listener(self, name: str = "smtp") -> Listener:
        return self.app.listeners[name]

    def services(self, name: str = "smtp") -> Services:
        services: Services = self.listener(name).factory._services  # type: ignore[attr-defined]
        return services

    @property
    def counted(self) -> int:
        """Connections counted in, over all connectors."""
        return sum(self.services().connections._all.values())

    @property
    def open(self) -> int:
        """Connections that listeners hold."""
        return sum(len(listener.connections) for listener in self.app.listeners.values())

    @property
    def in_flight(self) -> int:
        return self.services().in_flight.used

    async def connect(self, name: str = "smtp", *, tls: bool = False) -> Client:
        host, port = self.app.addresses[name][0]
        context = anything() if tls else None
        streams = await asyncio.open_connection(host, port, ssl=context, limit=1 << 24)
        client = Client(*streams)
        self.clients.append(client)
        return client

    async def greeted(self, name: str = "smtp") -> Client:
        client = await self.connect(name)
        assert (await client.reply()).startswith("220 ")
        await client.say("EHLO client.example")
        return client

    async def signed_in(self) -> Client:
        client = await self.greeted("submission")
        await client.starttls()
        await client.say("EHLO client.example")
        token = base64.b64encode(f"\0guy\0{PASSWORD}".encode()).decode()
        assert (await client.say(f"AUTH PLAIN {token}")).startswith("235")
        return client

    def mail(self, name: str = "guy") -> list[bytes]:
        new = self.maildirs.path(name) / "new"
        return [file.read_bytes() for file in sorted(new.iterdir())] if new.exists() else []


class Client:
    """One end of a connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> str:
        """The next reply, all its lines; empty at the end of the connection."""
        lines = []
        async with asyncio.timeout(HUNG):
            while True:
                line = (await self.reader.readline()).decode("ascii")
                lines.append(line)
                if line[3:4] != "-":
                    return "".join(lines)

    async def say(self, line: str) -> str:
        self.send(line.encode() + b"\r\n")
        return await self.reply()

    async def starttls(self) -> None:
        assert (await self.say("STARTTLS")).startswith("220 ")
        async with asyncio.timeout(HUNG):
            await self.writer.start_tls(anything())

    async def rest(self) -> bytes:
        """Whatever comes until the server ends the connection."""
        out = b""
        async with asyncio.timeout(HUNG):
            try:
                while data := await self.reader.read(1 << 16):
                    out += data
            except (ConnectionError, ssl.SSLError):
                pass
        return out

    def cut(self) -> None:
        self.writer.transport.abort()


def anything() -> ssl.SSLContext:
    """A client's context that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@lru_cache(maxsize=1)
def _pair() -> tuple[bytes, bytes]:
    return make_pair(["mail.worcester.example"])


@lru_cache(maxsize=1)
def hashed() -> str:
    return _cheap().hash(PASSWORD)


def _cheap() -> argon2.PasswordHasher:
    """How hard passwords are to guess is not what is tested here."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until `condition` holds: for what no event tells of."""
    async with asyncio.timeout(HUNG):
        while not condition():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def raw(address: tuple[str, int]) -> AsyncIterator[socket.socket]:
    """A plain non-blocking socket connected to `address`: for clients that read nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, address)
        yield sock
    finally:
        sock.close()
