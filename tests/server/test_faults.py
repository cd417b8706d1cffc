"""Disks that are full or read-only under a real server: no 5xx, no loss, told once, no busy loop, sound queues.

Each story of faults.py runs in a user namespace of its own, where anybody may mount a small tmpfs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from saywhy.lab import disks
from tests.server.faults import WATCHED

HUNG = 240.0
REPOSITORY = Path(__file__).parents[2]
WORKERS = 2
NO_RESOURCES = "Insufficient system resources"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def told(story: str, folder: Path) -> dict[str, Any]:
    """What the story has seen; what holds for all of them is asserted here."""
    if why := disks.unavailable():
        pytest.skip(why)
    done = subprocess.run(
        ["unshare", "-Urm", sys.executable, "-m", "tests.server.faults", story, str(folder)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=HUNG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(story, json.dumps(found))
    assert found["missing"] == []
    assert set(found["integrity"]) == {"ok"}
    assert set(found["replies"]) <= {f"452 4.3.1 {NO_RESOURCES}", f"421 4.3.1 {NO_RESOURCES}"}
    assert "FAIL" not in found["events"]
    assert found.get("cpu", 0.0) < WATCHED  # two workers in a busy loop would have used twice as much
    return found


def test_a_full_queue_refuses_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    found = told("queue_full", tmp_path)
    assert found["replies"]
    assert 1 <= found["events"]["STORE_FAULT"] <= WORKERS
    assert "FAULT" not in found["events"]


def test_one_disk_for_everything_may_be_full_and_even_the_log_is_sound_afterwards(tmp_path: Path) -> None:
    found = told("all_full", tmp_path)
    assert found["replies"]
    assert found["events"]["STOP"] == 1


def test_mail_for_full_mailboxes_waits_in_the_queue(tmp_path: Path) -> None:
    found = told("mailboxes_full", tmp_path)
    assert found["waiting"] == 20
    assert 1 <= found["events"]["HOP_DOWN"] <= WORKERS
    assert found["events"]["HOP_BACK"] == found["events"]["HOP_DOWN"]


def test_mail_for_read_only_mailboxes_waits_in_the_queue(tmp_path: Path) -> None:
    found = told("mailboxes_read_only", tmp_path)
    assert found["waiting"] == 20
    assert 1 <= found["events"]["HOP_DOWN"] <= WORKERS
    assert found["events"]["HOP_BACK"] == found["events"]["HOP_DOWN"]


def test_a_full_log_stops_no_mail_that_was_taken_and_says_what_it_lacks(tmp_path: Path) -> None:
    found = told("log_full", tmp_path)
    assert found["events"]["FAULT"] >= 1  # so many lines were lost
    assert found["events"]["STOP"] == 1


def test_workers_that_find_their_queue_read_only_are_answered_for_and_come_back(tmp_path: Path) -> None:
    found = told("queue_read_only", tmp_path)
    assert set(found["replies"]) == {f"421 4.3.1 {NO_RESOURCES}"}
    assert found["events"]["WORKER"] == 4 * WORKERS  # began, ended, could not be started, began


def test_a_server_whose_queue_is_read_only_says_so_and_does_not_start(tmp_path: Path) -> None:
    found = told("start_read_only", tmp_path)
    assert found["status"] == 69
    assert "cannot be written" in found["said"]
    assert "file system is writable" in found["said"]
