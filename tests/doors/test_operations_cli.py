"""The command line of the operations, end to end: over a real socket, and on the store without a server."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from saywhy.doors.cli import offline
from saywhy.doors.cli import operations as door
from saywhy.doors.cli.operations import GROUPS, command_for
from saywhy.doors.cli.table import table
from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.objects import MemoryObjects
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format
from saywhy.operations.registry import operations
from saywhy.server import privileges
from saywhy.server.control import ControlServer
from saywhy.server.lock import DataLock
from saywhy.server.organisation import CurrentOrganisation
from tests.operations.conftest import NOW, Clock, Events, FakePasswords, FakeQueue, enqueue

Saywhy = Callable[..., Awaitable[Result]]


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="sw"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def config(folder: Path) -> Path:
    """Settings of a server that does not run."""
    (folder / "data").mkdir()
    file = folder / "saywhy.toml"
    file.write_text('[server]\nhostname = "mail.example.org"\ndata_dir = "data"\n[log]\npath = "events.log"\n')
    return file


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
async def server(config: Path, store: MemoryStore) -> AsyncIterator[Context]:
    """A server at the settings' control socket."""
    organisation = CurrentOrganisation(MemoryObjects())
    await organisation.reload()
    context = Context(store, FakeQueue(store), organisation, FakePasswords(), Events(), Clock())
    control = ControlServer(config.parent / "data" / "control.sock", context)
    await control.start()
    yield context
    await control.stop()


@pytest.fixture
def saywhy(config: Path) -> Saywhy:
    """`await saywhy("queue", "list")` as one would call it, with --config."""

    async def run(*arguments: str, stdin: str | bytes | None = None, where: tuple[str, ...] = ()) -> Result:
        first, *rest = arguments
        options = where or ("--config", str(config))
        return await asyncio.to_thread(
            CliRunner().invoke, command_for(first), [*rest, *options], input=stdin, catch_exceptions=False
        )

    return run


def test_every_operation_is_a_command() -> None:
    names = set()
    for group in GROUPS:
        command = command_for(group)
        assert command.name == group
        names |= _commands(command, group)
    assert names == set(operations())


def test_every_group_of_operations_is_a_command_of_the_program() -> None:
    from saywhy.doors.cli.main import main

    known = main.list_commands(click.Context(main))
    assert set(GROUPS) <= set(known)


def _commands(command: click.Command, name: str) -> set[str]:
    if not isinstance(command, click.Group):
        return {name}
    return {found for inner, each in command.commands.items() for found in _commands(each, f"{name} {inner}")}


@pytest.mark.parametrize("name", sorted(operations()))
def test_help_has_the_example(name: str) -> None:
    first, *rest = name.split()
    result = CliRunner().invoke(command_for(first), [*rest, "--help"])
    assert result.exit_code == 0
    assert f"Example: {operations()[name].example}" in result.output
    assert "--password" not in result.output


async def test_a_day_of_an_administrator(saywhy: Saywhy, server: Context) -> None:
    assert (await saywhy("domain", "add", "worcester.example", "--default")).exit_code == 0
    added = await saywhy("recipient", "add", "mailbox", "anna", "--address", "anna@worcester.example")
    assert added.output == "The mailbox anna has the address anna@worcester.example. Revision 2.\n"
    user = await saywhy("user", "add", "anna@worcester.example", stdin="correct horse\n")
    assert user.exit_code == 0
    assert server.organisation().users["anna@worcester.example"].password == "$argon2id$13"
    listed = await saywhy("recipient", "list")
    assert listed.output == (
        "name  kind     addresses               goes to  display name\nanna  mailbox  anna@worcester.example\n"
    )
    assert (await saywhy("recipient", "remove", "anna")).exit_code == 0


async def test_what_one_command_prints_the_next_accepts(
    saywhy: Saywhy, server: Context, store: MemoryStore
) -> None:
    await enqueue(store, "x@partner.example", tried=True)
    queue = json.loads((await saywhy("queue", "list", "--json")).output)["rows"][0]["queue"]
    shown = json.loads((await saywhy("queue", "show", queue, "--json")).output)
    message = shown["rows"][0]["message"]
    for command in (("message", "show", message), ("trace", message), ("queue", "retry", queue)):
        assert (await saywhy(*command)).exit_code == 0
    assert (await saywhy("message", "remove", message)).exit_code == 0


async def test_a_table_reads_without_colour(saywhy: Saywhy, server: Context, store: MemoryStore) -> None:
    await enqueue(store, "x@partner.example", subject="Hi \x1b[31mthere")
    assert (await saywhy("message", "list")).output == (
        "message  arrived               sender                 recipients    size  subject\n"
        "1-1      2026-11-18 10:06:40Z  guy@worcester.example           1  2.0 KB  Hi \\x1b[31mthere\n"
    )


async def test_json_has_rows_and_text(saywhy: Saywhy, server: Context, store: MemoryStore) -> None:
    await enqueue(store, "x@partner.example")
    answer = json.loads((await saywhy("message", "list", "--json")).output)
    assert answer["text"] == ""
    assert answer["rows"][0]["arrived"] == NOW - 3600


async def test_a_refusal_is_status_1_with_why_and_what_to_do(saywhy: Saywhy, server: Context) -> None:
    result = await saywhy("recipient", "add", "mailbox", "anna", "--address", "anna@worcester.example")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "mailbox anna: worcester.example is not an accepted domain\n"
        "  add the domain first, or correct the address\n"
    )


async def test_a_refusal_can_be_json(saywhy: Saywhy, server: Context) -> None:
    result = await saywhy("message", "show", "1-99", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stderr)["error"]["code"] == "not-found"


@pytest.mark.parametrize(
    "arguments",
    [
        ("queue", "show"),
        ("message", "show", "x"),
        ("recipient", "add", "list", "x", "--address", "x@y.example"),
        ("queue", "list", "--limit", "0"),
        ("recipient", "add", "mailbox", "x", "--address", "x"),
        ("org", "apply", "/nonexistent/organisation.toml"),
    ],
)
async def test_wrong_usage_is_status_2(saywhy: Saywhy, server: Context, arguments: tuple[str, ...]) -> None:
    assert (await saywhy(*arguments)).exit_code == 2


async def test_a_person_is_asked_before_something_is_taken_away(
    saywhy: Saywhy, server: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.example", "b.example", "c.example"):
        await saywhy("domain", "add", name)
    monkeypatch.setattr(door, "at_a_terminal", lambda: True)
    no = await saywhy("domain", "remove", "a.example", stdin="n\n")
    assert no.output.startswith("Take no more mail for a.example? [y/N]: n")
    assert no.exit_code == 1
    assert "a.example" in server.organisation().domains
    assert (await saywhy("domain", "remove", "a.example", stdin="y\n")).exit_code == 0
    assert (await saywhy("domain", "remove", "b.example", "--yes")).exit_code == 0
    assert list(server.organisation().domains) == ["c.example"]


async def test_a_script_is_not_asked(saywhy: Saywhy, server: Context) -> None:
    await saywhy("domain", "add", "a.example")
    await saywhy("domain", "add", "b.example")
    assert (await saywhy("domain", "remove", "a.example")).exit_code == 0


async def test_a_person_types_a_password_twice_and_unseen(
    saywhy: Saywhy, server: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    await saywhy("domain", "add", "a.example")
    monkeypatch.setattr(door, "at_a_terminal", lambda: True)
    result = await saywhy("user", "add", "x@a.example", stdin="correct horse\ncorrect horse\n")
    assert result.exit_code == 0
    assert "correct horse" not in result.output


async def test_an_organisation_is_exported_and_applied(saywhy: Saywhy, server: Context, folder: Path) -> None:
    await saywhy("domain", "add", "a.example")
    exported = (await saywhy("org", "export")).output
    file = folder / "own.toml"
    file.write_text(exported + '\n[[domain]]\nname = "b.example"\n')
    dry = await saywhy("org", "apply", str(file), "--dry-run")
    assert dry.output == (
        "action  kind    name       fields\n"
        "add     domain  b.example\n\n"
        "1 object would change; nothing was done.\n"
    )
    assert list(server.organisation().domains) == ["a.example"]
    applied = await saywhy("org", "apply", "-", stdin=file.read_bytes())
    assert applied.output.endswith("1 object changed. Revision 2.\n")
    assert list(server.organisation().domains) == ["a.example", "b.example"]


async def test_faults_of_an_organisation_file_are_all_shown(saywhy: Saywhy, server: Context, folder: Path) -> None:
    file = folder / "own.toml"
    file.write_text('[[domain]]\nname = "a_b.example"\n[[domain]]\nname = "c_d.example"\n')
    result = await saywhy("org", "apply", str(file))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == f"{file}: it has 2 faults"
    assert [line.split(": ")[0] for line in lines[1:3]] == [f"  {file}, line 2", f"  {file}, line 4"]


async def test_the_socket_can_be_named(saywhy: Saywhy, server: Context, folder: Path) -> None:
    where = ("--socket", str(folder / "data" / "control.sock"))
    assert (await saywhy("queue", "list", where=where)).output == "The queue is empty.\n"


async def test_the_settings_file_can_be_named_by_the_environment(
    saywhy: Saywhy, server: Context, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYWHY_CONFIG", str(config))
    assert (await saywhy("queue", "list", where=("--json",))).exit_code == 0


async def test_without_a_server_what_needs_one_is_status_3(saywhy: Saywhy, folder: Path) -> None:
    result = await saywhy("queue", "retry", "--all")
    assert result.exit_code == 3
    assert result.stderr == (
        f"queue retry: no server answers at {folder}/data/control.sock\n"
        "  start it with `saywhy serve`, or name it with --config or --socket\n"
    )
    named = await saywhy("queue", "list", where=("--socket", str(folder / "none")))
    assert named.exit_code == 3


async def test_without_a_server_the_organisation_is_changed_on_the_store_itself(
    saywhy: Saywhy, folder: Path
) -> None:
    assert (await saywhy("domain", "add", "worcester.example")).exit_code == 0
    added = await saywhy("user", "add", "anna@worcester.example", stdin="correct horse\n")
    assert added.output == "anna@worcester.example may sign in and send as anna@worcester.example. Revision 2.\n"
    assert (await saywhy("queue", "list")).output == "The queue is empty.\n"
    listed = json.loads((await saywhy("user", "list", "--json")).output)
    assert listed["rows"][0]["name"] == "anna@worcester.example"
    logged = [json.loads(line) for line in (folder / "data" / "events.log").read_text().splitlines()]
    assert [entry["event"] for entry in logged] == ["ORGANISATION", "OPERATION"] * 2
    assert "correct horse" not in (folder / "data" / "events.log").read_text()


async def test_the_store_of_a_running_server_is_never_opened_twice(saywhy: Saywhy, folder: Path) -> None:
    """A server that starts or stops holds the lock, but does not answer."""
    lock = DataLock(folder / "data")
    try:
        result = await saywhy("domain", "list")
    finally:
        lock.release()
    assert result.exit_code == 3
    assert "a process has the store, but does not answer" in result.stderr
    assert not (folder / "data" / "queue").exists()


async def test_without_a_data_directory_there_is_nothing_to_work_on(saywhy: Saywhy, folder: Path) -> None:
    (folder / "data").rmdir()
    result = await saywhy("domain", "list")
    assert result.exit_code == 3
    assert "there is no data directory" in result.stderr


async def test_root_is_told_when_the_owner_of_the_data_may_not_read_saywhy(
    saywhy: Saywhy, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Modules are read when first used, by then as the owner: a Python in root's home is out of reach."""
    became: list[int] = []
    monkeypatch.setattr(offline.os, "geteuid", lambda: 0)
    monkeypatch.setattr(offline.os, "setegid", became.append)
    monkeypatch.setattr(offline.os, "seteuid", became.append)
    monkeypatch.setattr(privileges.os, "access", lambda path, *_mode, **_ids: path != Path(os.__file__))
    result = await saywhy("domain", "list")
    owner = (folder / "data").stat()
    assert became == [owner.st_gid, owner.st_uid]
    assert result.exit_code == 3
    assert f"this is done as the owner of {folder / 'data'}, and user " in result.stderr
    assert "install saywhy and its Python where that user can read them" in result.stderr


async def test_faulty_settings_are_told_with_every_fault(saywhy: Saywhy, config: Path) -> None:
    config.write_text('[server]\nhostname = "x"\ncolour = 1\n')
    result = await saywhy("queue", "list")
    assert result.exit_code == 3
    assert f"  {config}, line 3: server.colour: there is no setting" in result.stderr


def test_wide_characters_and_long_lists_keep_the_columns_straight() -> None:
    columns = (Column("name", ""), Column("members", "", Format.LIST), Column("n", "", Format.NUMBER))
    rows = [
        {"name": "漢字", "members": [f"m{number}" for number in range(7)], "n": 12},
        {"name": "abcd", "members": [], "n": 3},
    ]
    assert table(columns, rows).splitlines() == [
        "name  members                          n",
        "漢字  m0, m1, m2, m3, m4, and 2 more  12",
        "abcd                                   3",
    ]
