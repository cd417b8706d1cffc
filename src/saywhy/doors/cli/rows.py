"""Rows for `summary` and `suppress`: from files that `saywhy read` wrote, or read now from anything else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from saywhy.archive import plan, tables
from saywhy.archive.engines import Engine
from saywhy.archive.tasks import Form
from saywhy.doors.cli import sources as given
from saywhy.doors.cli.progress import ProgressBar

Row = dict[str, Any]


def each(
    sources: tuple[str, ...], add: Callable[[Row], None], *, jobs: int, engine: str, lines: bool, progress: bool
) -> int:
    """Call `add` with every row; returns how many had an error.  What ends it is a ClickException."""
    paths = given.checked(sources)
    if any("://" in path for path in paths):
        raise click.UsageError("an IMAP folder is read by `saywhy read`; give its output here")
    errors = 0
    bar = ProgressBar(plan.octets(paths), progress)
    try:
        with given.engine_for(engine, jobs) as workers:
            for row in _all(paths, workers, bar, lines):
                add(row)
                errors += row["error"] is not None
    except (tables.NoRow, plan.Gone, OSError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        bar.clear()
    return errors


def _all(paths: tuple[str, ...], workers: Engine, bar: ProgressBar, lines: bool) -> Iterator[Row]:
    """In the order of the paths; those that are to be read, together."""
    unread: list[str] = []
    for path in paths:
        if path != plan.STDIN and tables.is_rows(Path(path)):
            yield from _read(unread, workers, bar, lines)
            unread = []
            yield from tables.rows(Path(path))
        else:
            unread.append(path)
    yield from _read(unread, workers, bar, lines)


def _read(paths: list[str], workers: Engine, bar: ProgressBar, lines: bool) -> Iterator[Row]:
    for step in given.steps(paths, workers, Form.JSONL, bar, lines=lines):
        for line in step.text.splitlines():
            yield tables.parsed(line, "a row")
