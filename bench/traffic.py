"""Both ends of the traffic for a server under measurement: a generator and a sink, each in a process of its own.

The generator speaks in lockstep, as most clients do; the sink takes all mail or refuses every recipient, and
counts.  Used by `bench.profile_app`, which needs nothing but Python.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

CONTEXT = multiprocessing.get_context("fork")
SINK_EHLO = b"250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-DSN\r\n250 ENHANCEDSTATUSCODES\r\n"
HEADER = b"From: src@good.test\r\nTo: %s\r\nSubject: bench\r\nMessage-ID: <%d@client.test>\r\n\r\n"
LINE = b"0123456789012345678901234567890123456789012345678901234567890123456789\r\n"


@dataclass(frozen=True)
class Load:
    """`reuse`: one connection a session, else one a message.  `refused`: stop at RCPT."""

    port: int
    recipient: bytes = b"user@dest.test"
    size: int = 4096
    sessions: int = 20
    reuse: bool = False
    refused: bool = False


class Sink(asyncio.Protocol):
    """Looks at no more than it must; `took` hears of each message."""

    def __init__(self, took: Callable[[], None], refuse: bool) -> None:
        self._took = took
        self._refuse = refuse
        self._rest = b""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(b"220 sink.test ESMTP\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._rest += data
        said: list[bytes] = []
        while (end := self._rest.find(b"\r\n.\r\n" if self._in_data else b"\r\n")) >= 0:
            if self._in_data:
                self._rest = self._rest[end + 5 :]
                self._in_data = False
                self._took()
                said.append(b"250 2.0.0 Ok: queued\r\n")
            else:
                verb, self._rest = self._rest[:4].upper(), self._rest[end + 2 :]
                said.append(self._answer(verb))
        self._transport.write(b"".join(said))  # type: ignore[attr-defined]

    def _answer(self, verb: bytes) -> bytes:
        if verb == b"RCPT" and self._refuse:
            return b"550 5.1.1 <user@good.test>: Recipient address rejected: User unknown\r\n"
        if verb == b"DATA":
            if self._refuse:
                return b"554 5.5.1 Error: no valid recipients\r\n"
            self._in_data = True
            return b"354 End data with <CR><LF>.<CR><LF>\r\n"
        if verb == b"QUIT":
            return b"221 2.0.0 Bye\r\n"
        return SINK_EHLO if verb == b"EHLO" else b"250 2.1.0 Ok\r\n"


class Client(asyncio.Protocol):
    """One connection of the generator: says its lines one by one, each when the one before is answered."""

    def __init__(self, load: Load, next_message: Callable[[], int | None], done: asyncio.Event) -> None:
        self._load = load
        self._next = next_message
        self._done = done
        self._lines = [b"EHLO client.test\r\n"]
        self._served = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not data.endswith(b"\n") or data.rsplit(b"\r\n", 2)[-2][3:4] == b"-":
            return
        if not self._lines:
            number = self._next() if self._load.reuse or not self._served else None
            self._lines = [b"QUIT\r\n"] if number is None else self._script(number)
            self._served = True
        self._transport.write(self._lines.pop(0))  # type: ignore[attr-defined]

    def _script(self, number: int) -> list[bytes]:
        load = self._load
        lines = [b"MAIL FROM:<src@good.test>\r\n", b"RCPT TO:<%s>\r\n" % load.recipient]
        if load.refused:
            return [*lines, b"RSET\r\n"]
        header = HEADER % (load.recipient, number)
        return [*lines, b"DATA\r\n", header + LINE * ((load.size - len(header)) // len(LINE)) + b".\r\n"]

    def connection_lost(self, _exc: Exception | None) -> None:
        self._done.set()


async def _sink(refuse: bool, pipe: Connection) -> None:
    """Says its port, then answers each number sent to it when that many messages have come since the last."""
    counted = 0
    came = asyncio.Event()

    def took() -> None:
        nonlocal counted
        counted += 1
        came.set()

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(took, refuse), "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    while (wanted := await loop.run_in_executor(None, pipe.recv)) is not None:
        while counted < wanted:
            came.clear()
            await came.wait()
        counted -= wanted
        pipe.send(wanted)


async def _generate(pipe: Connection) -> None:
    loop = asyncio.get_running_loop()
    while (asked := await loop.run_in_executor(None, pipe.recv)) is not None:
        load, messages = asked
        numbers = iter(range(messages))
        left = messages

        def take() -> int | None:
            nonlocal left
            left -= 1
            return next(numbers, None)  # noqa: B023 - of this load

        async def session() -> None:
            while left > 0:  # noqa: B023 - of this load
                done = asyncio.Event()
                await loop.create_connection(lambda: Client(load, take, done), "127.0.0.1", load.port)  # noqa: B023
                await done.wait()

        await asyncio.gather(*(session() for _ in range(load.sessions)))
        pipe.send(messages)


class Process:
    """`target` in a child; `ask` sends it a value and waits for its answer."""

    def __init__(self, target: Callable[[Connection], object]) -> None:
        self.pipe, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=target, args=(theirs,), daemon=True)
        self._process.start()

    async def ask(self, value: object) -> object:
        self.pipe.send(value)
        return await asyncio.to_thread(self.pipe.recv)

    def stop(self) -> None:
        self.pipe.send(None)
        self._process.join()


def generator() -> Process:
    return Process(lambda pipe: asyncio.run(_generate(pipe)))


def sink(*, refuse: bool = False) -> tuple[Process, int]:
    """A sink and its port."""
    process = Process(lambda pipe: asyncio.run(_sink(refuse, pipe)))
    return process, process.pipe.recv()
