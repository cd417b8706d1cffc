"""The command `saywhy`: a group whose subcommands are imported when they are called."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Mail transport that says why."""
