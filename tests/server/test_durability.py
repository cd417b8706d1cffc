"""250 means on disk: seen below the page cache with strace, and by kill -9 under load."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.accounts import NOWHERE, RECIPIENTS, settled
from tests.server.load import Crowd
from tests.server.running import HUNG, Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STRACE = (
    "strace", "-f", "-y", "-s", "4096", "-e", "trace=fdatasync,fsync,sendto,recvfrom,sendmsg,recvmsg,write,read",
    "-e", "signal=none", "-o",
)  # fmt: skip
SYNC = re.compile(r"(\d+) +(?:fdatasync|fsync)\(\d+<[^>]*/queue-\d+\.sqlite3(?:-wal)?>\)? *(.*)")
RESUMED = re.compile(r"(\d+) +<\.\.\. (?:fdatasync|fsync) resumed>.*= 0")
SOCKET = re.compile(r"\d+ +(?:sendto|recvfrom|sendmsg|recvmsg|write|read)\((\d+)<")
RECEIVED = re.compile(r"\d+ +<\.\.\. (?:recvfrom|recvmsg|read) resumed>")


@pytest.fixture
def strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    probe = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"strace may not trace here: {probe.stderr.decode()[-200:]}")


def covered(trace: str) -> tuple[int, int]:
    """(250s to messages, those of them with a finished sync of the queue begun after the message's last octet)."""
    starts: dict[str, int] = {}
    syncs: list[tuple[int, int]] = []
    dots: dict[str, int] = {}
    waiting: dict[str, str] = {}  # thread -> the socket that it reads from
    accepted = good = 0
    for at, line in enumerate(trace.splitlines()):
        pid = line.split(" ", 1)[0]
        if (sync := SYNC.match(line)) is not None:
            if "= 0" in sync[2]:
                syncs.append((at, at))
            else:
                starts[pid] = at
        elif RESUMED.match(line) and pid in starts:
            syncs.append((starts.pop(pid), at))
        elif RECEIVED.match(line) and r'\r\n.\r\n"' in line:
            dots[waiting[pid]] = at
        elif (sock := SOCKET.match(line)) is not None:
            waiting[pid] = sock[1]
            if r'\r\n.\r\n"' in line and "250 " not in line:
                dots[sock[1]] = at
            elif "250 2.0.0 Queued" in line and sock[1] in dots:
                accepted += 1
                dot = dots.pop(sock[1])
                good += any(start > dot and end < at for start, end in syncs)
    return accepted, good


async def traced(folder: Path, crowd: int, program: tuple[str, ...] | None = None) -> tuple[int, int]:
    trace = folder / "trace"
    extra = {"program": program} if program else {}
    server = Running(folder, command=(*STRACE, str(trace)), **extra)
    with server:
        clients = Crowd(server.port, crowd, "m", lambda _n: "ann@worcester.example", limit=crowd)
        async with asyncio.timeout(HUNG):
            await clients.run()
        assert len(clients.acknowledged) == crowd
    return covered(trace.read_text())


async def test_the_queue_file_is_synced_between_the_final_dot_and_250(strace: None, tmp_path: Path) -> None:
    assert await traced(tmp_path, 1) == (1, 1)


async def test_of_100_concurrent_messages_none_is_acknowledged_before_the_sync_that_covers_it(
    strace: None, tmp_path: Path
) -> None:
    assert await traced(tmp_path, 100) == (100, 100)


async def test_the_same_check_fails_a_server_that_does_not_sync(strace: None, tmp_path: Path) -> None:
    unsafe = str(Path(__file__).parent / "unsafe.py")
    accepted, good = await traced(tmp_path, 1, program=(unsafe,))
    assert accepted == 1
    assert good == 0


def test_ten_rounds_of_kill_9_under_200_clients_lose_nothing(tmp_path: Path) -> None:
    server = Running(tmp_path, lookup=False, connectors=NOWHERE)
    with server:
        acknowledged = rounds(server, 10)
        account = settled(server)
    print(account.told(acknowledged))
    assert len(acknowledged) > 500  # every round was under load
    assert not account.lost(acknowledged)


def rounds(server: Running, number_of: int) -> set[str]:
    """Kill and restart it under load; the ids that were acknowledged."""
    acknowledged: set[str] = set()
    for number in range(number_of):
        crowd = Crowd(server.port, 200, f"r{number}", lambda n: RECIPIENTS[n % 3])

        async def round_(crowd: Crowd = crowd) -> None:
            clients = asyncio.create_task(crowd.run())
            async with asyncio.timeout(HUNG):
                while len(crowd.acknowledged) < 50:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(random.uniform(0, 0.5))
                server.kill()
                await clients

        asyncio.run(round_())
        acknowledged |= crowd.acknowledged
        server.start()
    return acknowledged
