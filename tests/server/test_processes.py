"""A supervisor with real worker processes: they take mail, are asked, told, killed, adopted from and stopped."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from saywhy.config.load import load_settings
from saywhy.infra.errors import StoreVersionError
from saywhy.infra.maildir import Maildirs
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.lab.papers import settings_text, write_papers
from saywhy.model.event import Event, Kind
from saywhy.operations.declaration import Result
from saywhy.server import hand
from saywhy.server.control_client import call
from saywhy.server.processes import Processes
from saywhy.server.supervisor import Supervisor
from tests.operations.conftest import Events, refused

HUNG = 60.0

ORGANISATION = """\
[[domain]]
name = "worcester.example"
default = true
[[mailbox]]
name = "ann"
addresses = ["ann@worcester.example"]
[[receive_connector]]
name = "Frontend"
listeners = ["smtp"]
relay_ranges = ["127.0.0.0/8"]
tarpit = 0
max_connections_per_source = 1000
max_connections_per_source_percent = 100
[[send_connector]]
name = "Elsewhere"
address_spaces = ["elsewhere.example"]
smart_hosts = ["[127.0.0.1]"]
"""

ANN = "ann@worcester.example"
LATER = "bob@unroutable.example"  # waits: there is no route


class Server:
    def __init__(self, folder: Path, supervisor: Supervisor, events: Events) -> None:
        self.folder = folder
        self.supervisor = supervisor
        self.events = events

    async def ask(self, operation: str, **parameters: object) -> Result:
        return await asyncio.to_thread(call, self.folder / "data" / "control.sock", operation, parameters)

    async def send(self, recipient: str, sender: str = "", body: str = "x") -> str:
        """The queue id."""
        reader, writer = await asyncio.open_connection(*self.supervisor.addresses["smtp"][0])
        said = f"EHLO c.example\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n"
        writer.write(said.encode())
        try:
            async with asyncio.timeout(HUNG):
                while not (line := await reader.readline()).startswith(b"354"):
                    assert line[:1] == b"2", line
                writer.write(f"Subject: x\r\n\r\n{body}\r\n.\r\n".encode())
                reply = (await reader.readline()).decode()
        finally:
            writer.close()
            await asyncio.sleep(0)
        assert reply.startswith("250 2.0.0 Queued as "), reply
        return reply.split()[-1]

    async def send_by_each(self, recipient: str, shards: set[str], sender: str = "", body: str = "x") -> list[str]:
        """Until every one of `shards` has taken a message; the queue ids."""
        ids: list[str] = []
        async with asyncio.timeout(HUNG):
            while {id_.partition("-")[0] for id_ in ids} != shards:
                ids.append(await self.send(recipient, sender, body))
        return ids

    async def until(self, reached: Callable[[], object]) -> None:
        async with asyncio.timeout(HUNG):
            while not reached():
                await asyncio.sleep(0.02)

    def lying(self) -> int:
        return len(self.mail("ann"))

    def mail(self, mailbox: str) -> list[bytes]:
        new = Maildirs(self.folder / "data" / "mailboxes").path(mailbox) / "new"
        return [file.read_bytes() for file in new.iterdir()] if new.exists() else []

    def told(self, part: str) -> list[Event]:
        return [event for event in self.events.of(Kind.WORKER) if part in event.text]


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="sw"))
    yield path
    shutil.rmtree(path)


@asynccontextmanager
async def running(folder: Path, workers: int) -> AsyncIterator[Server]:
    settings = settings_text(
        {"smtp": {}}, server={"workers": workers}, dns={"timeout": 1}, limits={"drain_grace": 2}
    )
    config = write_papers(folder, settings, ORGANISATION)
    events = Events()
    reread = lambda: load_settings(config)  # noqa: E731
    supervisor = Supervisor(load_settings(config), Processes(), reread=reread, sink=events, synchronous="OFF")
    await supervisor.start()
    try:
        yield Server(folder, supervisor, events)
    finally:
        await supervisor.stop()


async def test_two_workers_are_one_server_to_whoever_asks(folder: Path) -> None:
    async with running(folder, 2) as server:
        ids = await server.send_by_each(LATER, {"1", "2"})
        [queue] = (await server.ask("queue list")).rows
        assert (queue["messages"], queue["recipients"]) == (len(ids), len(ids))
        listed = [row["message"] for row in (await server.ask("message list")).rows]
        assert sorted(listed) == sorted(ids)
        for id_ in (next(i for i in ids if i[0] == shard) for shard in "12"):
            assert "unroutable.example" in (await server.ask("message show", message=id_)).text
            assert id_ in (await server.ask("trace", message_id=id_)).text
            assert (await server.ask("message remove", message=id_, no_ndr=True)).rows[0]["message"] == id_
        assert len((await server.ask("message list")).rows) == len(ids) - 2
        assert (await server.ask("queue retry", all=True)).rows == ({"recipients": len(ids) - 2},)
        error = await refused(server.ask("message show", message="9-1"))
        assert error.code == "not-found"


async def test_a_change_of_the_organisation_is_in_force_everywhere_when_it_returns(folder: Path) -> None:
    async with running(folder, 2) as server:
        await server.ask("recipient add", kind="mailbox", name="ben", address=["ben@worcester.example"])
        await server.send_by_each("ben@worcester.example", {"1", "2"})  # unknown recipients are refused at RCPT
        await server.ask("recipient remove", name="ben")
        for _ in range(8):
            with pytest.raises(AssertionError, match=r"550 5\.1\.1"):
                await server.send("ben@worcester.example")


async def test_a_moderators_answer_finds_the_message_in_whichever_workers_queue_it_waits(folder: Path) -> None:
    async with running(folder, 2) as server:
        boss, staff = "boss@worcester.example", "staff@worcester.example"
        await server.ask("recipient add", kind="mailbox", name="boss", address=[boss])
        await server.ask(
            "recipient add",
            kind="group",
            name="staff",
            address=[staff],
            member=[ANN],
            moderated="yes",
            moderator=[boss],
        )
        ids = await server.send_by_each(staff, {"1", "2"}, "guy@elsewhere.example")
        await server.until(lambda: len(server.mail("boss")) == len(ids))
        tickets = [raw.partition(b"\nReply-To: <")[2].partition(b">")[0].decode() for raw in server.mail("boss")]
        assert {ticket.split("-")[1] for ticket in tickets} == {"1", "2"}
        answers = [await server.send_by_each(ticket, {"1", "2"}, boss, "approve") for ticket in tickets]
        await server.until(lambda: server.lying() == len(ids))
        # The first answer to each counts, whichever worker got it; the others are told so.
        late = sum(map(len, answers)) - len(tickets)
        await server.until(lambda: sum(b"APPROVAL.Decided" in raw for raw in server.mail("boss")) == late)
        assert (await server.ask("moderation list")).text == "Nothing waits for a moderator."
        assert server.lying() == len(ids)


async def test_a_killed_worker_is_started_again_with_its_queue_and_the_latest_organisation(folder: Path) -> None:
    async with running(folder, 2) as server:
        await server.ask("recipient add", kind="mailbox", name="ben", address=["ben@worcester.example"])
        ids = await server.send_by_each(LATER, {"1", "2"})
        first = (await server.ask("status")).rows[0]
        os.kill(int(str(first["process"])), signal.SIGKILL)
        # What is asked meanwhile waits for it, and what connects to it does.
        await server.until(lambda: server.told("by SIGKILL"))
        assert len((await server.ask("message list")).rows) == len(ids)
        await server.send_by_each("ben@worcester.example", {"1", "2"})
        again = (await server.ask("status")).rows[0]
        assert (again["starts"], again["state"], first["starts"]) == (2, "running", 1)
        assert again["process"] != first["process"]
        [told] = server.told("by SIGKILL")
        assert (
            told.text == f"worker 1 (process {first['process']}) has ended (by SIGKILL); it is started again now"
        )


async def test_a_worker_that_does_not_last_is_started_later_and_later(folder: Path) -> None:
    async with running(folder, 1) as server:
        for number in range(1, 4):
            await server.until(lambda number=number: len(server.told("takes mail")) == number)
            [row] = (await server.ask("status")).rows
            os.kill(int(str(row["process"])), signal.SIGKILL)
            await server.until(lambda number=number: len(server.told("by SIGKILL")) == number)
        assert [event.text.rpartition("again ")[2] for event in server.told("by SIGKILL")] == [
            "now",
            "in 0.25 s",
            "in 0.5 s",
        ]
        await server.until(lambda: len(server.told("takes mail")) == 4)


async def test_fewer_workers_adopt_what_more_have_left_and_more_add_shards(folder: Path) -> None:
    async with running(folder, 3) as server:
        ids = await server.send_by_each(LATER, {"1", "2", "3"})
    async with running(folder, 1) as server:
        [row] = (await server.ask("status")).rows
        assert row["shards"] == ["1", "2", "3"]
        assert sorted(str(row["message"]) for row in (await server.ask("message list")).rows) == sorted(ids)
        assert (await server.send(LATER)).startswith("1-")  # new mail goes to its own shard only
        text = (await server.ask("status")).text
        assert "Elsewhere: each of 3 queues has 7 of 20 connections to a destination." in text
        # A route appears, and adopted mail leaves by it.
        await server.ask("domain add", name="unroutable.example", type="internal-relay")
        await server.ask("recipient add", kind="contact", name="bob", address=[LATER], external=ANN)
        await server.ask("queue retry", all=True)
        await server.until(lambda: server.lying() == len(ids) + 1)

    async with running(folder, 2) as server:
        assert [row["shards"] for row in (await server.ask("status")).rows] == [["1", "3"], ["2"]]
        assert (await server.ask("message list")).rows == ()
        await server.send_by_each(ANN, {"1", "2"})


async def test_what_keeps_a_worker_from_starting_keeps_the_server_and_is_said(folder: Path) -> None:
    store = await SqliteStore.open(folder / "data" / "queue", 2)
    await store.close()
    with sqlite3.connect(folder / "data" / "queue" / "queue-2.sqlite3") as file:
        file.execute("PRAGMA user_version = 99")
    file.close()
    with pytest.raises(StoreVersionError, match=r"queue-2\.sqlite3 has schema 99"):
        async with running(folder, 2):
            pass


async def test_a_reload_is_in_force_in_workers_and_drops_nobody(folder: Path) -> None:
    async with running(folder, 2) as server:
        clients = [await asyncio.open_connection(*server.supervisor.addresses["smtp"][0]) for _ in range(8)]
        for reader, _ in clients:
            assert (await reader.readline()).startswith(b"220 ")
        text = (folder / "saywhy.toml").read_text().replace("drain_grace = 2", "max_in_flight_bytes = 1048576")
        (folder / "saywhy.toml").write_text(text.replace("workers = 2", "workers = 5"))
        await server.supervisor.reload()
        told = server.events.of(Kind.RELOAD)[-1].text
        assert "now in force: limits.max_in_flight_bytes, limits.drain_grace" in told
        assert "after a restart only: server.workers" in told
        (folder / "saywhy.toml").write_text("[server]\nhostnam = 1\n")
        await server.supervisor.reload()
        faults = [event.text for event in server.events.of(Kind.CONFIG_FAULT)]
        assert any("hostnam" in text and "stay in force" in text for text in faults)
        for reader, writer in clients:
            writer.write(b"NOOP\r\nQUIT\r\n")
            assert [(await reader.readline())[:3] for _ in range(2)] == [b"250", b"221"]
            writer.close()


async def test_a_stop_lets_a_transfer_finish(folder: Path) -> None:
    async with running(folder, 2) as server:
        reader, writer = await asyncio.open_connection(*server.supervisor.addresses["smtp"][0])
        writer.write(b"EHLO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<ann@worcester.example>\r\nDATA\r\n")
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.write(b"Subject: x\r\n\r\n")
        stopping = asyncio.create_task(server.supervisor.stop())
        address = server.supervisor.addresses["smtp"][0]
        async with asyncio.timeout(HUNG):
            while await _connects(address):
                await asyncio.sleep(0.01)
        writer.write(b"the rest\r\n.\r\n")
        assert (await reader.readline()).startswith(b"250 2.0.0 Queued as ")
        await stopping
        writer.close()


async def _connects(address: tuple[str, int]) -> bool:
    try:
        _, writer = await asyncio.open_connection(*address)
    except OSError:
        return False
    writer.close()
    return True


@pytest.mark.slow
async def test_a_worker_that_hangs_is_killed_and_started_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "PING", 0.1)
    monkeypatch.setattr(hand, "HUNG", 10.0)
    async with running(folder, 1) as server:
        [row] = (await server.ask("status")).rows
        os.kill(int(str(row["process"])), signal.SIGSTOP)
        await server.until(lambda: server.told(f"(process {row['process']}) has not answered for "))
        await server.until(lambda: len(server.told("takes mail")) >= 2)
        assert server.told(f"(process {row['process']}) has ended (by SIGKILL)")
        assert (await server.send(ANN)).startswith("1-")


async def test_a_worker_that_cannot_be_started_is_told_once_and_its_clients_hear_421(folder: Path) -> None:
    async with running(folder, 1) as server:
        [state] = server.supervisor.workers()
        queue = folder / "data" / "queue"
        lock = queue / "queue-1.lock"
        lock.unlink()
        lock.mkdir()  # nobody can open that for writing
        os.kill(state.process, signal.SIGKILL)
        await server.until(lambda: server.told("could not be started"))
        reader, writer = await asyncio.open_connection(*server.supervisor.addresses["smtp"][0])
        async with asyncio.timeout(HUNG):
            assert await reader.read() == b"421 4.3.1 Insufficient system resources\r\n"
        writer.close()
        [hand_] = server.supervisor.crew.hands
        await server.until(lambda: hand_.starts > 3)
        assert len(server.told("could not be started")) == 1
        lock.rmdir()
        await server.until(lambda: len(server.told("takes mail")) == 2)
        await server.send(ANN)
        await server.until(server.lying)
