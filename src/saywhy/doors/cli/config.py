"""`saywhy config check` and `saywhy config explain`."""

from __future__ import annotations

import click


def command_for(name: str) -> click.Command:
    """The click group `config`."""
    return click.Group(name)
