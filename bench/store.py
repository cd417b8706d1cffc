"""How much the SQLite store costs: N clients accept a message, then settle it, over and over.

    .venv/bin/python -m bench.store --clients 100 --seconds 5 --size 4096

`--burn` spends that many microseconds of the event loop's time at each accept and each settle, as the stages
of a real server do, so that the writer's thread has to ask for the interpreter lock.  `--switch` sets
sys.setswitchinterval, in seconds.  Prints messages a second, CPU microseconds a message (burnt time taken off)
and the time that a commit takes as its caller sees it.  `--depth` keeps that many messages waiting before the
first is settled, so that pages and files are freed and used again; `--periods` tells the rate and the files' sizes
in each of as many parts of the time, for a long run.
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
from collections import deque
from pathlib import Path

from saywhy.infra.store import rows
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


async def client(store: Store, content: bytes, until: float, options: argparse.Namespace, tally: Tally) -> None:
    waiting: deque[QueueId] = deque()
    depth = options.depth // options.clients
    while time.perf_counter() < until:
        waiting.append(store.next_id())
        changes = [accepted(waiting[-1], content)]
        if len(waiting) > depth:
            changes.append(settled(waiting.popleft()))
        for change in changes:
            spend(options.burn / 1e6, tally)
            began = time.perf_counter()
            await store.commit(change)
            tally.commits.append(time.perf_counter() - began)
        tally.messages += 1


async def watch(directory: Path, options: argparse.Namespace, tally: Tally) -> None:
    """A line for each period."""
    seconds, before = options.seconds / options.periods, 0
    for period in range(options.periods - 1):  # the last is told with the whole
        await asyncio.sleep(seconds)
        rate, before = (tally.messages - before) / seconds, tally.messages
        print(f"  period {period + 1}: {rate:.0f} msg/s, {sizes(directory)}", flush=True)


def sizes(directory: Path) -> str:
    """MiB of the database, its log and the contents in files."""
    found = {"database": 0, "log": 0, "files": 0}
    for path in directory.rglob("*"):
        if path.is_file():
            kind = "log" if path.name.endswith("-wal") else "files" if path.suffix == ".eml" else "database"
            found[kind] += path.stat().st_size
    return ", ".join(f"{kind} {octets / 2**20:.0f} MiB" for kind, octets in found.items())


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
    clients = (client(store, content, until, options, tally) for _ in range(options.clients))
    await asyncio.gather(watch(directory, options, tally), *clients)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu - tally.burnt
    print(f"  {sizes(directory)}")
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
    parser.add_argument("--files", action="store_true", help="each content in a file of its own")
    parser.add_argument("--depth", type=int, default=0, help="messages that wait")
    parser.add_argument("--periods", type=int, default=1)
    parser.add_argument("--burn", type=float, default=0.0)
    parser.add_argument("--switch", type=float, default=sys.getswitchinterval())
    parser.add_argument("--memory", action="store_true", help="the store in memory, for comparison")
    options = parser.parse_args()
    sys.setswitchinterval(options.switch)
    if options.files:
        rows.INLINE = 0  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(measure(options, Path(directory)))


if __name__ == "__main__":
    main()
