"""`saywhy read`: files, folders, archives, standard input or an IMAP folder -> one row for each message.

Exit codes, for scripts: 0 all was read; 1 a source or a message could not be read (its row says why in `error`),
or the run could not go on; 2 wrong usage, or a package is missing; 130 interrupted (with --output, --resume goes
on).  Rows go to standard output or the file, all else to standard error.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import click

from saywhy.archive import journal, plan
from saywhy.archive.journal import Progress, Unfit
from saywhy.archive.output import Array, Journalled, Stream
from saywhy.archive.rows import header
from saywhy.archive.run import Step
from saywhy.archive.tasks import Form
from saywhy.doors.cli import read_imap
from saywhy.doors.cli import sources as given
from saywhy.doors.cli.progress import ProgressBar
from saywhy.doors.cli.read_table import Table
from saywhy.infra.mailbox.imap import ImapError

_FORMS = {"jsonl": Form.JSONL, "json": Form.JSONL, "csv": Form.CSV, "table": Form.JSONL, "parquet": Form.JSONL}


class Sink(Protocol):
    @property
    def progress(self) -> Progress: ...
    def write(self, step: Step) -> None: ...
    def checkpoint(self) -> None: ...
    def close(self, finished: bool) -> None: ...


@click.command(epilog=(
    "\b\nExamples:\n"
    "  saywhy read bounce.eml                     a table on the terminal\n"
    "  saywhy read ~/Maildir old.mbox.gz > all.jsonl\n"
    "  saywhy read big.mbox -j 4 -o big.jsonl     and after a crash the same with --resume\n"
    "  saywhy read --lines --format csv mail.log\n"
    "  saywhy read imaps://bounces@mail.example/INBOX --move Done -o bounces.jsonl\n"
))  # fmt: skip
@click.argument("sources", nargs=-1, metavar="[PATH | imap://USER@HOST/FOLDER | -]...")
@click.option(
    "--format",
    "form",
    type=click.Choice([*_FORMS]),
    help="jsonl when piped or in a file, a table on a terminal; parquet needs 'saywhy[parquet]' and --output.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option(
    "--resume", is_flag=True, help="Go on with --output: after an interrupted run, or with what has come since."
)
@click.option("--overwrite", is_flag=True, help="Begin --output anew, although its run was interrupted.")
@given.options
@read_imap.options
def read(
    sources: tuple[str, ...],
    form: str | None,
    output: Path | None,
    resume: bool,
    overwrite: bool,
    jobs: int,
    engine: str,
    lines: bool,
    progress: bool,
    **imap: Any,
) -> None:
    """Say what each message is: a delivery report or not, about whom, why, and whose move it is.

    Takes messages (.eml, .msg), folders and Maildirs with all that is in them, mboxes, each also in .gz or .tar,
    IMAP folders, and - for standard input: a message, an archive, a pasted text or a server's reply.  One row a
    message, by docs/schema/report.json; CSV and Parquet have one a recipient.

    Exit code: 0 all was read, 1 something could not be (its row says why), 2 wrong usage, 130 interrupted.
    """
    paths = given.checked(sources)
    if resume and output is None:
        raise click.UsageError("--resume goes on with a file: give the same --output as before")
    form = form or _usual(output)
    wish = read_imap.Wish(**imap)
    places = [read_imap.Folder(path, wish) if "://" in path else path for path in paths]
    asked = {"sources": [*paths], "format": form, "lines": lines}
    with given.ended_by_signals():
        try:
            sink = _sink(form, output, asked, resume, overwrite)
        except (Unfit, OSError) as error:
            raise click.ClickException(str(error)) from None
        before = sink.progress
        bar = ProgressBar(plan.octets(places), progress and not (form == "table" and sys.stdout.isatty()))
        with given.engine_for(engine, jobs) as workers:
            rows = given.steps(
                places, workers, _FORMS[form], bar, lines=lines, first=before.source, mark=before.mark
            )
            _go(sink, rows, bar, places)
    if before.finished and sink.progress.tally == before.tally:
        click.echo(f"{output} is complete: nothing has come since.", err=True)
    if sink.progress.tally.errors > before.tally.errors:
        told = sink.progress.tally
        click.echo(f"saywhy read: of {told.messages} messages {told.errors} could not be read.", err=True)
        raise SystemExit(1)


def _go(sink: Sink, steps: Iterator[Step], bar: ProgressBar, places: Sequence[str | read_imap.Folder]) -> None:
    """Write all rows, whatever ends it."""
    finished = False
    try:
        for step in steps:
            sink.write(step)
            place = places[step.unit.source]
            if isinstance(place, read_imap.Folder):
                sink.checkpoint()  # mail is touched only when its row is safe
                place.settle(step)
        finished = True
    except BrokenPipeError:  # who reads the rows has enough
        _into_nothing()
        finished = True
    except (plan.Gone, OSError) as error:
        if not isinstance(error, ImapError):
            _into_nothing()
        raise click.ClickException(f"it cannot go on: {error}") from None
    finally:
        bar.clear()
        _close(sink, finished)
        for place in places:
            if isinstance(place, read_imap.Folder):
                place.close()


def _close(sink: Sink, finished: bool) -> None:
    try:
        sink.close(finished)
    except BrokenPipeError:
        _into_nothing()
    except OSError as error:
        _into_nothing()
        if finished:
            raise click.ClickException(f"the last rows could not be written: {error}") from None


def _into_nothing() -> None:
    """Standard output takes no more: what Python still holds for it goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usual(output: Path | None) -> str:
    if output is not None:
        suffix = output.suffix[1:].lower()
        return suffix if suffix in _FORMS else "jsonl"
    return "table" if sys.stdout.isatty() else "jsonl"


def _array(output: Path | None, resume: bool) -> Sink:
    if resume:
        raise click.UsageError("--format json is one array, which no run can go on with: write jsonl for that")
    return Array(output.open("wb") if output else sys.stdout.buffer)


def _sink(form: str, output: Path | None, asked: dict[str, object], resume: bool, overwrite: bool) -> Sink:
    if form == "parquet":
        if output is None or resume:
            raise click.UsageError("--format parquet needs --output, and cannot --resume: write jsonl for that")
        with given.installed("parquet"):
            from saywhy.archive.parquet import Parquet
        return Parquet(output)
    if form == "table" and output is None:
        return Table(sys.stdout)
    if form == "json":
        return _array(output, resume)
    if output is None:
        return Stream(sys.stdout.buffer, header(_FORMS[form]))
    if overwrite and not resume:
        journal.path_of(output).unlink(missing_ok=True)
    return Journalled(output, asked, header(_FORMS[form]), resume)
