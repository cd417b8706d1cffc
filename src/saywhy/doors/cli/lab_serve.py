"""`saywhy lab serve`, `lab mail` and `lab words`: the laboratory for people."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from saywhy.lab import tables
from saywhy.lab.arrivals import KEEP, Arrival, arrived

if TYPE_CHECKING:  # a server takes a second to import, and `mail` and `words` need none
    from saywhy.lab.laboratory import Laboratory

WIDTH = 100


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=2525, show_default=True, help="For SMTP; 0: any.")
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), help="Where all of it is kept (default: nowhere)."
)
@click.option("--retry", type=float, default=2.0, show_default=True, help="Seconds between attempts.")
@click.option(
    "--delay-after", type=float, default=30.0, show_default=True, help="Seconds until a report of delay."
)
@click.option(
    "--expire-after", type=float, default=900.0, show_default=True, help="Seconds until mail is given up."
)
@click.option("--keep", type=click.IntRange(1, 1_000_000), default=KEEP, show_default=True, help="Messages kept.")
@click.option("--json", "as_json", is_flag=True, help="For programs: addresses on stdout, commands from stdin.")
def serve(
    port: int,
    folder: Path | None,
    retry: float,
    delay_after: float,
    expire_after: float,
    keep: int,
    as_json: bool,
) -> None:
    """Run the laboratory: mail to bob+5.2.2@lab.test is refused with 5.2.2, and the report comes back.

    `saywhy lab words` shows what addresses may say. Nothing leaves this machine. Ctrl-C ends it.
    """
    from saywhy.lab.laboratory import Laboratory, Pace

    pace = Pace(retry, delay_after, expire_after)
    with _folder(folder) as where:
        lab = Laboratory(
            where,
            port=port,
            pace=pace,
            keep=keep,
            told=(lambda _arrival: None) if as_json else _tell,
            tell=lambda trouble: click.echo(trouble, err=True),
        )
        try:
            asyncio.run(_serve(lab, as_json))
        except OSError as error:
            raise click.ClickException(f"the laboratory could not start: {error}; try --port 0") from error


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is None:
        with tempfile.TemporaryDirectory(prefix="saywhy-lab-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
    else:
        given.mkdir(parents=True, exist_ok=True)
        yield given.absolute()


async def _serve(lab: Laboratory, as_json: bool) -> None:
    from saywhy.lab.remote_control import obey

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with lab:
        if as_json:
            facts = {"smtp": lab.smtp, "remote": lab.remote, "mail": str(lab.letters), "config": str(lab.config)}
            click.echo(json.dumps(facts))
            await obey(lab, stop)
        else:
            _introduce(lab)
            await stop.wait()
            click.echo("Ending ...")


def _introduce(lab: Laboratory) -> None:
    (host, port), (remote, remote_port) = lab.smtp, lab.remote
    click.echo(
        f"""\
The laboratory is open. Nothing leaves this machine, and every sender gets his reports.

  Hand in mail at {host}:{port}, from anybody to anybody:

    swaks --server {host}:{port} --from you@shop.example --to bob+5.2.2@lab.test
    python3 -c "import smtplib; smtplib.SMTP('{host}', {port}).sendmail('you@shop.example', \
['bob+5.2.2@lab.test'], 'Subject: Hello\\n\\nHello.')"

  Other addresses to try (all of them: saywhy lab words):

    bob+async-exchange2007-5.1.1@lab.test   taken, and Exchange 2007's own report comes back
    bob+421-after-20/min@lab.test           twenty a minute, then 421
    bob+delay-10m@lab.test                  taken after ten minutes
    ndr-5.2.2-a@here.lab.test               plays that scenario (saywhy lab list), with you as sender

  What arrives, for whomever, lies in the Maildir {lab.letters}:

    saywhy lab mail --dir {lab.folder}
    saywhy read {lab.letters}

  The server's queue and its story: saywhy queue list --config {lab.config}
  The server of lab.test, to be spoken to directly: {remote}:{remote_port}

Ctrl-C ends it. What arrives is told here:
"""
    )


def _tell(arrival: Arrival) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')}  {_line(arrival)}")


def _line(arrival: Arrival) -> str:
    report = arrival.report
    if not report.is_report or not report.recipients:
        return f"{arrival.to}: {'a report' if not arrival.sender else arrival.sender}: {arrival.subject}"
    first = report.recipients[0]
    what = f"{report.kind.value} {first.recipient}: {first.failure.status} {first.why.cause}"
    return f"{arrival.to}: {what} ({report.system or report.dialect})"


@click.command("mail")
@click.argument("number", type=int, required=False)
@click.option("--dir", "folder", type=click.Path(path_type=Path), required=True, help="The laboratory's folder.")
@click.option("--to", "to", default="", help="Only what arrived for this address.")
def mail(number: int | None, folder: Path, to: str) -> None:
    """What arrived: a line each, or message NUMBER whole."""
    if not (folder / "mail").is_dir():
        raise click.UsageError(f"{folder} is no laboratory's folder; saywhy lab serve names its own")
    found = [
        (n, arrival)
        for n, arrival in enumerate(arrived(folder / "mail"), 1)
        if not to or arrival.to.lower() == to.lower()
    ]
    if number is None:
        for n, arrival in found:
            click.echo(f"{n:>4}  {time.strftime('%H:%M:%S', time.localtime(arrival.at))}  {_line(arrival)}")
        return
    for n, arrival in found:
        if n == number:
            sys.stdout.buffer.write(arrival.raw)
            return
    raise click.UsageError(f"there is no message {number}")


@click.command()
def words() -> None:
    """What addresses of the laboratory may say."""
    click.echo(tables.as_text(WIDTH))
