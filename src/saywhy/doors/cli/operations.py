"""The command line of the operations, generated from their declarations.

Status 0: done; 1: refused, or there is no such thing; 2: usage; 3: no server, and not possible without one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from saywhy.doors.cli import table
from saywhy.doors.cli.reach import perform
from saywhy.operations.declaration import Operation, OperationError, Parameter, Type
from saywhy.operations.registry import operations
from saywhy.operations.wire import MAX_REQUEST, error_object

GROUPS = (
    "status",
    "queue",
    "message",
    "trace",
    "recipient",
    "member",
    "folder",
    "policy",
    "domain",
    "user",
    "remote-domain",
    "dial-plan",
    "lockdown",
    "system-message",
    "storm",
    "moderation",
    "quota",
    "org",
    "pressure",
    "badmail",
    "backup",
)
_HELP = {
    "queue": "What waits, by next hop.",
    "message": "Single messages in the queue.",
    "recipient": "Mailboxes, contacts, groups and folders.",
    "member": "Who is in a group.",
    "folder": "Public folders.",
    "folder permission": "Who may do what in a public folder.",
    "policy": "How recipients get their addresses.",
    "domain": "The domains that mail is taken for.",
    "remote-domain": "Which reports readers elsewhere get.",
    "dial-plan": "Voice and fax messages, and the reports on them.",
    "lockdown": "No failure reports to outside, for a while.",
    "system-message": "Your own words in reports and quota notices.",
    "storm": "Mail that the storm guard holds, because one cause was about to return too much.",
    "quota": "How full mailboxes and public folders are, and who is told.",
    "moderation": "Mail that waits for a moderator.",
    "user": "Logins for submission.",
    "badmail": "Files of the Pickup and Replay folders that could not be taken as mail.",
    "pressure": "What is short, and what is done about it.",
    "org": "The whole organisation as a file.",
}
_STATUS = {"usage": 2, "no-server": 3}


def command_for(name: str) -> click.Command:
    """The click command or group of one of GROUPS."""
    if name in operations():
        return _command(operations()[name], name)
    group = click.Group(name, help=_HELP.get(name))
    for operation in operations().values():
        first, *rest = operation.name.split(" ")
        if rest and first == name:
            _inner(group, rest[:-1]).add_command(_command(operation, rest[-1]))
    return group


def _inner(group: click.Group, names: list[str]) -> click.Group:
    """`folder permission` within `folder`, made when its first command comes."""
    for name in names:
        found = group.commands.get(name)
        if not isinstance(found, click.Group):
            found = click.Group(name, help=_HELP.get(f"{group.name} {name}"))
            group.add_command(found)
        group = found
    return group


def _command(operation: Operation, name: str) -> click.Command:
    parameters = [_parameter(parameter) for parameter in operation.parameters if parameter.type is not Type.SECRET]
    return click.Command(
        name,
        params=[*parameters, *_common(operation)],
        callback=partial(_run, operation),
        help=f"{operation.help}\n\n\b\nExample: {operation.example}",
        short_help=operation.help,
    )


def _parameter(parameter: Parameter) -> click.Parameter:
    kind: click.ParamType[Any] = click.STRING
    if parameter.type is Type.NUMBER:
        kind = click.IntRange(parameter.least, parameter.most)
    elif parameter.choices:
        kind = click.Choice(parameter.choices)
    if parameter.positional:
        return click.Argument([parameter.name], required=parameter.required, type=kind)
    flag = parameter.type is Type.FLAG
    return click.Option(
        [parameter.label, parameter.name],
        help=parameter.help + (f"  [default: {parameter.default}]" if parameter.default else ""),
        required=parameter.required,
        multiple=parameter.repeated,
        is_flag=flag,
        type=None if flag else kind,
        metavar=None if flag or parameter.choices else parameter.type.value.replace(" ", "-").upper(),
    )


def _common(operation: Operation) -> list[click.Parameter]:
    path = click.Path(path_type=Path)
    options: list[click.Parameter] = [
        click.Option(["--config"], type=path, help="The server's settings file."),
        click.Option(["--socket", "control"], type=path, help="The server's control socket."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
    ]
    if operation.confirm:
        options.append(click.Option(["--yes"], is_flag=True, help="Do not ask."))
    return options


def _run(operation: Operation, *, config: Path | None, control: Path | None, as_json: bool, **given: Any) -> None:
    try:
        _confirm(operation, given, given.pop("yes", True))
        result = perform(operation, _values(operation, given), config=config, control=control)
    except OperationError as error:
        _complain(error, as_json)
        raise SystemExit(_STATUS.get(error.code, 1)) from None
    shown = table.as_json(result) if as_json else table.render(operation, result)
    click.echo(shown.encode("utf-8", "surrogateescape") if operation.raw else shown)


def _confirm(operation: Operation, given: dict[str, Any], yes: bool) -> None:
    """Ask only where somebody can answer; a script has decided already."""
    if operation.confirm and not yes and not given.get("dry_run") and at_a_terminal():
        click.confirm(operation.confirm.format(**given), abort=True)


def at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _values(operation: Operation, given: dict[str, Any]) -> dict[str, object]:
    """What goes over the socket: only what was given."""
    values: dict[str, object] = {}
    for parameter in operation.parameters:
        read = _READ.get(parameter.type)
        value = read(parameter, given) if read else given[parameter.name]
        if isinstance(value, tuple):
            value = list(value)
        if value not in (None, [], False):
            values[parameter.name] = value
    return values


def _secret(parameter: Parameter, _: dict[str, Any]) -> str:
    """From the terminal without echo, twice; otherwise the first line of standard input."""
    if at_a_terminal():
        return str(click.prompt(parameter.name.capitalize(), hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _file(parameter: Parameter, given: dict[str, Any]) -> dict[str, str]:
    name = given[parameter.name]
    try:
        octets = sys.stdin.buffer.read(MAX_REQUEST + 1) if name == "-" else _read(Path(name))
        if len(octets) > MAX_REQUEST:
            raise OperationError("usage", name, f"it has more than {MAX_REQUEST} octets", "name another file")
        return {"name": "standard input" if name == "-" else name, "text": octets.decode("utf-8")}
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
        raise OperationError("usage", name, why, "name a file that exists and that you may read") from None
    except UnicodeDecodeError:
        raise OperationError("usage", name, "it is not UTF-8", "save the file as UTF-8") from None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_REQUEST + 1)


def _folder(parameter: Parameter, given: dict[str, Any]) -> str:
    return str(Path(given[parameter.name]).absolute())


_READ: dict[Type, Callable[[Parameter, dict[str, Any]], object]] = {
    Type.SECRET: _secret,
    Type.FILE: _file,
    Type.FOLDER: _folder,
}


def _complain(error: OperationError, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": error_object(error)}), err=True)
        return
    click.echo(f"{error.what}: {error.why}", err=True)
    for line in error.details:
        click.echo(f"  {line}", err=True)
    click.echo(f"  {error.cure}", err=True)
