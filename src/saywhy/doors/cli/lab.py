"""`saywhy lab`: the laboratory, in which each failure of the catalogue really happens."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import click

from saywhy.doors.cli import lab_serve
from saywhy.lab.play import play
from saywhy.lab.scenario import ANN, Scenario, scenarios, unfit
from saywhy.server.process import die_with_parent

JOBS = 8  # each waits most of its time


@click.group()
def lab() -> None:
    """Provoke failures: real servers, a fake internet, and the reports that come of it.

    \b
    saywhy lab list 5.7
    saywhy lab run NDR-5.1.1-a NDR-5.2
    saywhy lab run --all --json
    saywhy lab serve
    """


for _command in (lab_serve.serve, lab_serve.mail, lab_serve.words):
    lab.add_command(_command)


@lab.command("list")
@click.argument("ids", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_(ids: tuple[str, ...], as_json: bool) -> None:
    """The scenarios, or those whose ids begin so (NDR-5.7, 5.1.1-a)."""
    for scenario in _chosen(ids):
        expected = scenario.expected
        if as_json:
            facts = {"made_by": scenario.made_by.value, "missing": scenario.missing}
            wanted = expected.as_dict() if expected else None
            click.echo(json.dumps({"id": scenario.id, "title": scenario.title, "expected": wanted, **facts}))
        else:
            note = f"  (not yet: {scenario.missing})" if scenario.missing else ""
            click.echo(f"{scenario.id:14}{scenario.title}{note}")


@lab.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All scenarios.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per scenario.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the evidence goes (default: a new folder).")
@click.option("--jobs", type=click.IntRange(1, 64), default=JOBS, show_default=True, help="How many at a time.")
@click.option("--sender", default=ANN, show_default=True, help="Who writes, and gets the reports.")
def run(ids: tuple[str, ...], everything: bool, as_json: bool, out: Path | None, jobs: int, sender: str) -> None:
    """Play scenarios and compare what comes back with what must.

    Status 0 when all that can be played are right, 1 when one is not, 2 for a wrong name.
    """
    if everything is bool(ids):
        raise click.UsageError("name the scenarios, or say --all")
    if why := unfit(sender):
        raise click.UsageError(f"--sender {sender}: {why}")
    chosen = _chosen(ids, sender)
    folder = out or Path(tempfile.mkdtemp(prefix="saywhy-lab-"))
    folder.mkdir(parents=True, exist_ok=True)
    wrong = missing = 0
    for number, row in enumerate(_rows(chosen, folder.absolute(), jobs, sender), 1):
        wrong += not row["ok"] and "missing" not in row
        missing += "missing" in row
        click.echo(json.dumps(row) if as_json else _line(row))
        if sys.stderr.isatty() and not sys.stdout.isatty():
            click.echo(f"\r{number} of {len(chosen)}", err=True, nl=number == len(chosen))
    played = len(chosen) - missing
    told = (
        f"{played - wrong} of {played} as they should be, {missing} cannot be provoked yet; evidence in {folder}"
    )
    click.echo(told, err=True)
    sys.exit(1 if wrong else 0)


def _chosen(ids: Sequence[str], sender: str = ANN) -> list[Scenario]:
    known = scenarios(sender)
    if not ids:
        return list(known.values())
    wanted = [f"NDR-{name.upper().removeprefix('NDR-').lower()}" for name in ids]
    for given, name in zip(ids, wanted, strict=True):
        if not any(scenario.startswith(name) for scenario in known):
            raise click.UsageError(f"no scenario's id begins with {given}; all of them: saywhy lab list")
    return [scenario for scenario in known.values() if any(scenario.id.startswith(name) for name in wanted)]


def _rows(chosen: Sequence[Scenario], folder: Path, jobs: int, sender: str) -> Iterator[dict[str, Any]]:
    if len(chosen) == 1:
        yield play(chosen[0], folder, sender)
        return
    context, players = multiprocessing.get_context("spawn"), min(jobs, len(chosen))
    with ProcessPoolExecutor(players, context, initializer=die_with_parent, initargs=(os.getpid(),)) as pool:
        yield from pool.map(partial(play, out=folder, sender=sender), chosen)


def _line(row: dict[str, Any]) -> str:
    if "missing" in row:
        return f"-      {row['id']:14}{row['missing']}"
    if row["ok"]:
        return f"right  {row['id']:14}{row['expected']['status']} {row['expected']['cause']}"
    why = row.get("error") or (f"absent: {row['absent']}" if row.get("absent") else _difference(row))
    return f"WRONG  {row['id']:14}{why}"


def _difference(row: dict[str, Any]) -> str:
    expected, got = row["expected"], row["got"]
    return ", ".join(
        f"{name} {got[name] or 'none'} instead of {expected[name] or 'none'}"
        for name in got
        if got[name] != expected[name]
    )
