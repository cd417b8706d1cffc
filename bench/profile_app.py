"""Where a whole server's CPU goes: microseconds a message, by thread and by stage, and by function with --profile.

    .venv/bin/python -m bench.profile_app [queue|relay|bounce|refuse ...] [--messages 3000] [--sessions 20]
        [--reuse] [--size 4096] [--rounds 3] [--profile] [--folder DIR] [--switch SECONDS]

queue: accepted, nothing delivered.  relay: to a sink.  bounce: refused there, a report to another sink.  refuse:
unknown recipients, at RCPT.  After the rounds comes a table of the stages (`bench.stages`), beside the budget of
300 us a message and stage.  The generator and the sinks run in processes of their own and are not counted; the
configuration is that of `bench/peer`.  --profile slows everything down: use its shares, not its sums.  Ends with
the resident memory, so that a long run (--messages 20000) shows whether it grows.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import os
import pstats
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench import stages, traffic
from bench.peer import free_port, prepare
from saywhy.config.load import load_settings
from saywhy.infra.net.loop import new_event_loop
from saywhy.server.app import App

MODES = {"queue": "hold", "relay": "relay", "bounce": "bounce", "refuse": "reject"}
ROOT = str(Path(__file__).resolve().parent.parent / "src" / "saywhy")


def resident() -> int:
    """MiB in use now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


class Bench:
    """One server, a generator and the sinks that its mode needs."""

    def __init__(self, mode: str, options: argparse.Namespace, folder: Path) -> None:
        self._mode = mode
        self._options = options
        self._generator = traffic.generator()
        self._sink, port = traffic.sink()
        self._refusing, refusing = traffic.sink(refuse=True)
        where = {"relay": (port, port), "bounce": (refusing, port)}.get(mode, (9, 9))
        recipient = b"nobody@dest.test" if mode == "refuse" else b"user@dest.test"
        self._load = traffic.Load(
            free_port(), recipient, options.size, options.sessions, options.reuse, mode == "refuse"
        )
        config = prepare(folder, MODES[mode], self._load.port, *where)
        self._app = App(load_settings(config))

    async def run(self) -> None:
        await self._app.start()
        await self._traffic(self._options.sessions * 5)  # warm
        for _ in range(self._options.rounds):
            await self._round()
        if not self._options.profile:
            await self._stages()
        await self._app.stop()

    def stop(self) -> None:
        for process in (self._generator, self._sink, self._refusing):
            process.stop()

    async def _round(self) -> None:
        messages = self._options.messages
        profile = cProfile.Profile() if self._options.profile else None
        began, cpu, loop = time.perf_counter(), used(resource.RUSAGE_SELF), used(resource.RUSAGE_THREAD)
        if profile:
            profile.enable()
        await self._traffic(messages)
        if profile:
            profile.disable()
        took = time.perf_counter() - began
        scale = 1e6 / messages
        whole = (used(resource.RUSAGE_SELF).both - cpu.both) * scale
        after = used(resource.RUSAGE_THREAD)
        user, system = (after.user - loop.user) * scale, (after.system - loop.system) * scale
        print(
            f"{self._mode}: {messages / took:.0f} msg/s, {whole:.0f} us CPU/msg (event loop {user:.0f} and "
            f"{system:.0f} in the kernel; other threads {whole - user - system:.0f}), {resident()} MiB resident",
            flush=True,
        )
        if profile:
            show(profile, scale)

    async def _stages(self) -> None:
        """One more round, sampled."""
        messages = self._options.messages
        sampled, before = stages.Stages(), stages.threads()
        sampled.start()
        await self._traffic(messages)
        sampled.stop()
        scale = 1e6 / messages
        used = {name: (seconds - before.get(name, 0.0)) * scale for name, seconds in stages.threads().items()}
        for name, share in sampled.table(used.pop("MainThread")):
            print(f"  {name:<34}{share:8.0f} us", flush=True)
        for name, spent in sorted(used.items(), key=lambda pair: -pair[1]):
            if spent >= 1:
                print(f"  {'thread ' + name:<34}{spent:8.0f} us", flush=True)

    async def _traffic(self, messages: int) -> None:
        asked = [self._generator.ask((self._load, messages))]
        if self._mode in ("relay", "bounce"):
            asked.append(self._sink.ask(messages))
        await asyncio.gather(*asked)


class Used(NamedTuple):
    """Seconds of CPU, our own and the kernel's."""

    user: float
    system: float

    @property
    def both(self) -> float:
        return self.user + self.system


def used(who: int) -> Used:
    usage = resource.getrusage(who)
    return Used(usage.ru_utime, usage.ru_stime)


def part(file: str) -> str:
    """flow/queue, infra/store, wire/smtp...; what is not ours by its kind."""
    if file.startswith(ROOT):
        return "/".join(Path(file).relative_to(ROOT).parts[:2])
    return "built in" if file == "~" else "standard library"


def show(profile: cProfile.Profile, scale: float) -> None:
    """The parts by their own time, built-in functions counted to whoever called them; then the functions."""
    stats = pstats.Stats(profile)
    parts: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        if file == "~" and callers:
            for (caller, _, _), (_, _, share, _) in callers.items():
                parts[part(caller)] += share
        else:
            parts[part(file)] += own
    for name, seconds in parts.most_common(16):
        print(f"  {name:<28}{seconds * scale:8.1f} us")
    stats.sort_stats("tottime").print_stats(45)
    stats.sort_stats("cumtime").print_stats(80)


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        if os.geteuid() == 0:  # the server gives its rights up, and has to find its folder and remove it
            shutil.chown(name, "nobody")
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modes", nargs="*", default=list(MODES), help=", ".join(MODES))
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reuse", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--folder", type=Path, help="on the file system to measure")
    parser.add_argument("--switch", type=float, default=sys.getswitchinterval())
    options = parser.parse_args()
    sys.setswitchinterval(options.switch)
    for mode in options.modes:
        with scratch(options.folder) as folder:
            bench = Bench(mode, options, folder)
            try:
                with asyncio.Runner(loop_factory=new_event_loop) as runner:
                    runner.run(bench.run())
            finally:
                bench.stop()


if __name__ == "__main__":
    main()
