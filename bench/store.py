"""How much the SQLite store costs: N clients accept a message, then settle it, over and over.

    .venv/bin/python -m bench.store --clients 100 --seconds 5 --size 4096

`--burn` spends that many microseconds of the event loop's time at each accept and each settle, as the stages
of a real server do, so that the writer's thread has to ask for the interpreter lock.  `--switch` sets
sys.setswitchinterval, in seconds.  Prints messages a second, CPU microseconds a message (burnt time taken off)
and the time that a commit takes as its caller sees it.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Change, Store
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.event import Event, Kind
from saywhy.model.queued import Headline, HopKind, Message, NewMessage, NextHop, Pending, QueueId

SENDER = Address.parse("sender@good.test")
RECIPIENT = Address.parse("recipient@dest.test")
HOP = NextHop(HopKind.DNS, "dest.test", "Internet")
ORIGIN = Origin("Client", "ESMTP", "127.0.0.1", "client.good.test", internal=True)


@dataclasses.dataclass
class Tally:
    messages: int = 0
    commits: list[float] = dataclasses.field(default_factory=list)
    burnt: float = 0.0


def accepted(message: QueueId, content: bytes) -> Change:
    now = time.time()
    recipient = Recipient(RECIPIENT)
    message_id = f"<{message}@good.test>"
    value = Message(
        id=message,
        envelope=Envelope(SENDER, (recipient,)),
        origin=ORIGIN,
        arrived=now,
        expires=now + 172_800,
        size=len(content),
        headline=Headline(message_id, "A subject of the usual length", "Tue, 06 May 2008 22:23:08 +0100", hops=1),
    )
    pending = Pending(message, 0, recipient, RECIPIENT, HOP, now)
    event = Event(Kind.RECEIVE, now, str(message), message_id, str(SENDER), str(RECIPIENT), data={"size": 4096})
    return Change(add=[NewMessage(value, content, (pending,))], events=[event])


def settled(message: QueueId) -> Change:
    message_id = f"<{message}@good.test>"
    event = Event(Kind.SEND, time.time(), str(message), message_id, str(SENDER), str(RECIPIENT), "2.0.0")
    return Change(settle=[(message, 0)], events=[event])


async def client(store: Store, content: bytes, until: float, burn: float, tally: Tally) -> None:
    while time.perf_counter() < until:
        message = store.next_id()
        for change in (accepted(message, content), settled(message)):
            spend(burn, tally)
            began = time.perf_counter()
            await store.commit(change)
            tally.commits.append(time.perf_counter() - began)
        tally.messages += 1


def spend(seconds: float, tally: Tally) -> None:
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass
    tally.burnt += time.thread_time() - began


async def measure(options: argparse.Namespace, directory: Path) -> None:
    store: Store = MemoryStore() if options.memory else await SqliteStore.open(directory)
    content = os.urandom(options.size)
    tally = Tally()
    began, cpu = time.perf_counter(), time.process_time()
    until = began + options.seconds
    burn = options.burn / 1e6
    await asyncio.gather(*(client(store, content, until, burn, tally) for _ in range(options.clients)))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu - tally.burnt
    await store.close()
    show(options, tally, took, cpu)


def show(options: argparse.Namespace, tally: Tally, took: float, cpu: float) -> None:
    commits = sorted(tally.commits)
    at = {share: commits[int(share * (len(commits) - 1))] * 1000 for share in (0.5, 0.95, 1.0)}
    print(
        f"{options.clients} clients, {options.size} octets, burn {options.burn} us: "
        f"{tally.messages / took:.0f} msg/s, {cpu / tally.messages * 1e6:.0f} us CPU/msg, "
        f"commit p50 {at[0.5]:.1f} p95 {at[0.95]:.1f} max {at[1.0]:.1f} ms, "
        f"RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--burn", type=float, default=0.0)
    parser.add_argument("--switch", type=float, default=sys.getswitchinterval())
    parser.add_argument("--memory", action="store_true", help="the store in memory, for comparison")
    options = parser.parse_args()
    sys.setswitchinterval(options.switch)
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(measure(options, Path(directory)))


if __name__ == "__main__":
    main()
