"""Minutes of relaying at full rate: does the rate hold, do the database and the memory stay as large as they are?

    .venv/bin/python -m bench.sustained [--minutes 10] [--sessions 20] [--size 4096] [--history "100 MB"]
        [--every 60] [--workers 1] [--folder DIR]

W2 of the standing benchmark: a generator, the server (in processes of its own, shipped defaults and
`bench/profile.toml`), a sink; what is on its way at any moment is at most some thousand messages.  A line each
minute: messages that the sink took a second, memory of each process, size of the database and its WAL, how many
pages of it are free, tracking rows.  Tracking rows grow by design until `tracking.max_size`: `--history` sets it,
low, so that minutes suffice to see the file stop growing.  At the end: what each table holds, and the last minute
against the first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import traffic
from bench.peer import free_port, prepare

CHUNK = 2000  # messages; two of them are on their way at most


@dataclass
class Minute:
    rate: float
    memory: int  # MiB, of all processes
    database: float  # MiB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=60, help="seconds a line")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--history", default="100 MB")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        asyncio.run(run(options, folder))


async def run(options: argparse.Namespace, folder: Path) -> None:
    generator = traffic.generator()
    sink, port = traffic.sink()
    listening = free_port()
    config = prepare(folder, "relay", listening, port, port)
    with config.open("a") as file:
        file.write(f'\n[tracking]\nmax_size = "{options.history}"\n')
    if options.workers > 1:
        config.write_text(config.read_text().replace("[server]\n", f"[server]\nworkers = {options.workers}\n"))
    if os.geteuid() == 0:
        shutil.chown(config.parent, "nobody")
    server = subprocess.Popen(
        [sys.executable, "-m", "saywhy", "serve", "--config", str(config)], stderr=subprocess.PIPE
    )
    try:
        wait_for(server)
        load = traffic.Load(listening, size=options.size, sessions=options.sessions)
        minutes = await flow(options, load, generator, sink, server.pid, config.parent / "data" / "queue")
        show(minutes)
    finally:
        server.terminate()
        server.wait()
    for database in sorted((config.parent / "data" / "queue").glob("queue-*.sqlite3")):
        tables(database)


def wait_for(server: subprocess.Popen[bytes]) -> None:
    assert server.stderr is not None
    for line in server.stderr:
        if line.startswith(b"listening: smtp"):
            return
    sys.exit("the server does not start")


async def flow(
    options: argparse.Namespace,
    load: traffic.Load,
    generator: traffic.Process,
    sink: traffic.Process,
    pid: int,
    queue: Path,
) -> list[Minute]:
    minutes: list[Minute] = []
    began = since = time.perf_counter()
    taken = 0
    await generator.ask((load, CHUNK))
    while since - began < options.minutes * 60:
        await asyncio.gather(generator.ask((load, CHUNK)), sink.ask(CHUNK))
        taken += CHUNK
        now = time.perf_counter()
        if now - since >= options.every:
            minutes.append(line(len(minutes) + 1, taken / (now - since), pid, queue))
            since, taken = now, 0
    await sink.ask(CHUNK)
    return minutes


def line(number: int, rate: float, pid: int, queue: Path) -> Minute:
    memory = list(resident(pid))
    files = [size(queue, pattern) for pattern in ("queue-*.sqlite3", "queue-*.sqlite3-wal")]
    free, rows = 0, 0
    for database in queue.glob("queue-*.sqlite3"):
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            free += connection.execute("PRAGMA freelist_count").fetchone()[0]
            rows += connection.execute("SELECT coalesce(max(id) - min(id) + 1, 0) FROM tracking").fetchone()[0]
    shown = "+".join(map(str, memory))
    print(
        f"{number:3}: {rate:6.0f} messages/s, memory {shown} MiB, database {files[0]:.1f} MiB "
        f"({free * 4096 / 2**20:.1f} free), WAL {files[1]:.1f} MiB, {rows} tracking rows",
        flush=True,
    )
    return Minute(rate, sum(memory), files[0])


def size(folder: Path, pattern: str) -> float:
    return sum(path.stat().st_size for path in folder.glob(pattern)) / 2**20


def resident(pid: int) -> Iterator[int]:
    """MiB of a process and its children."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    yield pages * os.sysconf("SC_PAGE_SIZE") >> 20
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from resident(int(child))


def show(minutes: list[Minute]) -> None:
    if len(minutes) < 2:
        return
    first, middle, last = minutes[0], minutes[len(minutes) // 2], minutes[-1]
    print(f"last against first: {100 * last.rate / first.rate:.0f} % of the rate")
    grown = last.database - middle.database, last.memory - middle.memory
    print(f"second half: database {grown[0]:+.1f} MiB, memory {grown[1]:+} MiB")


def tables(database: Path) -> None:
    """What each table and index holds, where SQLite can tell."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            rows = connection.execute(
                "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 12"
            ).fetchall()
        except sqlite3.Error:
            return
    print(f"{database.name}: " + ", ".join(f"{name} {octets / 2**20:.1f} MiB" for name, octets in rows))


if __name__ == "__main__":
    main()
