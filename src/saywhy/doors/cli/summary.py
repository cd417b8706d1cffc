"""`saywhy summary`: what a pile of reports says as a whole, as bars in the terminal, JSON, or a picture.

Exit codes: 0 counted; 1 something could not be read (what could is counted); 2 wrong usage.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from saywhy.archive.picture import TITLES, svg
from saywhy.archive.summary import Summary
from saywhy.doors.cli import rows
from saywhy.doors.cli import sources as given
from saywhy.infra.log.plain import printable

_DAYS = 14
_NAME, _COUNT = 38, 10


@click.command(epilog=(
    "\b\nExamples:\n"
    "  saywhy summary bounces.jsonl\n"
    "  saywhy summary ~/Maildir --picture week.svg\n"
    "  saywhy summary all.mbox -j 4 --json | jq .domain\n"
))  # fmt: skip
@click.argument("sources", nargs=-1, metavar="[ROWS.jsonl | PATH | -]...")
@click.option("--json", "as_json", is_flag=True, help="All counts as one JSON object.")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Draw them into this SVG file.")
@click.option("--top", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many of each.")
@given.options
def summary(
    sources: tuple[str, ...],
    as_json: bool,
    picture: Path | None,
    top: int,
    jobs: int,
    engine: str,
    lines: bool,
    progress: bool,
) -> None:
    """Count what was read: by cause, domain, day, and by the system that reported it.

    Takes the output of `saywhy read --format jsonl`, or whatever `saywhy read` takes but IMAP.

    Exit code: 0 counted, 1 something could not be read, 2 wrong usage.
    """
    counts = Summary()
    errors = rows.each(sources, counts.add, jobs=jobs, engine=engine, lines=lines, progress=progress)
    if picture is not None:
        try:
            picture.write_text(svg(counts), encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"{picture} cannot be written: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps(counts.as_dict(), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(page(counts, top, shutil.get_terminal_size().columns)))
    if errors:
        click.echo(f"saywhy summary: of {counts.messages} messages {errors} could not be read.", err=True)
        raise SystemExit(1)


def page(counts: Summary, top: int, width: int) -> list[str]:
    """The counts for a screen."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in counts.kinds.most_common())
    trouble = counts.actions["failed"] + counts.actions["delayed"]
    lines = [
        f"{counts.messages:,} messages: {kinds or 'nothing'}",
        f"{counts.recipients:,} recipients: {trouble:,} failed or wait, {counts.hard:,} of them hard bounces",
    ]
    if trouble:
        lines += ["", "Whose move", *_bars(counts.acts.most_common(), trouble, width)]
        for name, title in TITLES.items():
            every = counts.by[name]
            lines += ["", title, *_bars(counts.most(name, top), trouble, width)]
            if len(every) > top:
                lines.append(f"  and {len(every) - top:,} more")
        days = counts.most("day")
        lines += ["", "When: by day (UTC)", *_bars(days[-_DAYS:], trouble, width)]
        if len(days) > _DAYS:
            lines.append(f"  and {len(days) - _DAYS:,} days before")
    return lines


def _bars(counts: list[tuple[str, int]], total: int, width: int) -> list[str]:
    room = max(10, min(width, 120) - _NAME - _COUNT - 14)
    most = max((count for _, count in counts), default=1)
    lines = []
    for name, count in counts:
        name = printable(name)
        name = name if len(name) <= _NAME else name[: _NAME - 1] + "…"
        bar = "#" * max(1, round(room * count / most))
        lines.append(f"  {name:<{_NAME}} {count:>{_COUNT},} {count / total:>6.1%}  {bar}")
    return lines
