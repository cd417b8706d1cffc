"""Scenarios on small disks of their own, and what becomes of them where there can be none."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.lab import disks
from saywhy.lab.play import play
from saywhy.lab.scenario import scenarios


def test_where_nobody_may_have_a_namespace_the_scenario_is_missing_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "_APART", ("false",))
    row = play(scenarios()["NDR-4.3.1-b"], tmp_path)
    assert (row["ok"], row["expected"]) == (False, None)
    assert row["missing"] == "skipped: no user namespaces here (status 1)"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["NDR-4.3.1-b", "NDR-5.3.1-b", "NDR-5.5.2-c"])
def test_a_full_disk_is_a_real_one(name: str, tmp_path: Path) -> None:
    if why := disks.unavailable():
        pytest.skip(why)
    row = play(scenarios()[name], tmp_path)
    assert row["ok"], row
