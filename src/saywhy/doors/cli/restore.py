"""`saywhy restore`: put a backup in the place of an empty queue, with the server stopped."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import click

from saywhy.config.faults import ConfigError
from saywhy.config.load import find_settings, load_settings
from saywhy.infra.errors import StoreError
from saywhy.infra.store.place import make_directory
from saywhy.server.backup import Restored
from saywhy.server.backup import restore as put_back
from saywhy.server.lock import DataLock, DataLocked

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("directory", type=_FOLDER)
@click.option("--config", "file", type=click.Path(path_type=Path), help="The settings of the server to be.")
def restore(directory: Path, file: Path | None) -> None:
    """Put the backup in DIRECTORY in the place of a queue that does not exist yet.

    \b
    saywhy restore /backup/saywhy-monday --config saywhy.toml

    The server must not run.  The backup is looked through first; when something is missing or damaged, nothing is
    changed.  Mail that was delivered since the backup was made will be delivered again.
    """
    try:
        settings = load_settings(file or find_settings())
        make_directory(settings.server.data_dir)
        lock = DataLock(settings.server.data_dir)
        try:
            found = put_back(directory.absolute(), settings.store.path, _Percent())
            _give(settings.server.data_dir, settings.server.user)
        finally:
            lock.release()
    except (ConfigError, DataLocked, StoreError, OSError) as error:
        click.echo(f"nothing was restored: {error}", err=True)
        sys.exit(1)
    click.echo(_told(found))


class _Percent:
    """One line on a terminal, overwritten."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        if percent != self._shown and sys.stderr.isatty():
            self._shown = percent
            click.echo(f"\rrestoring: {percent} %", err=True, nl=percent == 100)


def _give(folder: Path, user: str) -> None:
    """What root has made belongs to the server's user."""
    if os.geteuid() == 0 and user:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, user)


def _told(found: Restored) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.made))
    lines = [f"Restored what was backed up on {when}: the organisation (revision {found.revision}) and"]
    lines += [
        f"  queue {each.shard}: {each.messages} messages for {each.recipients} recipients, "
        f"{each.contents} of them with a file of their own"
        for each in found.shards
    ]
    return "\n".join(lines)
