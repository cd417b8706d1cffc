"""A server that starts on a queue of a million messages: memory, time to the first delivery, and what lists cost.

    .venv/bin/python -m bench.million [--messages 1000000] [--hops 1000] [--due 0.2] [--size 500] [--folder DIR]

Builds the queue through the store's own API: `--due` of the recipients wait, untried, for a sink that takes them;
the rest were deferred, for `--hops` next hops and five causes, and are due in half an hour and later.  Then starts
the server, and asks it while it delivers.  With --folder it is built once; another run goes on with the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench import traffic
from bench.peer import free_port, prepare
from saywhy.infra.store.protocol import Change
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.queued import Headline, HopKind, Message, NewMessage, NextHop, Pending, QueueId
from saywhy.model.status import Status
from saywhy.operations.declaration import Result
from saywhy.server.control_client import call

SENDER = Address.parse("src@good.test")
ORIGIN = Origin("Default Frontend", "ESMTP", "127.0.0.1", "client.test", internal=True)
SINK = NextHop(HopKind.SMART_HOST, "[127.0.0.1]", "Rest")
CAUSES = ("connection-timeout", "connection-refused", "remote-mailbox-full", "greylisted", "dns-timeout")
CHUNK = 2000  # messages a Change
HUNG = 120.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--hops", type=int, default=1000)
    parser.add_argument("--due", type=float, default=0.2)
    parser.add_argument("--size", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.chmod(0o755)
        asyncio.run(run(options, folder))


async def run(options: argparse.Namespace, folder: Path) -> None:
    sink, port = traffic.sink()
    data, kept = folder / "saywhy" / "data", folder / "kept"
    if data.exists():
        data.rename(kept)
    config = prepare(folder, "relay", free_port(), port, port)
    with (config.parent / "organisation.toml").open("a") as file:
        file.write('[[send_connector]]\nname = "Internet"\naddress_spaces = ["*.slow.test"]\n')
    if kept.exists():
        kept.rename(data)
        for path in (data / "queue").glob("organisation.*"):
            path.unlink()  # the sink has another port
    else:
        await build(data / "queue", options)
    if os.geteuid() == 0:  # the server becomes nobody
        for path in (data, *data.rglob("*")):
            shutil.chown(path, "nobody")
    await measure(config, data, sink)


# -- the queue --


async def build(directory: Path, options: argparse.Namespace) -> None:
    began = time.perf_counter()
    store = await SqliteStore.open(directory, synchronous="OFF")
    content = b"From: <src@good.test>\r\nSubject: million\r\n\r\n" + b"x" * options.size + b"\r\n"
    for first in range(0, options.messages, CHUNK):
        numbers = range(first, min(first + CHUNK, options.messages))
        await store.commit(Change(add=[new(store.next_id(), number, content, options) for number in numbers]))
        if first % 100_000 == 0:
            print(f"\rbuilding: {first} messages", end="", file=sys.stderr, flush=True)
    await store.close()
    size = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    took = time.perf_counter() - began
    print(f"\rqueue of {options.messages} messages: {size >> 20} MiB, built in {took:.0f} s", flush=True)


def new(message: QueueId, number: int, content: bytes, options: argparse.Namespace) -> NewMessage:
    now = time.time()
    due = number % 1000 < options.due * 1000
    domain = "dest.test" if due else f"d{number % options.hops}.slow.test"
    recipient = Recipient(Address.parse(f"user{number}@{domain}"))
    value = Message(
        message,
        Envelope(SENDER, (recipient,)),
        ORIGIN,
        now - 3600,
        now + 172_800,
        len(content),
        Headline(f"<{number}@client.test>", "million", hops=1),
    )
    hop = SINK if due else NextHop(HopKind.DNS, domain, "Internet")
    pending = Pending(message, 0, recipient, recipient.address, hop, now - 3600)
    if not due:
        pending = deferred(pending, number, now)
    return NewMessage(value, content, (pending,))


def deferred(pending: Pending, number: int, now: float) -> Pending:
    cause = CAUSES[number % len(CAUSES)]
    evidence = Evidence(Stage.SEND, Step.CONNECT, queue=pending.hop.key, remote_host=f"mx.{pending.hop.domain}")
    failure = Failure(Status.parse("4.4.1"), 421, cause, "no answer", evidence, permanent=False, at=now - 600)
    return Pending(
        pending.message,
        0,
        pending.recipient,
        pending.address,
        pending.hop,
        now + 1800 + number % 7200,
        attempts=3,
        first_attempt=now - 3600,
        last_attempt=now - 600 + number % 500,
        failure=failure,
    )


# -- the server --


async def measure(config: Path, data: Path, sink: traffic.Process) -> None:
    began = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "saywhy", "serve", "--config", str(config)])
    try:
        await delivered(sink, server, 1)
        at = time.perf_counter()
        print(f"start to the first delivery: {time.perf_counter() - began:.2f} s")
        await ask(data, "while it delivers")
        await delivered(sink, server, 20_000)
        print(f"delivered 20,000 within {time.perf_counter() - at:.1f} s of the first")
        await ask(data, "later")
        for pid, name, peak in memory(server.pid):
            print(f"memory of {name} (process {pid}): peak {peak >> 10} MiB")
    finally:
        server.terminate()
        began = time.perf_counter()
        server.wait()
        print(f"stopped in {time.perf_counter() - began:.1f} s, status {server.returncode}")


async def delivered(sink: traffic.Process, server: subprocess.Popen[bytes], count: int) -> None:
    """So many messages more; the end of the program when the server has ended."""
    sink.pipe.send(count)
    until = time.monotonic() + HUNG
    while not sink.pipe.poll():
        if server.poll() is not None or time.monotonic() > until:
            sys.exit("the server delivers nothing")
        await asyncio.sleep(0.005)
    sink.pipe.recv()


async def ask(data: Path, when: str) -> None:
    questions: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("queue list", {"limit": 100_000}),
        ("queue show", {"queue": SINK.key, "limit": 100}),
        ("queue causes", {}),
        ("message list", {"limit": 100}),
        ("message list", {"limit": 100, "queue": "dns/d777.slow.test/Internet"}),
    )
    for operation, parameters in questions:
        took = []
        result = Result(())
        for _ in range(7):
            began = time.perf_counter()
            result = await asyncio.to_thread(call, data / "control.sock", operation, parameters)
            took.append((time.perf_counter() - began) * 1000)
        middle = sorted(took)[len(took) // 2]
        words = " ".join([operation, *map(str, parameters.values())])
        print(f"{words}, {when}: median {middle:.0f} ms, longest {max(took):.0f} ms, {len(result.rows)} rows")
        if operation == "queue list":
            print(f"  {sum(int(str(row['recipients'])) for row in result.rows)} recipients wait")


def memory(pid: int) -> Iterator[tuple[int, str, int]]:
    """Of a process and its children: pid, name and peak resident memory in KiB."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    yield pid, status["Name"].strip(), int(status["VmHWM"].split()[0])
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from memory(int(child))


if __name__ == "__main__":
    main()
