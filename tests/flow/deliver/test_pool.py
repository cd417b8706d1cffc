"""The pool on its own: how long sessions wait, how many, and which hosts come last."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.flow.deliver import pool as pool_module
from saywhy.flow.deliver.pool import DEAD_SECONDS, IDLE_SECONDS, Line, Manner, Pool
from saywhy.flow.stages import Host
from saywhy.infra.net.connect import Timeouts
from saywhy.lab.clock import jumping
from saywhy.wire.smtp.client import ClientOptions, Transaction, TransactionResult

MX1 = Host("mx1.dest.test", "192.0.2.1", 25, 10)
MX2 = Host("mx2.dest.test", "192.0.2.2", 25, 20)
MANNER = Manner(ClientOptions("mail.us.test"), max_messages=2)
LINE = Line("dns/dest.test/Internet", MX1.ip, MX1.port, MANNER)


@dataclass
class FakeConnection:
    tls: str = ""
    usable: bool = True
    extensions: Mapping[str, str] = field(default_factory=dict)
    transcript: tuple[str, ...] = ()
    ended: str = ""

    async def send(self, transaction: Transaction) -> TransactionResult:
        raise NotImplementedError

    async def quit(self) -> None:
        self.ended = "quit"

    def close(self) -> None:
        self.ended = "closed"


class Opened:
    """Opens fake connections, and remembers how."""

    def __init__(self) -> None:
        self.connections: list[FakeConnection] = []
        self.options: list[ClientOptions] = []

    async def __call__(
        self, host: str, ip: str, port: int, options: ClientOptions, **_more: object
    ) -> FakeConnection:
        self.options.append(options)
        self.connections.append(FakeConnection())
        return self.connections[-1]


def fresh() -> tuple[Pool, Opened]:
    opened = Opened()
    return Pool(Timeouts(), opened), opened


async def idle(pool: Pool, line: Line = LINE) -> None:
    pool.give_back(await pool.open(line, MX1.name))


@jumping
async def test_a_session_waits_for_the_next_message_and_not_for_ever() -> None:
    pool, opened = fresh()
    await idle(pool)
    session = pool.take(LINE)
    assert session is not None
    pool.give_back(session)
    await asyncio.sleep(3 * IDLE_SECONDS)
    assert pool.take(LINE) is None
    assert opened.connections[0].ended == "quit"


@jumping
async def test_a_session_that_is_used_again_and_again_stays() -> None:
    pool, opened = fresh()
    await idle(pool)
    for _ in range(10):
        await asyncio.sleep(IDLE_SECONDS * 0.7)
        session = pool.take(LINE)
        assert session is not None
        pool.give_back(session)
    await pool.stop()
    assert len(opened.connections) == 1


@jumping
async def test_another_next_hop_address_or_requirement_gets_another_session() -> None:
    pool, _ = fresh()
    await idle(pool)
    others = [
        LINE._replace(hop="dns/other.test/Internet"),
        LINE._replace(ip=MX2.ip),
        LINE._replace(port=26),
        LINE._replace(manner=Manner(ClientOptions("mail.us.test", tls="must"))),
    ]
    assert [pool.take(line) for line in others] == [None] * 4
    assert pool.take(LINE) is not None
    await pool.stop()


@jumping
async def test_a_session_that_the_remote_closed_meanwhile_is_not_handed_out() -> None:
    pool, opened = fresh()
    await idle(pool)
    await idle(pool)
    opened.connections[1].usable = False
    session = pool.take(LINE)
    assert session is not None
    assert session.connection is opened.connections[0]
    assert opened.connections[1].ended == "closed"
    assert pool.take(LINE) is None


@jumping
async def test_a_session_that_cannot_go_on_or_has_done_enough_is_not_kept() -> None:
    pool, opened = fresh()
    session = await pool.open(LINE, MX1.name)
    session.sent = 2
    pool.give_back(session)
    broken = await pool.open(LINE, MX1.name)
    opened.connections[1].usable = False
    pool.give_back(broken)
    assert pool.take(LINE) is None
    await pool.stop()
    assert [each.ended for each in opened.connections] == ["quit", "closed"]


@jumping
async def test_the_number_of_idle_sessions_is_bounded() -> None:
    pool, opened = fresh()
    sessions = [await pool.open(LINE, MX1.name) for _ in range(pool_module.MAX_IDLE + 5)]
    for session in sessions:
        pool.give_back(session)
    await asyncio.sleep(0)
    assert [each.ended for each in opened.connections].count("quit") == 5
    await pool.stop()
    assert all(each.ended == "quit" for each in opened.connections)


@jumping
async def test_without_tls_only_the_session_is_in_clear_and_the_line_stays_the_same() -> None:
    pool, opened = fresh()
    session = await pool.open(LINE, MX1.name, clear=True)
    assert opened.options[0].tls == "never"
    pool.give_back(session)
    assert pool.take(LINE) is session


@jumping
async def test_hosts_that_do_not_answer_come_last_for_a_while() -> None:
    pool, _ = fresh()
    assert pool.order([MX1, MX2]) == [MX1, MX2]
    pool.unreachable(MX1)
    assert pool.order([MX1, MX2]) == [MX2, MX1]
    pool.unreachable(MX2)
    assert pool.order([MX1, MX2]) == [MX1, MX2]
    await asyncio.sleep(DEAD_SECONDS + 1)
    assert pool.order([MX2, MX1]) == [MX2, MX1]


@jumping
async def test_a_host_that_answers_again_is_back_in_its_place() -> None:
    pool, _ = fresh()
    pool.unreachable(MX1)
    await pool.open(LINE, MX1.name)
    assert pool.order([MX1, MX2]) == [MX1, MX2]


@jumping
async def test_the_memory_for_dead_hosts_is_bounded() -> None:
    pool, _ = fresh()
    for number in range(pool_module.MAX_DEAD + 10):
        pool.unreachable(Host("x", f"192.0.2.{number}", 25))
    assert len(pool._dead) == pool_module.MAX_DEAD
