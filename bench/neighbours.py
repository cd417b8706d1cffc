"""What bad neighbours cost the others: one destination that hangs, one that refuses slowly, one that answers 421.

    .venv/bin/python -m bench.neighbours [--seconds 10] [--rate 150] [--bad 10] [--backlog 300] [--many 1]

A server takes mail at a fixed rate for twelve healthy destinations: alone, then with `backlog` messages
queued for each of the bad kinds, then with `bad` more a second for each.  Printed for all three: the time from
250 to the arrival at the healthy hosts (median, 95th percentile), and the server's CPU for 1000 messages that it
accepted.  Wanted: the second percentile at most twice the first, the CPU at most 10 % more.  Generator and hosts
run in processes of their own, over loopback sockets; the clock is the machine's monotonic one.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.peer import DOMAIN, SETTINGS, free_port
from bench.traffic import Client, Load, Process, Sink
from saywhy.config.load import load_settings
from saywhy.infra.net.loop import new_event_loop
from saywhy.server.app import App

HEALTHY = 12
BAD = ("hangs", "slow", "closing")
SLOW_SECONDS = 3.0
CONNECTOR = """
[[send_connector]]
name = "{name}"
address_spaces = ["{name}.test"]
smart_hosts = ["[127.0.0.1]"]
port = {port}
networks = ["127.0.0.0/8"]
"""
TICKS = os.sysconf("SC_CLK_TCK")


# -- the hosts --


class Good(Sink):
    """Takes everything and notes when which message came: its number stands in the subject's place."""

    def __init__(self, came: dict[int, float]) -> None:
        super().__init__(lambda: None, False)
        self._came = came

    def data_received(self, data: bytes) -> None:
        at = data.find(b"Message-ID: <")
        if at >= 0:
            self._came[int(data[at + 13 : data.index(b"@", at)])] = time.monotonic()
        super().data_received(data)


class Hangs(Sink):
    """Greets, and says no more."""

    def __init__(self) -> None:
        super().__init__(lambda: None, False)

    def data_received(self, data: bytes) -> None:
        """Silence."""


class Slow(Sink):
    """Refuses every recipient for now, after a while."""

    def __init__(self) -> None:
        super().__init__(lambda: None, False)

    def data_received(self, data: bytes) -> None:
        if b"RCPT" in data.upper():
            refused = b"250 ok\r\n" * data.upper().count(b"MAIL") + b"450 4.2.0 try later\r\n"
            refused += b"503 no recipients\r\n" * data.upper().count(b"DATA")
            asyncio.get_running_loop().call_later(SLOW_SECONDS, self._transport.write, refused)  # type: ignore[attr-defined]
        else:
            super().data_received(data)


class Closing(asyncio.Protocol):
    """Has no time for anybody."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(b"421 4.3.2 too busy\r\n")  # type: ignore[attr-defined]
        transport.close()


async def _hosts(pipe: object) -> None:
    loop = asyncio.get_running_loop()
    came: dict[int, float] = {}
    makers: dict[str, Callable[[], asyncio.Protocol]] = {
        "good": lambda: Good(came),
        "hangs": Hangs,
        "slow": Slow,
        "closing": Closing,
    }
    servers = {name: await loop.create_server(make, "127.0.0.1", 0, backlog=1024) for name, make in makers.items()}
    pipe.send({name: server.sockets[0].getsockname()[1] for name, server in servers.items()})  # type: ignore[attr-defined]
    while (asked := await loop.run_in_executor(None, pipe.recv)) is not None:  # type: ignore[attr-defined]
        pipe.send({number: came[number] for number in asked if number in came})  # type: ignore[attr-defined]


# -- the generator --


class Sender(Client):
    """One connection for one message; notes when its 250 came."""

    def __init__(self, port: int, number: int, recipient: bytes, accepted: dict[int, float]) -> None:
        numbers = iter([number])
        super().__init__(Load(port, recipient), lambda: next(numbers, None), asyncio.Event())
        self._number = number
        self._accepted = accepted
        self._sent = False

    def data_received(self, data: bytes) -> None:
        if self._sent and data.startswith(b"250"):
            self._accepted.setdefault(self._number, time.monotonic())
            self._sent = False
        super().data_received(data)
        self._sent = self._sent or data.startswith(b"354")


Plan = list[tuple[float, int, bytes]]  # seconds after the start, number, recipient


async def _generate(pipe: object) -> None:
    loop = asyncio.get_running_loop()
    while (asked := await loop.run_in_executor(None, pipe.recv)) is not None:  # type: ignore[attr-defined]
        port, plan = asked
        accepted: dict[int, float] = {}
        start = loop.time()
        for at, number, recipient in plan:
            await asyncio.sleep(max(0.0, start + at - loop.time()))
            await loop.create_connection(
                functools.partial(Sender, port, number, recipient, accepted),
                "127.0.0.1",
                port,
            )
        async with asyncio.timeout(60):
            while len(accepted) < len(plan):
                await asyncio.sleep(0.05)
        pipe.send(accepted)  # type: ignore[attr-defined]


# -- the server --


def configure(folder: Path, port: int, ports: dict[str, int], many: int) -> Path:
    config = folder / "saywhy.toml"
    config.write_text(SETTINGS.format(port=port, user="", workers=1))
    names = {f"good{number}": ports["good"] for number in range(HEALTHY)}
    names |= {f"{name}{number}": ports[name] for name in BAD for number in range(many)}
    text = "".join(DOMAIN.format(name=f"{name}.test", type="external-relay") for name in names)
    text += '\n[[receive_connector]]\nname = "In"\nlisteners = ["smtp"]\nrelay_ranges = ["127.0.0.0/8"]\n'
    text += "max_connections_per_source = 5000\nmax_connections_per_source_percent = 100\n"
    text += "".join(CONNECTOR.format(name=name, port=to) for name, to in names.items())
    (folder / "organisation.toml").write_text(text)
    return config


async def _serve(config: Path, pipe: object) -> None:
    app = App(load_settings(config))
    await app.start()
    pipe.send(os.getpid())  # type: ignore[attr-defined]
    await asyncio.get_running_loop().run_in_executor(None, pipe.recv)  # type: ignore[attr-defined]


def serve(config: Path) -> Callable[[object], None]:
    def run(pipe: object) -> None:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve(config, pipe))

    return run


def cpu(pid: int) -> float:
    """Seconds that a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Bench:
    def __init__(
        self, options: argparse.Namespace, port: int, hosts: Process, generator: Process, pid: int
    ) -> None:
        self._options = options
        self._port = port
        self._hosts = hosts
        self._generator = generator
        self._pid = pid
        self._numbers = itertools.count(1)

    def plan(self, rate: float, names: list[str], seconds: float) -> Plan:
        count = int(rate * seconds)
        turn = itertools.cycle(names)
        return [(n / rate, next(self._numbers), f"user@{next(turn)}.test".encode()) for n in range(count)]

    async def phase(self, what: str, plan: Plan) -> tuple[float, float]:
        """95th percentile in milliseconds, CPU seconds for 1000 messages."""
        healthy = [number for _, number, recipient in plan if b"@good" in recipient]
        before = cpu(self._pid)
        accepted = await self._generator.ask((self._port, sorted(plan)))
        await asyncio.sleep(1.0)
        used = (cpu(self._pid) - before) * 1000 / len(plan)
        came = await self._hosts.ask(healthy)
        assert isinstance(accepted, dict)
        assert isinstance(came, dict)
        took = sorted(max(0.0, came[n] - accepted[n]) * 1000 for n in healthy if n in came)
        p95 = took[int(len(took) * 0.95)]
        print(
            f"{what:<9} {len(took)} of {len(healthy)} delivered, median {statistics.median(took):.1f} ms, "
            f"p95 {p95:.1f} ms, most {took[-1]:.0f} ms; {used:.2f} CPU s for 1000 of {len(plan)} messages",
            flush=True,
        )
        return p95, used

    async def run(self) -> None:
        options = self._options
        good = [f"good{number}" for number in range(HEALTHY)]
        await self.phase("warm", self.plan(options.rate, good, 3))
        bad = [f"{name}{number}" for name in BAD for number in range(options.many)]
        alone = [await self._healthy("alone", good) for _ in range(options.rounds)]
        await self._generator.ask((self._port, self.plan(200, bad, options.backlog * len(BAD) / 200)))
        waiting = [await self._healthy("waiting", good) for _ in range(options.rounds)]
        together = []
        for _ in range(options.rounds):
            plan = self.plan(options.rate, good, options.seconds)
            plan += self.plan(options.bad * len(BAD), bad, options.seconds)
            together.append(await self.phase("together", plan))
        for place, name in enumerate(("p95", "CPU")):
            medians = [statistics.median(row[place] for row in rows) for rows in (alone, waiting, together)]
            ratios = [later / medians[0] for later in medians[1:]]
            print(
                f"{name}: {medians[0]:.2f} alone, {medians[1]:.2f} while the bad ones' mail waits (ratio "
                f"{ratios[0]:.2f}), {medians[2]:.2f} while more comes (ratio {ratios[1]:.2f})"
            )

    async def _healthy(self, what: str, names: list[str]) -> tuple[float, float]:
        return await self.phase(what, self.plan(self._options.rate, names, self._options.seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=150, help="healthy messages a second")
    parser.add_argument("--bad", type=float, default=10, help="messages a second for each bad destination")
    parser.add_argument("--backlog", type=int, default=300, help="messages queued for each bad one before")
    parser.add_argument("--many", type=int, default=1, help="destinations of each bad kind")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    hosts = Process(lambda pipe: asyncio.run(_hosts(pipe)))
    ports = hosts.pipe.recv()
    generator = Process(lambda pipe: asyncio.run(_generate(pipe)))
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        server = Process(serve(configure(Path(name), port, ports, options.many)))
        pid = server.pipe.recv()
        try:
            asyncio.run(Bench(options, port, hosts, generator, pid).run())
        finally:
            for process in (server, hosts, generator):
                process.stop()


if __name__ == "__main__":
    main()
