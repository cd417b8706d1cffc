"""`saywhy suppress`: the addresses that should not be written to again, with the evidence.

Exit codes: 0 done, also when there are none; 1 something could not be read; 2 wrong usage.
"""

from __future__ import annotations

import csv
import json
import sys

import click

from saywhy.archive.suppress import COLUMNS, Advice, Suppression
from saywhy.doors.cli import rows
from saywhy.doors.cli import sources as given


@click.command(epilog=(
    "\b\nExamples:\n"
    "  saywhy suppress bounces.jsonl > suppress.csv\n"
    "  saywhy suppress ~/Maildir --at-least 2 --format jsonl\n"
))  # fmt: skip
@click.argument("sources", nargs=-1, metavar="[ROWS.jsonl | PATH | -]...")
@click.option("--format", "form", type=click.Choice(["csv", "json", "jsonl"]), default="csv", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--at-least", type=click.IntRange(1), default=1, show_default=True, help="Only after so many failures."
)
@given.options
def suppress(
    sources: tuple[str, ...],
    form: str,
    as_json: bool,
    at_least: int,
    jobs: int,
    engine: str,
    lines: bool,
    progress: bool,
) -> None:
    """List the addresses not to write to again: each once, with count, dates and cause.

    Counts are failures that are about the address and for good: it does not exist, has moved, is disabled.  A
    reputation, a policy, a full mailbox, a limit or a fault of a server never puts an address on the list, and who
    got mail after the last failure is not on it.

    Exit code: 0 done, 1 something could not be read, 2 wrong usage.
    """
    found = Suppression(at_least)
    errors = rows.each(sources, found.add, jobs=jobs, engine=engine, lines=lines, progress=progress)
    _write(list(found.advice()), "json" if as_json else form)
    if errors:
        click.echo(f"saywhy suppress: {errors} messages could not be read.", err=True)
        raise SystemExit(1)


def _write(advice: list[Advice], form: str) -> None:
    if form == "json":
        click.echo(json.dumps([each.as_dict() for each in advice], indent=2, ensure_ascii=False))
    elif form == "jsonl":
        for each in advice:
            click.echo(json.dumps(each.as_dict(), ensure_ascii=False))
    else:
        table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows({name: _cell(value) for name, value in each.as_dict().items()} for each in advice)


def _cell(value: object) -> object:
    """As in the CSV of `read`: no cell that a spreadsheet takes for a formula."""
    from saywhy.archive.rows import cell

    return value if isinstance(value, int) else cell(value)
