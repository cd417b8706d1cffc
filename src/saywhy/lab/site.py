"""A whole server in this process, in a fake internet of its own: for scenarios and tests of the journey.

    async with Site() as site:
        site.world.host("mx.partner.example", Script(rcpt={"bob@*": "550 5.1.1 no such user"}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.send("ann@worcester.example", ["bob@partner.example"])
        [report] = await site.mail("ann")

Sockets, DNS packets and files are real; times are short by settings.  Nothing here sleeps to wait: every wait is
for an event of the server, with a limit that means 'hung'.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from saywhy.config.load import load_settings
from saywhy.config.snapshot import key_of, kind_of
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.maildir import Maildirs
from saywhy.infra.store.protocol import ObjectChange, TrackingFilter
from saywhy.lab.papers import settings_text, write_papers
from saywhy.lab.scenario import ANN
from saywhy.lab.world import NETWORK, World
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.organisation import OrganisationObject
from saywhy.model.record import dump
from saywhy.operations.declaration import Result
from saywhy.server.app import App
from saywhy.server.control_client import call

REMOVALS = 100  # tries
HUNG = 60.0  # seconds without the expected that mean something is broken
PASSWORD = "in a laboratory, no secret"  # noqa: S105
# Of PASSWORD, as cheap as argon2 goes: how hard it is to guess is not what a laboratory shows.
HASH = "$argon2id$v=19$m=8,t=1,p=1$3R6V3/5Lw0ZsTkez8hVG8A$v7gfzrK2aPKNLrpgAjYsxhIVynd5pVhkSmGU8ScoPyc"

LISTENERS = {"smtp": {}, "inside": {}, "submission": {}, "submissions": {"tls": "implicit"}}

ORGANISATION = """\
[[domain]]
name = "worcester.example"
default = true

[[mailbox]]
name = "ann"
display_name = "Ann"
addresses = ["ann@worcester.example"]

[[mailbox]]
name = "ben"
addresses = ["ben@worcester.example", "benjamin@worcester.example"]

[[user]]
name = "ann"
password = "{hash}"
addresses = ["ann@worcester.example"]

[[receive_connector]]
name = "Frontend"
listeners = ["smtp"]
tarpit = 0

[[receive_connector]]
name = "Inside"
listeners = ["inside"]
relay_ranges = ["127.0.0.0/8"]
recipient_lookup = false
tarpit = 0

[[receive_connector]]
name = "Client"
listeners = ["submission", "submissions"]
auth = ["PLAIN", "LOGIN"]
require_auth = true
recipient_lookup = false
tarpit = 0
"""

INTERNET = """
[[send_connector]]
name = "Internet"
port = {port}
networks = ["{network}"]
"""

SOON = """\
glitch_interval = 0.05
transient_interval = 0.05
steady_interval = 0.05
message_interval = 0.05
mailbox_interval = 0.05
retry_jitter = 0.0
"""


def _organisation(sender: str) -> str:
    """ORGANISATION, in which Ann's first address is `sender`."""
    made = ORGANISATION.format(hash=HASH)
    if sender == ANN:
        return made
    domain = sender.rpartition("@")[2]
    more = "" if domain.lower() == "worcester.example" else f"[[domain]]\nname = {json.dumps(domain)}\n\n"
    return more + made.replace(f'["{ANN}"]', json.dumps([sender, ANN]))


class Ear:
    """A Sink that remembers, passes on to the log, and wakes whoever waits for an event."""

    def __init__(self, log: Sink) -> None:
        self._log = log
        self._news = asyncio.Event()
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self._log.emit(event)
        self._news.set()

    async def more_than(self, number: int) -> None:
        await self.until(lambda: len(self.events) > number)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(HUNG):
            while not reached():
                self._news.clear()
                await self._news.wait()


class Unexpected(AssertionError):
    """The server said something else than the story needs."""


def _wanted(said: str, reply: str, code: str) -> str:
    if not reply.startswith(code):
        raise Unexpected(f"{said}: {code} was expected, and the reply is {reply}")
    return reply


class Client:
    """SMTP by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def reply(self) -> str:
        """A whole reply, its lines parted by newlines."""
        lines = []
        async with asyncio.timeout(HUNG):
            while True:
                line = (await self._reader.readuntil(b"\n")).decode().rstrip("\r\n")
                lines.append(line)
                if line[3:4] != "-":
                    return "\n".join(lines)

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def say(self, line: str) -> str:
        self._writer.write(line.encode() + b"\r\n")
        return await self.reply()

    async def expect(self, line: str, code: str) -> str:
        """The reply to `line`; Unexpected when it does not begin with `code`."""
        return _wanted(line, await self.say(line), code)

    async def content(self, content: bytes) -> str:
        """The content after a 354."""
        stuffed = content.replace(b"\r\n.", b"\r\n..")
        self._writer.write(stuffed + b".\r\n")
        return await self.reply()

    async def expect_content(self, content: bytes, code: str) -> str:
        return _wanted("the content", await self.content(content), code)

    async def start_tls(self) -> None:
        await self.expect("STARTTLS", "220")
        await self._writer.start_tls(anything())

    async def close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass


def anything() -> ssl.SSLContext:
    """A context that takes any certificate: that of a test is a minute old."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def letter(
    subject: str = "Secret", *, sender: str = "ann@worcester.example", body: str = "At ten.", message_id: str = ""
) -> bytes:
    """A small message with CRLF lines, ending in one."""
    named = f"Message-ID: {message_id}\r\n" if message_id else ""
    header = f"From: <{sender}>\r\nTo: somebody\r\nSubject: {subject}\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    return f"{header}{named}\r\n{body}\r\n".encode()


class Site:
    """worcester.example: its server and its world.  `organisation`, `transport` and `settings` are added TOML.

    `prepare` is called when the world stands and the server is not yet there.  `sender` is Ann's first address.
    """

    def __init__(
        self,
        *,
        organisation: str = "",
        transport: str = "",
        internet: bool = True,
        settings: str = "",
        drain_grace: float = 5,
        hostname: str = "mail.worcester.example",
        prepare: Callable[[Site], None] = lambda _site: None,
        sender: str = ANN,
    ) -> None:
        self.world = World()
        self._prepare = prepare
        self.folder = Path(tempfile.mkdtemp(prefix="sw"))  # short: a Unix socket's name has 107 octets at most
        self._organisation = organisation
        self._transport = transport
        self._internet = internet
        self._settings = settings
        self._grace = drain_grace
        self.sender = sender
        self._hostname = hostname
        self.running = False

    async def __aenter__(self) -> Site:
        await self.world.__aenter__()
        settings = settings_text(
            LISTENERS,
            hostname=self._hostname,
            nameserver=self.world.dns_address,
            limits={"drain_grace": self._grace},
        )
        internet = INTERNET.format(port=self.world.port, network=NETWORK) if self._internet else ""
        write_papers(
            self.folder,
            settings + self._settings,
            _organisation(self.sender) + internet + self._filled(self._organisation)
            + f"\n[transport]\n{SOON}{self._transport}",
        )  # fmt: skip
        try:
            self._prepare(self)
            await self.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    def _filled(self, organisation: str) -> str:
        return organisation.replace("{PORT}", str(self.world.port)).replace("{HASH}", HASH)

    async def __aexit__(self, *_exc: object) -> None:
        if self.running:
            await self.stop()
        await self.world.__aexit__()
        for _ in range(REMOVALS):  # a thread whose task was cancelled may still write a file
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                return
            await asyncio.sleep(0.05)

    async def start(self) -> None:
        """Called again after `stop` it is the same server, restarted; what it tells begins anew."""
        settings = load_settings(self.folder / "saywhy.toml")
        settings.server.data_dir.mkdir(exist_ok=True)
        self.control = settings.control.socket
        self.maildirs = Maildirs(settings.mailboxes.path)
        self._log_path = settings.server.data_dir / "events.jsonl"
        self._log = JsonLines(self._log_path)
        self.ear = Ear(self._log)
        self.app = App(settings, sink=self.ear, synchronous="OFF")
        await self.app.start()
        self.running = True

    async def stop(self) -> None:
        self.running = False
        await self.app.stop()
        self._log.close()

    # -- mail in --

    def address(self, listener: str) -> tuple[str, int]:
        return self.app.addresses[listener][0]

    async def client(self, listener: str = "inside", *, hello: str = "EHLO pc7.worcester.example") -> Client:
        """Greeted; on `submissions` under TLS.  Closed with the site at the latest."""
        tls = anything() if listener == "submissions" else None
        client = Client(*await asyncio.open_connection(*self.address(listener), ssl=tls))
        _wanted("the connection", await client.reply(), "220 ")
        await client.expect(hello, "250")
        return client

    async def send(
        self,
        sender: str,
        recipients: Sequence[str],
        content: bytes = b"",
        *,
        parameters: str = "",
        listener: str = "inside",
    ) -> str:
        """The queue id.  Recipients may have parameters: "bob@partner.example NOTIFY=SUCCESS"."""
        client = await self.client(listener)
        await client.expect(f"MAIL FROM:<{sender}> {parameters}".rstrip(), "250")
        for recipient in recipients:
            address, _, wishes = recipient.partition(" ")
            await client.expect(f"RCPT TO:<{address}> {wishes}".rstrip(), "250")
        await client.expect("DATA", "354")
        reply = _wanted("the content", await client.content(content or letter()), "250 2.0.0 Queued as ")
        await client.expect("QUIT", "221")
        await client.close()
        return reply.rpartition(" ")[2]

    # -- what came of it --

    async def event(self, kind: Kind, number: int = 1, **facts: str) -> Event:
        """Wait for the `number`th event of that kind with these fields or data."""
        await self.ear.until(lambda: len(self.found(kind, **facts)) >= number)
        return self.found(kind, **facts)[number - 1]

    def found(self, *kinds: Kind, **facts: str) -> list[Event]:
        """The events so far; all kinds when none is named."""
        return [event for event in self.ear.events if (not kinds or event.kind in kinds) and _has(event, facts)]

    async def quiet(self) -> None:
        """Wait until the queue is empty."""
        while True:
            seen = len(self.ear.events)
            if await self.app.store.count() == (0, 0):
                return
            await self.ear.more_than(seen)

    async def mail(self, mailbox: str, number: int = 1) -> list[bytes]:
        """Wait for `number` messages in all in a mailbox; oldest first."""
        await self.event(Kind.DELIVER, number, mailbox=mailbox)
        return self.lying(mailbox)

    def lying(self, mailbox: str) -> list[bytes]:
        new = self.maildirs.path(mailbox) / "new"
        files = sorted(new.iterdir(), key=lambda file: file.stat().st_mtime_ns) if new.exists() else []
        return [file.read_bytes() for file in files]

    async def tracking(self, message: str) -> list[Event]:
        return list(await self.app.store.tracking(TrackingFilter(message=message)))

    def log_lines(self) -> list[dict[str, Any]]:
        """What the log says; whole once the server has stopped."""
        return [json.loads(line) for line in self._log_path.read_text().splitlines()]

    # -- administration --

    async def ask(self, operation: str, **parameters: object) -> Result:
        """An operation through the control socket, as the command line does it."""
        return await asyncio.to_thread(call, self.control, operation, parameters)

    async def put(self, *objects: OrganisationObject) -> None:
        """Put objects past the rules for them: times in a test may be shorter than anybody should set."""
        await self._change(*(ObjectChange(kind_of(item), key_of(item), dump(item)) for item in objects))

    async def drop(self, kind: str, name: str) -> None:
        """Take an object away."""
        await self._change(ObjectChange(kind, name.lower(), None))

    async def _change(self, *changes: ObjectChange) -> None:
        organisation = self.app.organisation
        await organisation.change(organisation().revision, list(changes))


def _has(event: Event, facts: dict[str, str]) -> bool:
    return all(event.data.get(name, getattr(event, name, None)) == value for name, value in facts.items())
