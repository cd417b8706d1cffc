"""`saywhy demo`: the main job, shown.  Three messages that cannot be delivered, and the reports that come back."""

from __future__ import annotations

import asyncio
import email
import email.policy
import signal
import sys
import tempfile
from email.message import EmailMessage
from pathlib import Path

import click

from saywhy.lab.demo import PASSWORD, SCENES, WAITING, Scene, Stage

WIDTH = 100


@click.command()
@click.option("--once", is_flag=True, help="Print the three reports and end; status 0 when they were right.")
def demo(once: bool) -> None:
    """Start a server with a fake internet and show what a sender gets to read.

    \b
    saywhy demo --once
    """
    with tempfile.TemporaryDirectory(prefix="saywhy-demo-") as folder:
        sys.exit(asyncio.run(_play(Path(folder), once)))


async def _play(folder: Path, once: bool) -> int:
    click.echo("Starting worcester.example, its server and a fake internet on loopback ...")
    wrong = 0
    async with Stage(folder) as stage:
        for number, scene in enumerate(SCENES, 1):
            click.echo(f"\n{'=' * WIDTH}\n{number}. {scene.title}: <{scene.recipient}>\n{'=' * WIDTH}")
            await stage.send(scene)
            wrong += not _show(await stage.report(), scene)
        if wrong:
            click.echo(f"{wrong} of {len(SCENES)} reports were not as they should be", err=True)
        if once:
            click.echo(f"\n{len(SCENES) - wrong} of {len(SCENES)} reports arrived and say why.")
            return 1 if wrong else 0
        await stage.send(WAITING)
        _what_next(stage)
        await _until_interrupted()
    return 0


def _show(raw: bytes, scene: Scene) -> bool:
    """Print a report as a mail client shows it; True when it is what the scene calls for."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ("From", "To", "Subject", "Date"):
        click.echo(f"{name + ':':9}{message[name]}")
    body = message.get_body(("plain",))
    click.echo("-" * WIDTH)
    click.echo(body.get_content().rstrip() if body is not None else "(no readable part)")
    fault = _fault(message, scene)
    if fault:
        click.echo(f"This report is wrong: {fault}", err=True)
    return not fault


def _fault(message: EmailMessage, scene: Scene) -> str:
    if message.get_content_type() != "multipart/report":
        return f"it is {message.get_content_type()}, not multipart/report"
    parts = list(message.iter_parts())
    if len(parts) != 3:
        return f"it has {len(parts)} parts, not 3"
    groups = [group for group in parts[1].walk() if group is not parts[1]]
    wanted = {"Action": "failed", "Status": scene.status, "Final-Recipient": f"rfc822; {scene.recipient}"}
    for name, value in wanted.items():
        if not any(str(group[name]).strip() == value for group in groups):
            return f"no {name}: {value} in its delivery status"
    if not any(group["Reporting-MTA"] for group in groups):
        return "no Reporting-MTA"
    return ""


def _what_next(stage: Stage) -> None:
    config = stage.config
    host, port = stage.app.addresses["smtp"][0]
    submission = stage.app.addresses["submission"][0][1]
    click.echo(
        f"""
{"=" * WIDTH}
The server is still up, and a fourth message waits in its queue.  In another terminal:

  saywhy queue list --config {config}
  saywhy trace 1-1 --config {config}
  saywhy recipient list --config {config}
  saywhy recipient add mailbox jethro --address jethro@worcester.example --config {config}
  saywhy explain '550 5.1.1 User unknown'
  cat {stage.folder}/events.jsonl

SMTP listens on {host}:{port}, submission on {host}:{submission} (user guy, password '{PASSWORD}').
Ctrl-C ends everything."""
    )


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
