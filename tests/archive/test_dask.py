"""The same work on a Dask cluster, one of whose workers is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.archive.reports import report

pytestmark = pytest.mark.slow

CLUSTER = """
import json, sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]
        print(json.dumps({"address": cluster.scheduler_address, "pids": pids}), flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[dict[str, Any]]:
    script = tmp_path / "cluster.py"
    script.write_text(CLUSTER)
    run = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path)
    assert run.stdin is not None
    assert run.stdout is not None
    with run.stdin, run.stdout:
        yield json.loads(run.stdout.readline())
        run.stdin.close()
        run.wait(120)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.mbox"
    with path.open("wb") as file:
        for number in range(20_000):
            file.write(b"From a Mon Nov  2 10:00:00 2026\n" + report(number, body="x" * 3000) + b"\n")
    return path


def test_a_worker_of_the_cluster_is_killed_and_every_message_has_its_row(
    cluster: dict[str, Any], source: Path, tmp_path: Path
) -> None:
    output = tmp_path / "rows.jsonl"
    command = [sys.executable, "-m", "saywhy", "read", str(source), "-o", str(output)]
    run = subprocess.Popen([*command, "--engine", f"dask={cluster['address']}"])
    until = time.monotonic() + 100
    while time.monotonic() < until and not (output.exists() and output.stat().st_size):
        time.sleep(0.01)
    assert run.poll() is None, "it ended before a worker could be killed"
    os.kill(cluster["pids"][0], signal.SIGKILL)
    assert run.wait(300) == 0
    seen = output.read_bytes()
    assert subprocess.run([*command, "--overwrite"], timeout=300).returncode == 0
    assert seen == output.read_bytes()
    assert seen.count(b"\n") == 20_000


def test_a_cluster_of_its_own_is_started_and_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(report(1))
    command = [sys.executable, "-m", "saywhy", "read", str(path), "--engine", "dask", "-j", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert (done.returncode, json.loads(done.stdout)["kind"]) == (0, "failed")


def test_a_cluster_that_is_not_there_is_said() -> None:
    command = [sys.executable, "-m", "saywhy", "read", "-", "--engine", "dask=tcp://127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, input="")
    assert done.returncode == 2
    assert "no Dask cluster answers at tcp://127.0.0.1:1" in done.stderr
