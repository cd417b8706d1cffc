"""A server whose queue's file system is full, and then read-only: refusals of class 4, nothing lost, and recovery.

In a user namespace of its own, where nobody's rights are needed to mount a small tmpfs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HUNG = 240.0
REPOSITORY = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_queue_that_cannot_grow_refuses_for_a_while_and_loses_nothing(trouble: str, tmp_path: Path) -> None:
    queue = tmp_path / "data" / "queue"
    queue.mkdir(parents=True)
    mount = f"mount -t tmpfs -o size=24m none {queue}"
    inside = f"{mount} && exec {sys.executable} -m tests.server.full_disk {trouble} {tmp_path}"
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", inside],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=HUNG,
        check=False,
    )
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"tmpfs cannot be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["refused"] > 0
    assert set(found["replies"]) == {"452 4.3.1 Insufficient system resources"}
    assert found["missing"] == []
    assert found["faults"] == 0
    assert found["again"] > 0
    assert found["store_faults"] == found["store_wells"] == 1
