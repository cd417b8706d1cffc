"""A session without sockets: commands in, replies out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from saywhy.flow.receive.asking import Names
from saywhy.flow.receive.limits import InFlight
from saywhy.flow.receive.services import Services
from saywhy.flow.receive.session import Session
from saywhy.flow.stages import Submission
from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.model.address import Address
from saywhy.model.event import Event
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure, Refused
from saywhy.model.organisation import AcceptedDomain, DomainType, Organisation, ReceiveConnector, SenderCheck, User
from saywhy.model.outcome import Failed
from saywhy.model.queued import QueueId
from saywhy.model.status import Status
from saywhy.wire.auth.lookups import Answer, Missing, Question

GUY = User("guy", "hash-of-secret", (Address("guy", "worcester.example"),))
ORGANISATION = Organisation(
    1,
    domains={
        "worcester.example": AcceptedDomain("worcester.example", default=True),
        "relay.example": AcceptedDomain("relay.example", DomainType.EXTERNAL_RELAY),
        "inner.example": AcceptedDomain("inner.example", DomainType.INTERNAL_RELAY),
    },
)
KNOWN = {"guy@worcester.example", "ann@worcester.example", "postmaster@worcester.example"}
OFF = SenderCheck.OFF
CONNECTOR = ReceiveConnector("Default", listeners=("smtp",), tarpit=0.0, spf=OFF, dkim=OFF, dmarc=OFF)
CLIENT = replace(CONNECTOR, name="Client", auth=("PLAIN", "LOGIN"), require_auth=True)


def failure(reply: int, status: str, cause: str, text: str) -> Failure:
    return Failure(Status.parse(status), reply, cause, text, Evidence(Stage.CATEGORIZE), permanent=reply >= 500)


def lookup(address: Address, *, internal: bool) -> Failed | None:
    known = address.key in KNOWN or address.domain_key == "inner.example"
    return None if known else Failed(failure(550, "5.1.1", "recipient-unknown", "User unknown"))


async def authenticate(name: str, password: str) -> User | None:
    await asyncio.sleep(0)
    return GUY if (name, password) == ("guy", "secret") else None


@dataclass
class Recorder:
    """Submit, Sink and Wire in one: what left the session, in every direction."""

    accepted: list[Submission] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    out: bytearray = field(default_factory=bytearray)
    closed: bool = False
    paused: bool = False
    refuse_with: Failure | None = None
    hold: asyncio.Event | None = None  # queueing waits for it
    before_reply: list[Callable[[], None]] = field(default_factory=list)

    async def submit(self, submission: Submission) -> None:
        if self.hold is not None:
            await self.hold.wait()
        if self.refuse_with is not None:
            raise Refused(self.refuse_with)
        self.accepted.append(submission)

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def write(self, data: bytes) -> None:
        self.out += data

    def close(self) -> None:
        self.closed = True

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    async def start_tls(self) -> str:
        await asyncio.sleep(0)
        return "TLSv1.3 TLS_AES_256_GCM_SHA384"


class FixedClock:
    def now(self) -> float:
        return 1_210_108_988.0  # Tue, 06 May 2008 21:23:08 UTC


MISSING = {DnsProblem.NXDOMAIN: Missing.NXDOMAIN, DnsProblem.NODATA: Missing.NODATA}


class Zone:
    """What the DNS says: (type, name) -> records or the trouble; anything else does not exist."""

    def __init__(self, records: dict[tuple[str, str], Any] | None = None) -> None:
        self._records = records or {}

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        return self._answer("MX", domain)

    async def addresses(self, name: str) -> list[str]:
        return self._answer("A/AAAA", name)

    async def look_up(self, question: Question) -> Answer:
        """Records of (type, name); an A/AAAA entry is for addresses() alone."""
        found = self._records.get((question.type, question.name), DnsProblem.NXDOMAIN)
        if isinstance(found, DnsProblem):
            return Answer(missing=MISSING.get(found, Missing.TROUBLE))
        return Answer(tuple(each[1] if isinstance(each, tuple) else each for each in found))

    def _answer(self, rtype: str, name: str) -> Any:
        found = self._records.get((rtype, name), DnsProblem.NXDOMAIN)
        if isinstance(found, DnsProblem):
            raise DnsError(name, rtype, found)
        return found


class Dialogue:
    """`await say("MAIL FROM:<a@b>")` -> the replies that came back."""

    def __init__(
        self,
        connector: ReceiveConnector = CONNECTOR,
        *,
        ip: str = "192.0.2.7",
        tls_available: bool = True,
        in_flight: int = 10_000_000,
        organisation: Organisation = ORGANISATION,
        names: Names | None = None,
    ) -> None:
        self.recorder = Recorder()
        self.full: set[str] = set()  # senders whose own mailbox is full
        numbers = count(1)
        self.services = Services(
            hostname="mail.worcester.example",
            organisation=lambda: organisation,
            lookup=lookup,
            authenticate=authenticate,
            submit=self.recorder.submit,
            next_id=lambda: QueueId(1, next(numbers)),
            clock=FixedClock(),
            sink=self.recorder,
            in_flight=InFlight(in_flight),
            names=names or Zone(),
            over_quota=self.over_quota,
        )
        self.session = Session(self.services, connector, self.recorder, ip, tls_available=tls_available)
        self.session.connected()
        self.greeting = self.take()

    async def over_quota(self, sender: Address) -> tuple[int, int] | None:
        return (2000, 1000) if str(sender) in self.full else None

    def take(self) -> str:
        text = self.recorder.out.decode()
        self.recorder.out.clear()
        return text

    async def settle(self) -> None:
        """Let whatever the session waits for happen."""
        for _ in range(50):
            await asyncio.sleep(0)

    async def send(self, data: bytes) -> str:
        self.session.received(data)
        await self.settle()
        return self.take()

    async def say(self, *lines: str) -> str:
        return await self.send("".join(f"{line}\r\n" for line in lines).encode())

    async def hello(self) -> str:
        return await self.say("EHLO client.example")

    async def sign_in(self, password: str = "secret") -> str:
        import base64

        await self.hello()
        await self.say("STARTTLS")
        await self.hello()
        token = base64.b64encode(f"\0guy\0{password}".encode()).decode()
        return await self.say(f"AUTH PLAIN {token}")
