from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.objects import MemoryObjects
from saywhy.model.event import Event, Kind
from saywhy.operations import wire
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError, Result
from saywhy.server import control
from saywhy.server.control import ControlInUse, ControlServer
from saywhy.server.control_client import NobodyAnswers, call
from saywhy.server.organisation import CurrentOrganisation
from tests.operations.conftest import Clock, Events, FakePasswords, FakeQueue


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: a Unix socket's name has at most 107 octets."""
    path = Path(tempfile.mkdtemp(prefix="sw"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
async def context(events: Events) -> Context:
    store = MemoryStore()
    organisation = CurrentOrganisation(MemoryObjects())
    await organisation.reload()
    return Context(store, FakeQueue(store), organisation, FakePasswords(), events, Clock())


@pytest.fixture
async def server(folder: Path, context: Context) -> AsyncIterator[ControlServer]:
    made = ControlServer(folder / "control.sock", context, max_clients=3)
    await made.start()
    yield made
    await made.stop()


async def ask(path: Path, operation: str, **parameters: object) -> Result:
    return await asyncio.to_thread(call, path, operation, parameters)


async def raw(path: Path, octets: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(path, limit=1 << 20)
    try:
        writer.write(octets)
        answer: dict[str, Any] = json.loads(await reader.readline())
        return answer
    finally:
        writer.close()


async def test_only_the_servers_user_may_open_the_socket(server: ControlServer, folder: Path) -> None:
    mode = (folder / "control.sock").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


async def test_an_operation_is_done_and_answered(server: ControlServer, folder: Path, context: Context) -> None:
    result = await ask(folder / "control.sock", "domain add", name="worcester.example")
    assert result.text == "Mail for worcester.example is taken (authoritative). Revision 1."
    assert context.organisation().default_domain == "worcester.example"
    listed = await ask(folder / "control.sock", "domain list")
    assert listed.rows[0]["domain"] == "worcester.example"


async def test_the_audit_names_the_user_that_the_kernel_saw(
    server: ControlServer, folder: Path, events: Events
) -> None:
    await ask(folder / "control.sock", "domain add", name="worcester.example")
    assert {event.data["actor"] for event in events} == {control.user_name(os.geteuid())}


async def test_a_refusal_crosses_the_socket_whole(server: ControlServer, folder: Path) -> None:
    with pytest.raises(OperationError) as raised:
        await ask(folder / "control.sock", "domain remove", name="nowhere.example")
    error = raised.value
    assert (error.code, error.what, error.why, error.cure, error.details) == (
        "not-found",
        "domain nowhere.example",
        "there is none",
        "`saywhy domain list` shows what there is",
        (),
    )


async def test_several_requests_follow_one_another_on_a_connection(server: ControlServer, folder: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(folder / "control.sock")
    writer.write(wire.encode_request("queue list", {}) + wire.encode_request("user list", {}))
    texts = [json.loads(await reader.readline())["text"] for _ in range(2)]
    writer.close()
    assert texts == ["The queue is empty.", "Nobody may sign in; `saywhy user add NAME` adds a user."]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"queue list\n", "this is no JSON"),
        (b"\xff\xfe\n", "this is no JSON"),
        (b"[" * 100_000 + b"\n", "this is no JSON"),
        (b"[1,2]\n", "this is no JSON object"),
        (b"{}\n", "the request is not of the form that the protocol has"),
        (
            b'{"v":1,"operation":7,"parameters":{}}\n',
            "the request is not of the form that the protocol has",
        ),
        (
            b'{"v":1,"operation":"queue list","parameters":[]}\n',
            "the request is not of the form that the protocol has",
        ),
        (
            b'{"v":2,"operation":"queue list","parameters":{}}\n',
            "the request is of version 2, the server of version 1",
        ),
        (b'{"v":1,"operation":"queue burn","parameters":{}}\n', "there is no such operation"),
    ],
)
async def test_garbage_is_answered_and_the_server_lives(
    server: ControlServer, folder: Path, line: bytes, why: str
) -> None:
    answer = await raw(folder / "control.sock", line)
    assert (answer["ok"], answer["error"]["code"], answer["error"]["why"]) == (False, "usage", why)
    assert (await ask(folder / "control.sock", "queue list")).text == "The queue is empty."


async def test_a_request_without_end_is_refused(
    folder: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "MAX_REQUEST", 1000)
    server = ControlServer(folder / "s", context)
    await server.start()
    answer = await raw(folder / "s", b"x" * 5000)
    await server.stop()
    assert answer["error"]["why"] == "a request has at most 1000 octets"


async def test_an_answer_too_large_to_send_is_an_error_with_a_way_out(
    server: ControlServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MAX_RESPONSE", 10)
    answer = await raw(folder / "control.sock", wire.encode_request("queue list", {}))
    assert answer["error"]["cure"] == "ask for less, with --limit"


async def test_too_many_clients_are_told_so(server: ControlServer, folder: Path) -> None:
    clients = [await asyncio.open_unix_connection(folder / "control.sock") for _ in range(4)]
    answer = json.loads(await clients[3][0].readline())
    assert answer["error"]["why"] == "3 clients are connected already"
    for _, writer in clients:
        writer.close()


async def test_a_stranger_is_not_heard(
    server: ControlServer, folder: Path, monkeypatch: pytest.MonkeyPatch, events: Events
) -> None:
    monkeypatch.setattr(control, "peer_uid", lambda _: os.geteuid() + 4242)
    answer = await raw(folder / "control.sock", wire.encode_request("domain add", {"name": "evil.example"}))
    assert answer["error"]["why"] == f"user {os.geteuid() + 4242} may not control this server"
    assert events == []


async def test_the_kernel_says_who_is_at_the_other_end() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    assert control.peer_uid(ours) == os.geteuid()
    ours.close()
    theirs.close()


async def test_a_sleeping_client_is_let_go(folder: Path, context: Context) -> None:
    server = ControlServer(folder / "s", context, idle=0.05)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(folder / "s")
    assert await reader.read() == b""
    writer.close()
    await server.stop()


async def test_an_error_of_ours_is_an_event_and_an_answer(
    server: ControlServer, folder: Path, context: Context, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("no queue rows")

    monkeypatch.setattr(context.store, "queues", broken)
    answer = await raw(folder / "control.sock", wire.encode_request("queue list", {}))
    assert answer["error"]["code"] == "fault"
    assert answer["error"]["cure"] == "please report it to the developers"
    fault: Event = events[-1]
    assert (fault.kind, fault.text) == (Kind.FAULT, "operation queue list: RuntimeError: no queue rows")


async def test_clients_are_served_side_by_side(server: ControlServer, folder: Path, context: Context) -> None:
    names = [f"d{number}.example" for number in range(3)]
    await asyncio.gather(*(ask(folder / "control.sock", "domain add", name=name) for name in names))
    assert sorted(context.organisation().domains) == names


async def test_the_socket_of_a_killed_server_is_replaced(folder: Path, context: Context) -> None:
    path = folder / "control.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    server = ControlServer(path, context)
    await server.start()
    assert (await ask(path, "queue list")).text == "The queue is empty."
    await server.stop()
    assert not path.exists()


async def test_the_socket_of_a_living_server_is_not(server: ControlServer, folder: Path, context: Context) -> None:
    with pytest.raises(ControlInUse, match="another server answers"):
        await ControlServer(folder / "control.sock", context).start()
    assert (await ask(folder / "control.sock", "queue list")).text == "The queue is empty."


async def test_a_file_in_the_place_of_the_socket_is_left_alone(folder: Path, context: Context) -> None:
    path = folder / "control.sock"
    path.write_text("precious")
    with pytest.raises(ControlInUse, match="is no socket"):
        await ControlServer(path, context).start()
    assert path.read_text() == "precious"


async def test_stopping_ends_connections_and_takes_the_socket_away(folder: Path, context: Context) -> None:
    server = ControlServer(folder / "s", context)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(folder / "s")
    await ask(folder / "s", "queue list")
    await server.stop()
    assert await reader.read() == b""
    writer.close()
    assert not (folder / "s").exists()


def test_nobody_answering_is_told_apart_from_a_refusal(folder: Path) -> None:
    with pytest.raises(NobodyAnswers):
        call(folder / "none", "queue list", {})
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(folder / "dead"))
    with pytest.raises(NobodyAnswers):
        call(folder / "dead", "queue list", {})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"nonsense\n", "this is no JSON"),
        (b'{"v":9,"ok":true}\n', "the server's answer is not of the form that the protocol has"),
        (b"", "the server did not answer: it closed the connection"),
    ],
)
async def test_an_answer_that_is_none_is_not_believed(folder: Path, answer: bytes, why: str) -> None:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answer)
        writer.close()

    server = await asyncio.start_unix_server(reply, folder / "s")
    with pytest.raises(OperationError) as raised:
        await ask(folder / "s", "queue list")
    server.close()
    assert raised.value.why == why
