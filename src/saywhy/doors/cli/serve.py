"""`saywhy serve`: run the server in the foreground until SIGTERM or SIGINT; SIGHUP reloads."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

import click

from saywhy.config.faults import ConfigError
from saywhy.config.load import find_settings, load_settings
from saywhy.infra.errors import InfraError
from saywhy.infra.net.loop import new_event_loop
from saywhy.server import privileges
from saywhy.server.control import ControlInUse
from saywhy.server.life import run
from saywhy.server.lock import DataLocked
from saywhy.server.privileges import PrivilegeError

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

    Every worker is a process of its own (server.workers).  SIGHUP reopens the log and reads the settings again.

    Ends with status 0 after SIGTERM or Ctrl-C, 78 when the configuration is at fault (every fault is listed),
    69 when something else is in the way (a port in use, a queue written by a newer version).
    """
    os.umask(0o077)
    try:
        path = (file or find_settings()).absolute()
        settings = load_settings(path)
        privileges.check(settings.server.user)
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(run(settings, lambda: load_settings(path), partial(click.echo, err=True)))
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    except (PrivilegeError, DataLocked, ControlInUse, InfraError, OSError) as error:
        click.echo(f"saywhy cannot start: {error}", err=True)
        sys.exit(EX_UNAVAILABLE)
