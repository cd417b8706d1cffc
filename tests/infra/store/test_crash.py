"""kill -9 under load: what was acknowledged is there, what was settled is gone, and the store opens again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from saywhy.infra.store.protocol import TrackingFilter
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.event import Kind
from saywhy.model.queued import QueueId
from tests.infra.store.crasher import content_of

ROUNDS = 5


def run_and_kill(directory: Path, lines: int) -> list[str]:
    """The whole lines that the process wrote until it was killed, after the given number at the latest."""
    command = [sys.executable, "-m", "tests.infra.store.crasher", str(directory)]
    told: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line.decode())
            if len(told) == lines:
                process.kill()
    return [line.strip() for line in told if line.endswith("\n")]


@pytest.mark.slow
async def test_every_acknowledged_message_survives_kill_9(tmp_path: Path) -> None:
    queued: set[int] = set()
    settled: set[int] = set()
    for number in range(ROUNDS):
        told = run_and_kill(tmp_path, 700 + 331 * number)
        queued.update(int(line[1:], 16) for line in told if line.startswith("+"))
        settled.update(int(line[1:], 16) for line in told if line.startswith("-"))
        store = await SqliteStore.open(tmp_path)
        for message in queued:
            content = await store.content(QueueId(1, message))
            if message in settled:
                assert content is None
            elif message % 3:
                assert content == content_of(message)
            else:
                assert content in (None, content_of(message))  # its settling may have been on its way
        received = await store.tracking(TrackingFilter(kinds=(Kind.RECEIVE,), limit=1_000_000))
        assert {int(row.message.partition("-")[2], 16) for row in received} >= queued
        messages, recipients = await store.count()
        assert messages == recipients
        assert store.next_id().number > max(queued)
        await store.close()
    assert len(queued) > 1000
    names = {path.name for path in (tmp_path / "queue-1.bodies").iterdir()}
    assert len(names) <= len(queued) / 7 + 200
