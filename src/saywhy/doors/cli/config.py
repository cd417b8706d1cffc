"""`saywhy config check` and `saywhy config explain`: settings files, checked and explained without a server."""

from __future__ import annotations

from pathlib import Path

import click

from saywhy.config import explain as explaining
from saywhy.config.check import check as faults_of
from saywhy.config.declared import Declared
from saywhy.config.explain import Explained
from saywhy.config.faults import ConfigError

REFUSED = 1
USAGE = 2


def command_for(_: str = "config") -> click.Command:
    """The group `config`.  Importing this module needs the `server` extra (pydantic)."""
    return config


@click.group()
def config() -> None:
    """Check a settings file, explain the settings."""


@config.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say everything that is wrong with FILE and the organisation file it names; status 1 when there is any.

    Example: saywhy config check /etc/saywhy/saywhy.toml
    """
    faults = faults_of(file)
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}", err=True)
        raise SystemExit(REFUSED)
    click.echo(f"{file}: no faults")


@config.command()
@click.argument("key", default="")
@click.option("--file", type=click.Path(path_type=Path), help="Show the values in force in this file, and where.")
def explain(key: str, file: Path | None) -> None:
    """Explain KEY (a setting or a section), or all settings.

    Example: saywhy config explain listeners --file /etc/saywhy/saywhy.toml
    """
    generic = explaining.select(key)
    try:
        found = explaining.in_force(file) if file else []
    except ConfigError as error:
        click.echo(error)
        raise SystemExit(REFUSED) from None
    matching = [item for item in found if not key or item.key == key or item.key.startswith(f"{key}.")]
    wanted = {item.key for item in generic}
    matching = matching or [item for item in found if item.setting.key in wanted]
    if not generic and not matching:
        near = explaining.near_key(key)
        hint = f'did you mean "{near}"?' if near else "`saywhy config explain` lists all"
        click.echo(f'there is no setting "{key}"; {hint}', err=True)
        raise SystemExit(USAGE)
    shown = {item.setting.key for item in matching}
    for item in matching:
        _show(item.setting, item)
    for setting in generic:
        if setting.key not in shown:
            _show(setting, None)


def _show(setting: Declared, explained: Explained | None) -> None:
    click.secho(explained.key if explained else setting.key, bold=True)
    if explained:
        click.echo(f"    value    {explained.value}  ({explained.where})")
    click.echo(f"    default  {'none: it must be given' if setting.required else setting.default or 'none'}")
    if setting.unit:
        click.echo(f"    unit     {setting.unit}")
    click.echo(f"    {setting.doc}\n")
