"""The demo's stage: the organisation worcester.example, its server, and the fake internet around it.

`Stage` starts all of it in one process; `send` submits a message the way a mail client does (587, STARTTLS, AUTH);
`report` waits for the non-delivery report in the sender's mailbox.  The server is the real one, with settings that
point at the laboratory's DNS and port: no line of it knows about the lab.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from saywhy.config.load import load_settings
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.maildir import Maildirs
from saywhy.infra.passwords import Passwords
from saywhy.lab.papers import settings_text, write_papers
from saywhy.lab.script import Script
from saywhy.lab.world import NETWORK, World
from saywhy.model.event import Event, Kind
from saywhy.server.app import App

SENDER = "guy@worcester.example"
PASSWORD = "a demo, not a secret"  # noqa: S105 - of a server that lives on loopback for a minute
HUNG = 60.0  # seconds without a report that mean something is broken


@dataclass(frozen=True, slots=True)
class Scene:
    """One message that cannot be delivered, and the report that must come back."""

    title: str
    recipient: str
    subject: str
    text: str
    status: str


SCENES = (
    Scene(
        "A colleague's address, mistyped: the mailbox does not exist on our server",
        "jethro@worcester.example",
        "Secret",
        "Meet me behind the cathedral at ten.",
        "5.1.1",
    ),
    Scene(
        "The other organisation's server refuses",
        "ronald@partner.example",
        "Offer",
        "Please find our offer attached.",
        "5.7.1",
    ),
    Scene(
        "A domain that does not exist",
        "sales@partnr.example",
        "Offer, second try",
        "Please find our offer attached.",
        "5.1.2",
    ),
)

WAITING = Scene(
    "A mailbox that is full for now: the message waits",
    "full@partner.example",
    "Offer, for your files",
    "Please find our offer attached.",
    "4.2.2",
)

ORGANISATION = """\
[[domain]]
name = "worcester.example"
default = true

[[mailbox]]
name = "guy"
display_name = "Guy"
addresses = ["guy@worcester.example"]

[[mailbox]]
name = "jetro"
display_name = "Jetro Tull"
addresses = ["jetro@worcester.example", "j.tull@worcester.example"]

[[user]]
name = "guy"
password = "{password}"
addresses = ["guy@worcester.example"]

[[receive_connector]]
name = "Default Frontend"
listeners = ["smtp"]

[[receive_connector]]
name = "Client"
listeners = ["submission"]
auth = ["PLAIN", "LOGIN"]
require_auth = true
recipient_lookup = false

[[send_connector]]
name = "Internet"
address_spaces = ["*"]
port = {port}
networks = ["{network}"]
source_ip = "127.0.0.1"
"""


class Tell:
    """A Sink that logs, and lets somebody wait for deliveries."""

    def __init__(self, log: JsonLines) -> None:
        self._log = log
        self.delivered: asyncio.Queue[Event] = asyncio.Queue()

    def emit(self, event: Event) -> None:
        self._log.emit(event)
        if event.kind is Kind.DELIVER:
            self.delivered.put_nowait(event)


class Stage:
    """`async with Stage(folder) as stage`: everything runs; all of it is gone afterwards but the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.world = World()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Stage:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        await self._stack.enter_async_context(self.world)
        self.world.host(
            "mail.partner.example",
            Script(
                rcpt={
                    "ronald@*": "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized",
                    "full@*": "452 4.2.2 Mailbox full, try again later",
                }
            ),
        )
        self.world.domain("partner.example", mx=["mail.partner.example"])
        passwords = Passwords()
        hashed = await passwords.hash(PASSWORD)
        passwords.close()
        self.config = write_papers(
            self.folder,
            settings_text(
                {"smtp": {}, "submission": {}},
                hostname="worcester.worcester.example",
                nameserver=self.world.dns_address,
                limits={"drain_grace": 2},
            ),
            ORGANISATION.format(password=hashed, port=self.world.port, network=NETWORK),
        )
        log = JsonLines(self.folder / "events.jsonl")
        self._stack.callback(log.close)
        self._tell = Tell(log)
        settings = load_settings(self.config)
        self.app = App(settings, sink=self._tell)
        await self.app.start()
        self._stack.push_async_callback(self.app.stop)
        self.maildirs = Maildirs(settings.mailboxes.path)

    async def send(self, scene: Scene) -> None:
        """Submit a scene's message as Guy's mail client does."""
        await asyncio.to_thread(self._submit, scene)

    def _submit(self, scene: Scene) -> None:
        message = EmailMessage()
        message["From"] = f"Guy <{SENDER}>"
        message["To"] = scene.recipient
        message["Subject"] = scene.subject
        message.set_content(scene.text)
        host, port = self.app.addresses["submission"][0]
        with smtplib.SMTP(host, port, local_hostname="pc7.worcester.example", timeout=HUNG) as client:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE  # the demo's certificate is a minute old and self-signed
            client.starttls(context=context)
            client.login("guy", PASSWORD)
            client.send_message(message, mail_options=["RET=FULL"])

    async def report(self) -> bytes:
        """The next message that arrives in Guy's mailbox; TimeoutError when none does."""
        async with asyncio.timeout(HUNG):
            while True:
                event = await self._tell.delivered.get()
                if event.recipient == SENDER:
                    return self._newest()

    def _newest(self) -> bytes:
        new = self.maildirs.path("guy") / "new"
        return max(new.iterdir(), key=lambda file: file.stat().st_mtime_ns).read_bytes()
