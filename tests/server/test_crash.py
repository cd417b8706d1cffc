"""kill -9 of the whole server, of a worker, of the supervisor, at random moments under load, with two workers.

`SAYWHY_CRASH_ROUNDS=20` makes more of it than `make slow` does.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.accounts import NOWHERE, RECIPIENTS, settled
from tests.server.load import Crowd
from tests.server.running import HUNG, Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ROUNDS = int(os.environ.get("SAYWHY_CRASH_ROUNDS", "3"))
CLIENTS = 100

Blow = Callable[[Running], None]


def whole_server(server: Running) -> None:
    server.kill(workers=True)
    server.start()


def supervisor(server: Running) -> None:
    """Its workers end by themselves; the next server waits for that, and not we."""
    server.kill()
    server.start()


def worker(server: Running) -> None:
    before = server.workers()
    assert len(before) == 2
    os.kill(random.choice(before), signal.SIGKILL)


@pytest.mark.parametrize("blow", [whole_server, worker, supervisor], ids=lambda blow: blow.__name__)
def test_kill_9_under_load_loses_nothing(blow: Blow, tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    with Running(tmp_path, workers=2, lookup=False, connectors=NOWHERE) as server:
        for number in range(ROUNDS):
            crowd = Crowd(server.port, CLIENTS, f"r{number}", lambda n: RECIPIENTS[n % 3])
            asyncio.run(_round(server, crowd, blow))
            acknowledged |= crowd.acknowledged
        found = settled(server)
        faults = server.events("FAULT")
    print(f"\n{ROUNDS} times kill -9 of {blow.__name__}: {found.told(acknowledged)}")
    assert len(acknowledged) > 50 * ROUNDS  # every round was under load
    assert not found.lost(acknowledged)
    assert not faults


async def _round(server: Running, crowd: Crowd, blow: Blow) -> None:
    clients = asyncio.create_task(crowd.run())
    async with asyncio.timeout(HUNG):
        while len(crowd.acknowledged) < 50:
            await asyncio.sleep(0.01)
        await asyncio.sleep(random.uniform(0, 0.5))
        await asyncio.to_thread(blow, server)
        crowd.limit = crowd.sent + CLIENTS  # load goes on for a moment, to whoever is there
        if blow is worker:
            await _nobody_is_refused(server)
        await clients
        while len(server.workers()) < 2:
            await asyncio.sleep(0.05)


async def _nobody_is_refused(server: Running) -> None:
    """Who connects while a worker is away waits in its backlog, and is greeted when it is back."""
    clients = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", server.port) for _ in range(20)))
    for reader, writer in clients:
        assert (await reader.readline()).startswith(b"220 ")
        writer.close()
