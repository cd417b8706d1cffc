"""Who was told, across restarts."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.infra.quota_memory import QuotaMemory


def test_what_was_written_is_read(tmp_path: Path) -> None:
    memory = QuotaMemory(tmp_path / "m.json")
    assert memory.read(5.0) == (5.0, {})
    memory.write(3.0, {"ann": 1.0, "b\xe9n": 2.0})
    assert QuotaMemory(tmp_path / "m.json").read(9.0) == (3.0, {"ann": 1.0, "b\xe9n": 2.0})
    assert [file.name for file in tmp_path.iterdir()] == ["m.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"round": "x", "told": {}}', '{"round": 1, "told": 5}', "\x00"]
)
def test_what_cannot_be_read_is_as_if_a_round_had_just_been(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text)
    assert QuotaMemory(tmp_path / "m.json").read(7.0) == (7.0, {})
