"""The command line of the operations, generated from their declarations."""

from __future__ import annotations

import click

GROUPS = ("queue", "message", "trace", "recipient", "domain", "user", "org")


def command_for(name: str) -> click.Command:
    """The click command or group of one of GROUPS."""
    return click.Group(name)
