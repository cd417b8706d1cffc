"""CPU cost of a session with our policy on top of the engine, without sockets and store: microseconds a message.

Run: python -m bench.receive
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count

from saywhy.flow.receive.limits import InFlight
from saywhy.flow.receive.services import Services
from saywhy.flow.receive.session import Session
from saywhy.flow.stages import Submission
from saywhy.infra.net.dns import Resolver
from saywhy.model.address import Address
from saywhy.model.clock import SystemClock
from saywhy.model.event import NullSink
from saywhy.model.organisation import AcceptedDomain, DomainType, Organisation, ReceiveConnector, User
from saywhy.model.outcome import Failed
from saywhy.model.queued import QueueId

HEADER = b"From: src@good.test\r\nTo: user@dest.test\r\nSubject: bench\r\nMessage-ID: <1@client.test>\r\n\r\n"
MESSAGE = HEADER + b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n" * 56 + b".\r\n"
STEPS = (
    b"EHLO client.test\r\n",
    b"MAIL FROM:<src@good.test>\r\n",
    b"RCPT TO:<user@dest.test>\r\n",
    b"DATA\r\n",
    MESSAGE,
    b"QUIT\r\n",
)


@dataclass
class NoWire:
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...

    async def start_tls(self) -> str:
        return ""


async def nobody(name: str, password: str) -> User | None:  # noqa: ARG001 - the stage's signature
    return None


async def done(submission: Submission) -> None:  # noqa: ARG001 - the stage's signature
    return


async def within(sender: Address) -> tuple[int, int] | None:  # noqa: ARG001 - the stage's signature
    return None


def known(address: Address, *, internal: bool) -> Failed | None:  # noqa: ARG001 - the stage's signature
    return None


async def measure(rounds: int) -> float:
    organisation = Organisation(1, {"dest.test": AcceptedDomain("dest.test", DomainType.EXTERNAL_RELAY)})
    numbers = count(1)
    services = Services(
        "peer.test", lambda: organisation, known, nobody, done, lambda: QueueId(1, next(numbers)), SystemClock(),
        NullSink(), InFlight(1 << 30), Resolver(()), within,
    )  # fmt: skip
    connector = ReceiveConnector("Default", ("smtp",), relay_ranges=("127.0.0.0/8",))
    began = time.process_time()
    for _ in range(rounds):
        session = Session(services, connector, NoWire(), "127.0.0.1", tls_available=False)
        session.connected()
        for step in STEPS:
            session.received(step)
            while session.busy:
                await asyncio.sleep(0)
    return (time.process_time() - began) / rounds * 1e6


if __name__ == "__main__":
    best = min(asyncio.run(measure(2000)) for _ in range(5))
    print(f"session with policy, 4 KiB message: {best:.0f} us")
