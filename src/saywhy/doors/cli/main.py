"""The command `saywhy`: a group whose subcommands are imported when they are called.

So `saywhy explain` starts in a moment and needs the base install only.  A subcommand that needs the server extra
says in one line what to install.  Exit codes: 0 done, 1 could not be done, 2 wrong usage or not installed.
"""

from __future__ import annotations

import importlib
from typing import NamedTuple

import click

import saywhy

_OPERATIONS = "saywhy.doors.cli.operations:command_for"


class Entry(NamedTuple):
    """Where a subcommand is found (`module:attribute`), and its line in the help.

    With `named` the attribute is a function from the subcommand's name to the command.
    """

    target: str
    help: str
    named: bool = False


COMMANDS = {
    "explain": Entry("saywhy.doors.cli.explain:explain", "Say why mail failed: a code, a reply, a report."),
    "codes": Entry("saywhy.doors.cli.codes:codes", "List the enhanced status codes, or those with a word."),
    "causes": Entry("saywhy.doors.cli.causes:causes", "List the causes of failures, or tell all of one."),
    "read": Entry("saywhy.doors.cli.read:read", "Read reports: files, folders, archives, IMAP; a row each."),
    "summary": Entry("saywhy.doors.cli.summary:summary", "Count what was read: causes, domains, days, systems."),
    "suppress": Entry("saywhy.doors.cli.suppress:suppress", "Which addresses to stop writing to, and why."),
    "demo": Entry("saywhy.doors.cli.demo:demo", "Show three failures and their reports, nothing to set up."),
    "lab": Entry("saywhy.doors.cli.lab:lab", "Provoke failures and see what comes back: serve, run."),
    "serve": Entry("saywhy.doors.cli.serve:serve", "Run the mail server."),
    "config": Entry("saywhy.doors.cli.config:config", "Check and explain the server's settings."),
    "status": Entry(_OPERATIONS, "The server's processes, and their shares of the limits.", named=True),
    "queue": Entry(_OPERATIONS, "What waits for each next hop: list, show, retry.", named=True),
    "message": Entry(_OPERATIONS, "Messages that wait: list, show, remove.", named=True),
    "trace": Entry(_OPERATIONS, "What happened to a message.", named=True),
    "recipient": Entry(_OPERATIONS, "Mailboxes, contacts, groups, folders: add, set, show, check.", named=True),
    "member": Entry(_OPERATIONS, "Who is in a group: add, list, remove.", named=True),
    "folder": Entry(_OPERATIONS, "Who may do what in public folders: permission add, list, remove.", named=True),
    "policy": Entry(_OPERATIONS, "How recipients get their addresses: add, list, remove, apply.", named=True),
    "domain": Entry(_OPERATIONS, "Domains that this server takes mail for: add, list, remove.", named=True),
    "user": Entry(_OPERATIONS, "Who may sign in: add, list, remove.", named=True),
    "remote-domain": Entry(_OPERATIONS, "Which reports readers elsewhere get: list, set.", named=True),
    "dial-plan": Entry(_OPERATIONS, "Voice and fax messages, and their reports: list, set.", named=True),
    "lockdown": Entry(_OPERATIONS, "No failure reports to outside for a while: start, show, stop.", named=True),
    "system-message": Entry(_OPERATIONS, "Your own words in reports: set, list, remove.", named=True),
    "storm": Entry(_OPERATIONS, "Mail that the storm guard holds: list, release, return.", named=True),
    "quota": Entry(_OPERATIONS, "How full mailboxes and folders are, and who is told: list, notify.", named=True),
    "moderation": Entry(_OPERATIONS, "Mail that waits for a moderator: list, approve, reject.", named=True),
    "pressure": Entry(_OPERATIONS, "What is short, and what is done about it: show, override, clear.", named=True),
    "badmail": Entry(_OPERATIONS, "Files that could not be taken as mail: list, resubmit.", named=True),
    "backup": Entry(_OPERATIONS, "Copy queue and organisation, while the server runs.", named=True),
    "restore": Entry("saywhy.doors.cli.restore:restore", "Put a backup in the place of an empty queue."),
    "org": Entry(_OPERATIONS, "All organisation objects as one file: export, apply.", named=True),
}


class LazyGroup(click.Group):
    """The group of COMMANDS, in their order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else _load(cmd_name, entry)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


class NotInstalled(click.ClickException):
    """A package of the server extra is missing."""

    exit_code = 2

    def __init__(self, command: str, package: str) -> None:
        super().__init__(
            f"saywhy {command} needs the package {package}, which is not installed: pip install 'saywhy[server]'"
        )


def _load(name: str, entry: Entry) -> click.Command:
    module, _, attribute = entry.target.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
        command = found(name) if entry.named else found
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "saywhy"):
            raise
        raise NotInstalled(name, package) from None
    if not isinstance(command, click.Command):
        raise TypeError(f"{entry.target} is no command")
    return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(saywhy.__version__, prog_name="saywhy", message="%(prog)s %(version)s")
def main() -> None:
    """A mail server that says why, and a tool that explains why mail failed.

    \b
    Try:  saywhy explain 5.7.1
          saywhy explain '550 5.4.1 Recipient address rejected: Access denied'
          saywhy explain bounce.eml
    """
