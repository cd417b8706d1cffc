"""What `read`, `summary` and `suppress` share: sources, processes, and the way through them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from saywhy.archive import plan
from saywhy.archive.engines import Engine, Here, Processes
from saywhy.archive.run import Step, run
from saywhy.archive.tasks import Form, Mark
from saywhy.doors.cli.progress import ProgressBar

F = TypeVar("F", bound=Callable[..., Any])

MAX_JOBS = 256


def options(command: F) -> F:
    """The options that say how to read, for any command that reads."""
    for option in (
        click.option("--progress/--no-progress", default=True, help="A bar on a terminal's standard error."),
        click.option("--lines", is_flag=True, help="The sources are logs: each line is a question of its own."),
        click.option(
            "--engine",
            default="local",
            metavar="local|dask[=ADDRESS]",
            help="Where to work: here, or on a Dask cluster (needs 'saywhy[dask]'); without an address one "
            "is started on this machine.",
        ),
        click.option(
            "-j",
            "--jobs",
            type=click.IntRange(1, MAX_JOBS),
            default=1,
            show_default=True,
            help="Processes to use.",
        ),
    ):
        command = option(command)
    return command


def checked(sources: Sequence[str]) -> tuple[str, ...]:
    """The sources, of which every path must be there; standard input when there are none and it is no terminal."""
    if not sources:
        if os.isatty(0):
            raise click.UsageError("give files or folders to read, or - for standard input")
        return (plan.STDIN,)
    for source in sources:
        if source != plan.STDIN and "://" not in source and not os.path.lexists(source):
            raise click.UsageError(f"{source!r} is no file, no folder and no imap:// address")
    return tuple(sources)


@contextmanager
def engine_for(name: str, jobs: int) -> Iterator[Engine]:
    engine = _engine(name, jobs)
    try:
        yield engine
    finally:
        engine.close()


def _engine(name: str, jobs: int) -> Engine:
    kind, _, address = name.partition("=")
    if kind == "local" and not address:
        return Processes(jobs) if jobs > 1 else Here()
    if kind != "dask":
        raise click.UsageError(f"--engine is local, dask or dask=ADDRESS, and not {name!r}")
    with installed("dask"):
        from saywhy.archive.dask_engine import Dask, Unreachable
    try:
        return Dask(address, jobs)
    except Unreachable as error:
        raise click.UsageError(str(error)) from None


def steps(
    sources: Sequence[str | plan.Elsewhere],
    engine: Engine,
    form: Form,
    bar: ProgressBar,
    *,
    lines: bool,
    first: int = 0,
    mark: Mark | None = None,
) -> Iterator[Step]:
    """All rows of the sources in order, with the bar moved."""
    for step in run(plan.units(sources, mark, lines=lines, first=first), engine, form, mark, lambda: _died(bar)):
        yield step
        bar.advance(step.unit.octets, step.done.messages)


def _died(bar: ProgressBar) -> None:
    bar.clear()
    click.echo("saywhy: a worker process died; another does its work again.", err=True)


@contextmanager
def installed(extra: str) -> Iterator[None]:
    """An import of what may not be there: says what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise click.UsageError(f"this needs the package {error.name}: pip install 'saywhy[{extra}]'") from None


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does: what was read is kept, and the exit code is 130."""

    def stop(number: int, frame: object) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)
