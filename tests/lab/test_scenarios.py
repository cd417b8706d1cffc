"""The scenarios as files, a few of them played, and all of them in the slow part."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from saywhy.lab.play import play
from saywhy.lab.scenario import Scenario, ScenarioError, Where, read_scenario, scenarios
from saywhy.lab.steps import VERBS
from saywhy.why import catalogue
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

ROOT = Path(__file__).parents[2]
FEW = ["NDR-5.1.1-a", "NDR-5.1.1-b", "NDR-5.1.1-d", "NDR-4.4.1-b", "NDR-5.4.6-d", "NDR-5.1.2-a"]


@pytest.mark.parametrize("name", FEW)
def test_a_scenario_gives_what_it_says_and_files_its_evidence(name: str, tmp_path: Path) -> None:
    row = play(scenarios()[name], tmp_path)
    assert row["ok"], row
    evidence = Path(row["evidence"])
    assert Path(row["report"]).stat().st_size
    assert {"client.txt", "saywhy.toml", "organisation.toml", "events.jsonl"} <= {
        file.name for file in evidence.iterdir()
    }


def test_a_scenario_whose_expectation_is_wrong_is_not_ok(tmp_path: Path) -> None:
    text = 'title = "T"\n[expect]\nstatus = "5.1.2"\naction = "failed"\ncause = "remote-user-unknown"\n'
    row = play(read_scenario("5.1.2-a", f'{text}[[host]]\nrcpt = "550 5.1.1 User unknown"\n'), tmp_path)
    assert not row["ok"]
    assert row["got"]["status"] == "5.1.1"


def test_words_that_the_report_must_show_and_does_not_are_named(tmp_path: Path) -> None:
    text = 'title = "T"\nshows = ["a purple cow"]\n[expect]\nstatus = "5.1.1"\naction = "failed"\n'
    text += 'cause = "remote-user-unknown"\n[[host]]\nrcpt = "550 5.1.1 User unknown"\n'
    row = play(read_scenario("5.1.1-d", text), tmp_path)
    assert (row["ok"], row["absent"]) == (False, ["a purple cow"])


@pytest.mark.parametrize("scenario", scenarios().values(), ids=lambda scenario: scenario.id)
def test_a_scenario_expects_a_code_and_a_cause_of_the_catalogue_by_steps_that_exist(scenario: Scenario) -> None:
    assert scenario.title
    assert {step["do"] for step in scenario.steps} <= VERBS.keys()
    if scenario.expected is None or scenario.expected.where is Where.NOTHING:
        return
    assert catalogue.cause(scenario.expected.cause)
    assert catalogue.code(scenario.expected.status)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("hello", "", "is named by its code and letter"),
        ("5.1.1-a", "title = ", "TOMLDecodeError"),
        ("5.1.1-a", 'title = "T"', "either \\[expect\\] says what comes back, or missing says why"),
        ("5.1.1-a", 'title = "T"\nmissing = "x"\ncolour = 1', "colour"),
        ("5.1.1-a", 'title = "T"\nmissing = "x"\n[[host]]\nrcp = "550"', "a host has no rcp"),
    ],
)
def test_a_wrong_scenario_file_is_named_with_the_reason(name: str, text: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        read_scenario(name, text)


@pytest.mark.slow
def test_all_scenarios_are_right_and_their_files_say_so_too(tmp_path: Path) -> None:
    command = [Path(sys.executable).parent / "saywhy", "lab", "run", "--all", "--json", "--out", tmp_path / "out"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(ran.stdout)
    wrong = [
        row["id"] for row in map(json.loads, ran.stdout.splitlines()) if not row["ok"] and "missing" not in row
    ]
    assert not wrong, ran.stdout
    judged = subprocess.run(
        [sys.executable, ROOT / "tools/check_lab.py", rows], capture_output=True, text=True, check=False
    )
    assert judged.returncode == 0, judged.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux tells a process that its parent is gone")
def test_nothing_plays_on_when_the_program_is_killed(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "saywhy"
    command = [program, "lab", "run", "5.4.1-a", "5.4.2-a", "--out", tmp_path / "out"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        players = _until(
            lambda: [child for child in _children(run.pid) if list(tmp_path.glob("out/*/scenario.toml"))]
        )
        run.kill()
    assert _until(lambda: not any(Path(f"/proc/{child}").exists() for child in players))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _until(found: Callable[[], Any]) -> Any:
    """What it finds; half a minute of nothing means 'hung'."""
    for _ in range(300):
        if result := found():
            return result
        time.sleep(0.1)
    raise AssertionError("hung")
