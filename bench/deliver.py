"""What one delivery costs: CPU microseconds a message, of this process alone.

    .venv/bin/python -m bench.deliver [--messages 5000] [--sessions 20] [--uvloop] [--profile] [relay|mailbox]

relay: 4 KiB messages over reused connections, hosts found for each, to a sink in another process that says yes to
everything.  mailbox: the same into Maildirs in a temporary folder (--folder to choose the file system).
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import multiprocessing
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from saywhy.flow.deliver.deliverer import Deliverer
from saywhy.flow.deliver.local import LocalDelivery
from saywhy.flow.deliver.smtp import SmtpDelivery
from saywhy.flow.route.hosts import HostFinder
from saywhy.flow.stages import Transmission
from saywhy.infra.maildir import Maildirs
from saywhy.model.address import Address
from saywhy.model.clock import SystemClock
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.event import NullSink
from saywhy.model.organisation import Organisation, SendConnector
from saywhy.model.outcome import Delivered, Relayed
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId

HEADER = b"From: src@good.test\r\nTo: user@dest.test\r\nSubject: bench\r\nMessage-ID: <1@client.test>\r\n\r\n"
CONTENT = HEADER + b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n" * 56
SINK_EHLO = b"250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES\r\n"


class Sink(asyncio.Protocol):
    """Takes all mail, looking at no more than it must."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._rest = b""
        self._in_data = False
        transport.write(b"220 sink.test ESMTP\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._rest += data
        said: list[bytes] = []
        while True:
            if self._in_data:
                end = self._rest.find(b"\r\n.\r\n")
                if end < 0:
                    break
                self._rest = self._rest[end + 5 :]
                self._in_data = False
                said.append(b"250 2.0.0 Ok: queued\r\n")
                continue
            line, found, rest = self._rest.partition(b"\r\n")
            if not found:
                break
            self._rest = rest
            said.append(self._answer(line[:4].upper()))
        self._transport.write(b"".join(said))  # type: ignore[attr-defined]

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"DATA":
            self._in_data = True
            return b"354 go\r\n"
        if verb == b"EHLO":
            return SINK_EHLO
        return b"250 2.1.0 Ok\r\n"


def serve_sink(ready: Connection) -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class OneZone:
    """A resolver that has every answer in memory, as a warm cache has."""

    async def mx(self, _domain: str) -> list[tuple[int, str]]:
        return [(10, "sink.test")]

    async def addresses(self, _name: str) -> list[str]:
        return ["127.0.0.1"]


def relay(port: int) -> SmtpDelivery:
    connector = SendConnector("Internet", port=port, networks=("127.0.0.0/8",))
    snapshot = Organisation(send_connectors={"internet": connector})
    hosts = HostFinder(OneZone(), lambda: snapshot, ("mail.good.test",), ("192.0.2.1",), SystemClock())
    return SmtpDelivery(hosts, lambda: snapshot, "mail.good.test", SystemClock())


def transmission(hop: NextHop) -> Transmission:
    recipient = Recipient(Address.parse("user@dest.test"))
    envelope = Envelope(Address.parse("src@good.test"), (recipient,))
    now = time.time()
    message = Message(QueueId(1, 1), envelope, Origin("Default"), now, now + 86400, len(CONTENT))
    pending = Pending(message.id, 0, recipient, recipient.address, hop, now, mailbox="user")
    return Transmission(message, CONTENT, hop, (pending,))


async def run(deliver: Deliverer, hop: NextHop, messages: int, sessions: int) -> None:
    left = messages

    async def session() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            (outcome,) = await deliver(transmission(hop))
            assert isinstance(outcome, Relayed | Delivered), outcome

    await asyncio.gather(*(session() for _ in range(sessions)))


async def measure(arguments: argparse.Namespace, port: int, folder: str) -> None:
    local = LocalDelivery(Maildirs(Path(folder)), SystemClock())
    remote = relay(port)
    deliver = Deliverer(local, remote, SystemClock(), NullSink())
    hop = NextHop(HopKind.MAILBOX)
    if arguments.what == "relay":
        hop = NextHop(HopKind.DNS, "dest.test", "Internet")
    await run(deliver, hop, 10 * arguments.sessions, arguments.sessions)  # warm
    profile = cProfile.Profile() if arguments.profile else None
    begun, cpu = time.perf_counter(), time.process_time()
    if profile is not None:
        profile.enable()
    await run(deliver, hop, arguments.messages, arguments.sessions)
    if profile is not None:
        profile.disable()
        profile.print_stats("tottime")
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    await remote.stop()
    await local.stop()
    rate = arguments.messages / seconds
    print(f"{arguments.what}: {cpu / arguments.messages * 1e6:.0f} us CPU a message, {rate:.0f} messages/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="relay", choices=["relay", "mailbox"])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    sink = multiprocessing.get_context("spawn").Process(target=serve_sink, args=(theirs,), daemon=True)
    sink.start()
    port = ours.recv()
    runner = asyncio.run
    if arguments.uvloop:
        import uvloop

        runner = uvloop.run
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        runner(measure(arguments, port, folder))
    sink.terminate()


if __name__ == "__main__":
    main()
