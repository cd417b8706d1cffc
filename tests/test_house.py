"""The rules of the house that no other tool checks, and that the tool for the import rules does its work."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "saywhy"
MODULES = {str(path.relative_to(SOURCE)): path.read_text() for path in sorted(SOURCE.rglob("*.py"))}
MAX_LINES = 400
TABLES = "why/phrases/"  # data, not code
RULES = {*range(1, 18), 20, 21, 22, 24, 25, 26, 27}  # of spec B9, that the main journey keeps


@pytest.mark.parametrize(("module", "line", "contract"), [
    ("model/status.py", "from saywhy.doors.cli import main", "floors: only look down BROKEN"),
    ("flow/deliver/trouble.py", "import saywhy.flow.report.decide", "the flow never import one another BROKEN"),
    ("wire/smtp/server.py", "import asyncio", "model, wire and why do no IO BROKEN"),
])  # fmt: skip
def test_a_forbidden_import_fails_lint(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copytree(SOURCE, tmp_path / "saywhy", ignore=shutil.ignore_patterns("__pycache__", "*.toml", "*.[mp]o"))
    future = "from __future__ import annotations\n"
    (tmp_path / "saywhy" / module).write_text(MODULES[module].replace(future, f"{future}{line}\n", 1))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert contract in " ".join(done.stdout.split())


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, text in MODULES.items() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert not silent


def test_no_module_is_too_long_to_read() -> None:
    code = {name: len(text.splitlines()) for name, text in MODULES.items() if not name.startswith(TABLES)}
    assert not {name: lines for name, lines in code.items() if lines > MAX_LINES}


def test_nothing_waits_in_a_way_that_can_swallow_its_own_cancellation() -> None:
    """asyncio.wait_for of Python 3.11 does, when what it waits for ends at that moment; asyncio.timeout never."""
    assert not [name for name, text in MODULES.items() if "wait_for(" in text]


def test_nothing_shipped_names_what_lies_beside_the_house() -> None:
    files = (path for path in SOURCE.rglob("*") if path.suffix in (".py", ".toml", ".sql"))
    assert not [str(path) for path in files if re.search(r"\.\./shared|/work/", path.read_text())]


def test_the_journey_in_the_docs_names_every_stage() -> None:
    told = (ROOT / "docs" / "flow.md").read_text()
    stages = [path.name for path in (SOURCE / "flow").iterdir() if (path / "__init__.py").exists()]
    assert len(stages) == 6
    assert not [stage for stage in stages if f"{stage}/" not in told]


def test_every_floor_and_module_that_the_docs_name_exists() -> None:
    told = (ROOT / "docs" / "flow.md").read_text()
    for path in re.findall(r"`((?:\w+/)+\w*)`", told):
        places = [SOURCE / path, SOURCE / f"{path}.py", SOURCE / "flow" / path, SOURCE / "flow" / f"{path}.py"]
        assert any(place.exists() for place in places), path


def test_every_rule_of_the_reports_has_a_test_of_its_name() -> None:
    tests = (path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    found = {int(number) for text in tests for number in re.findall(r"def test_r(\d+)_", text)}
    assert not RULES - found
