"""Each operation is declared completely, and the file is named after it."""

from __future__ import annotations

import inspect
import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from saywhy.operations.declaration import Operation, Type
from saywhy.operations.document import page
from saywhy.operations.registry import find, operations
from tests.operations.conftest import refused

ALL = list(operations().values())
FOLDER = Path(__file__).parents[2] / "src" / "saywhy" / "operations"


def test_the_operations_that_stand_are_found_by_looking_at_the_files() -> None:
    assert list(operations()) == [
        "backup",
        "badmail list",
        "badmail resubmit",
        "dial-plan add",
        "dial-plan list",
        "dial-plan remove",
        "dial-plan set",
        "domain add",
        "domain list",
        "domain remove",
        "folder permission add",
        "folder permission list",
        "folder permission remove",
        "lockdown show",
        "lockdown start",
        "lockdown stop",
        "member add",
        "member list",
        "member remove",
        "message export",
        "message list",
        "message redirect",
        "message remove",
        "message resume",
        "message show",
        "message suspend",
        "moderation approve",
        "moderation list",
        "moderation reject",
        "org apply",
        "org export",
        "policy add",
        "policy apply",
        "policy list",
        "policy remove",
        "pressure clear",
        "pressure override",
        "pressure show",
        "queue causes",
        "queue list",
        "queue recheck",
        "queue resume",
        "queue retry",
        "queue show",
        "queue suspend",
        "quota list",
        "quota notify",
        "recipient add",
        "recipient check",
        "recipient deleted",
        "recipient forget",
        "recipient list",
        "recipient remove",
        "recipient set",
        "recipient show",
        "remote-domain add",
        "remote-domain list",
        "remote-domain remove",
        "remote-domain set",
        "status",
        "storm list",
        "storm release",
        "storm return",
        "system-message list",
        "system-message remove",
        "system-message set",
        "trace",
        "user add",
        "user list",
        "user remove",
    ]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_an_operation_stands_in_the_file_of_its_name(operation: Operation) -> None:
    name = operation.name.replace("-", "_")
    file = FOLDER / f"{name.replace(' ', '/')}.py"
    assert operation.run.__module__ == f"saywhy.operations.{name.replace(' ', '.')}"
    assert file.exists()


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_the_handler_takes_what_is_declared(operation: Operation) -> None:
    taken = list(inspect.signature(operation.run).parameters)
    declared = [parameter.name for parameter in operation.parameters]
    if taken[-1] == "given":  # the rest, made from the fields of the objects
        taken, declared = taken[:-1], declared[: len(taken) - 2]
    assert taken == ["context", *declared]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_help_is_a_sentence_and_the_example_is_a_call(operation: Operation) -> None:
    assert operation.help.endswith(".")
    assert shlex.split(operation.example)[: 1 + len(operation.name.split())] == ["saywhy", *operation.name.split()]
    for parameter in operation.parameters:
        assert parameter.help.endswith("."), parameter.name
    for column in operation.columns:
        assert column.help.endswith("."), column.name


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
def test_what_takes_away_asks_first(operation: Operation) -> None:
    asking = (" remove", " forget", " suspend", " redirect", " return", "org apply")  # spec C0
    assert bool(operation.confirm) == operation.name.endswith(asking)
    operation.confirm.format(**{parameter.name: "x" for parameter in operation.parameters})


def test_the_page_of_operations_is_current() -> None:
    assert (FOLDER.parents[2] / "docs" / "operations.md").read_text() == page(), "run `make docs`"


def test_passwords_are_never_options() -> None:
    secrets = [parameter.name for item in ALL for parameter in item.parameters if parameter.type is Type.SECRET]
    assert secrets == ["password"]


def test_an_unknown_operation_names_the_nearest() -> None:
    with pytest.raises(Exception, match='did you mean "queue list"') as raised:
        find("queue lst")
    assert getattr(raised.value, "code", "") == "usage"


def test_declarations_need_the_base_install_only() -> None:
    """The command line must be able to talk to a server without the packages of the `server` extra."""
    code = (
        "import sys, json; from saywhy.operations.registry import operations; operations();"
        "import saywhy.server.control_client;"
        "print(json.dumps([name for name in ('pydantic', 'argon2', 'dns', 'cryptography', 'idna') "
        "if name in sys.modules]))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(out) == []


async def test_a_parameter_that_does_not_exist_is_named_with_the_nearest(run) -> None:  # type: ignore[no-untyped-def]
    error = await refused(run("queue list", limt=5))
    assert (error.code, error.why, error.cure) == (
        "usage",
        'there is no parameter "limt"',
        'did you mean "limit"?',
    )


@pytest.mark.parametrize(
    ("name", "parameters", "why"),
    [
        ("queue list", {"limit": 0}, "--limit: 0 is out of range"),
        ("queue list", {"limit": "many"}, '--limit: "many" is not a whole number'),
        ("queue list", {"limit": True}, "--limit: true is not a whole number"),
        ("queue show", {}, "QUEUE: this must be given"),
        ("queue show", {"queue": ["a"]}, "QUEUE: ['a'] is not text"),
        ("queue show", {"queue": "a\x1b[2J"}, "QUEUE: the text is too long, or has control characters"),
        ("queue show", {"queue": "a" * 2000}, "QUEUE: the text is too long, or has control characters"),
        ("message show", {"message": "8f31"}, 'MESSAGE: "8f31" is not a queue id'),
        ("message remove", {"message": "1-1", "no_ndr": "yes"}, '--no-ndr: "yes" is not true or false'),
        ("domain add", {"name": "a.example", "type": "relay"}, '--type: "relay" is not one of its values'),
        (
            "recipient add",
            {"kind": "mailbox", "name": "x", "address": "x@a.example"},
            "--address: this is no list, or too long a one",
        ),
        (
            "recipient add",
            {"kind": "mailbox", "name": "x", "address": ["x@@"]},
            '--address: "x@@" is not an address: the local part has a character that must be quoted, or is empty',
        ),
        ("org apply", {"file": "organisation.toml"}, "FILE: this is no file"),
    ],
)
async def test_what_does_not_fit_is_refused_before_anything_is_done(run, name, parameters, why) -> None:  # type: ignore[no-untyped-def]
    error = await refused(run(name, **parameters))
    assert error.code == "usage"
    if name == "recipient add" and "quoted" in why:
        assert error.why.startswith('--address: "x@@" is not an address: ')
    else:
        assert error.why == why
    assert error.cure
