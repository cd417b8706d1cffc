"""What the operating system tells of disks and memory."""

from __future__ import annotations

import os
from pathlib import Path

from saywhy.infra import meters


def test_a_volume_is_between_empty_and_full(tmp_path: Path) -> None:
    volume = meters.volume(tmp_path)
    assert 0 <= volume.free <= volume.size
    assert 0 <= volume.used_percent <= 100
    assert meters.Volume(200, 50).used_percent == 75
    assert meters.Volume(0, 0).used_percent == 0


def test_memory_in_use_is_a_part_of_it() -> None:
    size, used = meters.memory()
    assert 0 < used < size


def test_a_process_of_ours_is_in_memory_and_one_that_is_not_there_is_nothing() -> None:
    assert meters.resident(os.getpid()) > 1 << 20
    assert meters.resident(2**30) == 0
