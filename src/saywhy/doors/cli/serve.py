"""`saywhy serve`: run the server in the foreground until SIGTERM or SIGINT; SIGHUP reopens the log."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import click

from saywhy.config.faults import ConfigError
from saywhy.config.load import find_settings, load_settings
from saywhy.config.settings import Settings
from saywhy.infra.errors import InfraError
from saywhy.infra.net.loop import new_event_loop
from saywhy.server import privileges
from saywhy.server.control import ControlInUse
from saywhy.server.lock import DataLocked
from saywhy.server.privileges import PrivilegeError
from saywhy.server.processes import Processes
from saywhy.server.supervisor import Supervisor

EX_CONFIG = 78  # sysexits.h: something is wrong with the configuration
EX_UNAVAILABLE = 69


@click.command()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="The settings file (default: ./saywhy.toml and so on).",
)
def serve(file: Path | None) -> None:
    """Run the mail server.

    \b
    saywhy serve --config saywhy.toml

    Ends with status 0 after SIGTERM or Ctrl-C, 78 when the configuration is at fault (every fault is listed),
    69 when something else is in the way (a port in use, a queue written by a newer version).
    """
    os.umask(0o077)
    try:
        settings = load_settings(file or find_settings())
        privileges.check(settings.server.user)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(run(settings))
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    except (PrivilegeError, DataLocked, ControlInUse, InfraError, OSError) as error:
        click.echo(f"saywhy cannot start: {error}", err=True)
        sys.exit(EX_UNAVAILABLE)


async def run(settings: Settings, synchronous: str = "FULL") -> None:
    """`synchronous` is the stores'; only a test asks for less."""
    supervisor = Supervisor(settings, Processes(), synchronous=synchronous)
    await supervisor.start()
    for name, addresses in supervisor.addresses.items():
        for host, port in addresses:
            click.echo(f"listening: {name} {host}:{port}", err=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloads: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = loop.create_task(supervisor.reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    await stop.wait()
    await supervisor.stop()
