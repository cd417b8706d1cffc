"""Outbound sessions: over real sockets to the fake MTA, and in memory where hours must pass."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from typing import Any

import pytest

from saywhy.infra.errors import ConnectError, ConnectProblem, TlsError
from saywhy.infra.net.connect import SessionBroken, SmtpConnection, Timeouts
from saywhy.infra.net.pump import SLICE, Pump
from saywhy.infra.net.tls import client_context
from saywhy.lab.clock import jumping
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import DROP, RESET, SILENT, Act, Presence, Script, Then, TlsMode
from saywhy.lab.streams import MemoryTransport, join
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Recipient, Ret
from saywhy.model.evidence import Step
from saywhy.wire.smtp.client import ClientEngine, ClientOptions, Transaction
from tests.lab.loopback import needs_loopback

CONTENT = b"Subject: Secret\r\n\r\n.dots\r\n" + b"x" * 70 + b"\r\n"
HUNG = 60.0
NO_CHUNKS = ("PIPELINING", "8BITMIME", "DSN")


def options(**more: Any) -> ClientOptions:
    return ClientOptions(**{"fqdn": "worcester.example", "tls": "may"} | more)


def transaction(*recipients: str, content: bytes = CONTENT) -> Transaction:
    accepted = tuple(
        Recipient(Address.parse(each), Notify.FAILURE) for each in recipients or ("r@partner.example",)
    )
    return Transaction(Address.parse("anna@worcester.example"), accepted, content, envid="id 1", ret=Ret.HDRS)


@pytest.fixture
async def mta() -> AsyncIterator[FakeMta]:
    async with FakeMta("mx.partner.example", ip="127.77.4.1") as host:
        yield host


async def connect(mta: FakeMta, timeouts: Timeouts = Timeouts(), **more: Any) -> SmtpConnection:  # noqa: B008
    settings = more.pop("options", options())
    return await SmtpConnection.open(mta.name, mta.ip, mta.port, settings, timeouts=timeouts, **more)


async def connect_and_send(mta: FakeMta) -> None:
    await (await connect(mta)).send(transaction())


async def until(condition: Any) -> None:
    async with asyncio.timeout(HUNG):
        while not condition():
            await asyncio.sleep(0.001)


# -- over sockets --


@needs_loopback
async def test_a_session_carries_several_messages(mta: FakeMta) -> None:
    connection = await connect(mta)
    assert connection.tls.startswith("TLSv1.3 ")
    assert "PIPELINING" in connection.extensions
    for number in range(3):
        result = await connection.send(transaction(content=CONTENT + b"%d\r\n" % number))
        assert result.data is not None
        assert result.data.code == 250
        assert result.dsn
        assert connection.usable
    await connection.quit()
    assert not connection.usable
    assert [message.content[-3:-2] for message in mta.messages] == [b"0", b"1", b"2"]
    assert len(mta.sessions) == 1
    await until(lambda: mta.sessions[0].ended)
    assert mta.sessions[0].ended == "quit"


@needs_loopback
@pytest.mark.parametrize("capabilities", [(), NO_CHUNKS, (*NO_CHUNKS, "CHUNKING")])
async def test_content_arrives_whole_whatever_the_peer_offers(mta: FakeMta, capabilities: tuple[str, ...]) -> None:
    mta.script = Script(capabilities=capabilities, tls=TlsMode.NONE)
    connection = await connect(mta)
    assert connection.tls == ""
    result = await connection.send(transaction("a@partner.example", "b@partner.example"))
    assert [reply.code for reply in result.recipients if reply] == [250, 250]
    assert mta.messages[0].content == CONTENT
    await connection.quit()


@needs_loopback
@pytest.mark.parametrize("tls", [TlsMode.NONE, TlsMode.STARTTLS])
async def test_a_large_message_arrives_whole(mta: FakeMta, tls: TlsMode) -> None:
    mta.script = Script(tls=tls)
    content = b"".join(b"%070d\r\n" % number for number in range(50_000))
    assert len(content) > 10 * SLICE
    connection = await connect(mta)
    await connection.send(transaction(content=content))
    assert mta.messages[0].content == content
    await connection.quit()


@needs_loopback
async def test_each_recipient_has_its_reply(mta: FakeMta) -> None:
    mta.script = Script(rcpt={"no@*": "550 5.1.1 No such user"})
    connection = await connect(mta)
    result = await connection.send(transaction("no@partner.example", "yes@partner.example"))
    assert [reply.code for reply in result.recipients if reply] == [550, 250]
    assert connection.usable
    assert any("No such user" in line for line in connection.transcript)
    await connection.quit()


@needs_loopback
async def test_a_sign_in_comes_before_the_first_message(mta: FakeMta) -> None:
    mta.script = Script(users={"worcester": "secret"})
    connection = await connect(mta, options=options(user="worcester", password="secret"))
    await connection.send(transaction())
    assert mta.messages[0].user == "worcester"
    await connection.quit()
    with pytest.raises(SessionBroken) as caught:
        await connect(mta, options=options(user="worcester", password="wrong"))
    assert caught.value.step is Step.AUTH
    assert caught.value.reply is not None
    assert caught.value.reply.code == 535
    assert not any("wrong" in line for line in caught.value.transcript)


@needs_loopback
async def test_the_source_address_is_the_one_asked_for(mta: FakeMta) -> None:
    connection = await connect(mta, source_ip="127.77.4.200")
    assert mta.sessions[0].client_ip == "127.77.4.200"
    await connection.quit()


@needs_loopback
@pytest.mark.parametrize("source_ip", ["192.0.2.77", "::1"])
async def test_a_source_address_that_cannot_be_used_is_our_own_error(mta: FakeMta, source_ip: str) -> None:
    with pytest.raises(ConnectError) as caught:
        await connect(mta, source_ip=source_ip)
    assert caught.value.problem is ConnectProblem.LOCAL


@needs_loopback
@pytest.mark.parametrize(
    ("presence", "problem"),
    [(Presence.REFUSING, ConnectProblem.REFUSED), (Presence.DEAF, ConnectProblem.TIMEOUT)],
)
async def test_no_connection_says_why(mta: FakeMta, presence: Presence, problem: ConnectProblem) -> None:
    mta.script = Script(presence=presence)
    with pytest.raises(ConnectError) as caught:
        await connect(mta, Timeouts(connect=0.2))
    assert caught.value.problem is problem
    assert str(caught.value) == f"mx.partner.example [127.77.4.1]:{mta.port}: {problem.value}"


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENETUNREACH, ConnectProblem.UNREACHABLE),
        (errno.EHOSTUNREACH, ConnectProblem.UNREACHABLE),
        (errno.ECONNRESET, ConnectProblem.RESET),
        (errno.EMFILE, ConnectProblem.LOCAL),
        (0, ConnectProblem.LOCAL),
    ],
)
async def test_what_the_system_says_has_a_kind(
    monkeypatch: pytest.MonkeyPatch, number: int, problem: ConnectProblem
) -> None:
    async def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, "as the system says") if number else OSError("no such family")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", fail)
    with pytest.raises(ConnectError) as caught:
        await SmtpConnection.open("mx.example", "192.0.2.1", 25, options())
    assert caught.value.problem is problem


@needs_loopback
async def test_a_handshake_that_fails_is_a_tls_error(mta: FakeMta) -> None:
    mta.script = Script(tls=TlsMode.BROKEN)
    with pytest.raises(TlsError, match=r"mx.partner.example \[127.77.4.1\] failed: .*handshake failure"):
        await connect(mta)
    await until(lambda: mta.sessions[0].ended)


@needs_loopback
async def test_a_certificate_that_proves_nothing_is_refused_where_proof_is_wanted(mta: FakeMta) -> None:
    with pytest.raises(TlsError, match="certificate is not acceptable"):
        await connect(mta, tls_context=client_context(True))
    connection = await connect(mta)  # and taken where it is not
    assert connection.tls
    await connection.quit()


@needs_loopback
@pytest.mark.parametrize("name", ["[127.77.4.1]", "not_a_host.example", "-", "x" * 300])
async def test_a_host_name_that_no_certificate_can_have_does_not_break_opportunistic_tls(
    mta: FakeMta, name: str
) -> None:
    connection = await SmtpConnection.open(name, mta.ip, mta.port, options())
    assert connection.tls
    await connection.quit()


@needs_loopback
async def test_required_tls_that_is_not_offered_ends_the_session(mta: FakeMta) -> None:
    mta.script = Script(tls=TlsMode.NONE)
    with pytest.raises(SessionBroken) as caught:
        await connect(mta, options=options(tls="must"))
    assert caught.value.step is Step.STARTTLS
    assert caught.value.reply is None
    await until(lambda: mta.sessions[0].ended)
    assert mta.sessions[0].lines[-2] == "C: QUIT"


@needs_loopback
@pytest.mark.parametrize(
    ("script", "step", "code"),
    [
        (Script(greeting="554 5.3.2 No mail here"), Step.GREETING, 554),
        (Script(ehlo="550 5.7.1 Your name is on a list"), Step.EHLO, 550),
        (Script(greeting=Act("421 4.3.2 Busy", then=Then.CLOSE)), Step.GREETING, 421),
    ],
)
async def test_a_refused_session_carries_the_reply_and_says_quit(
    mta: FakeMta, script: Script, step: Step, code: int
) -> None:
    """RFC 5321 section 4.1.1.10: the client does not close before it has said QUIT."""
    mta.script = script
    with pytest.raises(SessionBroken) as caught:
        await connect(mta)
    assert caught.value.step is step
    assert caught.value.reply is not None
    assert caught.value.reply.code == code
    assert not caught.value.timed_out
    assert caught.value.transcript
    if step is Step.EHLO:
        await until(lambda: mta.sessions[0].ended)
        assert mta.sessions[0].ended == "quit"


@needs_loopback
@pytest.mark.parametrize("act", [DROP, RESET])
@pytest.mark.parametrize(
    ("where", "step"),
    [("greeting", Step.GREETING), ("ehlo", Step.EHLO), ("mail", Step.MAIL), ("content", Step.END_OF_DATA)],
)
async def test_a_lost_connection_says_where(mta: FakeMta, where: str, step: Step, act: Act) -> None:
    scripted: dict[str, Any] = {where: act}
    mta.script = Script(**scripted, tls=TlsMode.NONE)
    with pytest.raises(SessionBroken) as caught:
        await connect_and_send(mta)
    assert caught.value.step is step
    assert caught.value.reply is None
    assert not caught.value.timed_out
    assert f"{step.value} was awaited" in caught.value.why


@needs_loopback
@pytest.mark.parametrize("tls", [TlsMode.NONE, TlsMode.STARTTLS])
async def test_an_idle_session_that_the_peer_closes_is_not_usable(mta: FakeMta, tls: TlsMode) -> None:
    mta.script = Script(tls=tls)
    connection = await connect(mta)
    await connection.send(transaction())
    assert connection.usable
    await mta.stop()
    await until(lambda: not connection.usable)
    with pytest.raises(SessionBroken) as caught:
        await connection.send(transaction())
    assert caught.value.step is Step.NONE
    await connection.quit()


@needs_loopback
async def test_a_421_ends_the_transaction_with_its_reply_and_the_session(mta: FakeMta) -> None:
    mta.script = Script(mail=Act("421 4.3.2 Shutting down", then=Then.CLOSE))
    connection = await connect(mta)
    result = await connection.send(transaction())
    assert result.mail is not None
    assert result.mail.code == 421
    assert not connection.usable
    with pytest.raises(SessionBroken):
        await connection.send(transaction())
    connection.close()


@needs_loopback
async def test_a_cancelled_transaction_cuts_the_connection(mta: FakeMta) -> None:
    mta.script = Script(content=SILENT)
    connection = await connect(mta)
    sending = asyncio.create_task(connection.send(transaction()))
    await until(lambda: any("content" in line for line in connection.transcript))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert not connection.usable
    await until(lambda: mta.sessions[0].ended)
    assert mta.messages == []


@needs_loopback
async def test_one_transaction_at_a_time(mta: FakeMta) -> None:
    mta.script = Script(content=Act(after=0.05))
    connection = await connect(mta)
    first = asyncio.create_task(connection.send(transaction()))
    await asyncio.sleep(0)
    with pytest.raises(SessionBroken, match="not free"):
        await connection.send(transaction())
    assert (await first).data is not None
    await connection.quit()


# -- in memory, where time jumps --


async def in_memory(mta: FakeMta, timeouts: Timeouts = Timeouts()) -> tuple[SmtpConnection, MemoryTransport]:  # noqa: B008
    pump = Pump(ClientEngine(options()), timeouts)
    transport = mta.reached_by(pump)
    return await SmtpConnection.over(pump, mta.name, mta.ip, 25), transport


async def send_in_memory(mta: FakeMta) -> None:
    connection, _ = await in_memory(mta)
    await connection.send(transaction())


@pytest.mark.parametrize(
    ("where", "step", "seconds"),
    [
        ("greeting", Step.GREETING, 300),
        ("ehlo", Step.EHLO, 300),
        ("starttls", Step.STARTTLS, 120),
        ("mail", Step.MAIL, 300),
        ("rcpt", Step.RCPT, 300),
        ("data", Step.DATA, 120),
        ("content", Step.END_OF_DATA, 600),
    ],
)
@jumping
async def test_silence_lasts_as_long_as_rfc_5321_section_4_5_3_2_says(
    where: str, step: Step, seconds: int
) -> None:
    loop = asyncio.get_running_loop()
    mode = TlsMode.STARTTLS if where == "starttls" else TlsMode.NONE
    scripted: dict[str, Any] = {where: {"*": SILENT} if where == "rcpt" else SILENT}
    mta = FakeMta("mx.partner.example", Script(**scripted, tls=mode, capabilities=()))
    with pytest.raises(SessionBroken) as caught:
        await send_in_memory(mta)
    assert caught.value.timed_out
    assert caught.value.step is step
    assert caught.value.why.endswith(f"{step.value} did not come within {seconds} seconds")
    assert loop.time() == pytest.approx(seconds)
    await mta.stop()


@jumping
async def test_each_reply_has_its_own_time() -> None:
    slow = Act(after=290)
    script = Script(greeting=slow, ehlo=slow, mail=slow, rcpt={"*": slow}, content=slow, tls=TlsMode.NONE)
    mta = FakeMta("mx.partner.example", script)
    connection, _ = await in_memory(mta)
    result = await connection.send(transaction("a@partner.example", "b@partner.example"))
    assert result.data is not None
    assert asyncio.get_running_loop().time() == pytest.approx(6 * 290)
    await connection.quit()
    await mta.stop()


@jumping
async def test_an_idle_session_has_no_time_out() -> None:
    mta = FakeMta("mx.partner.example")
    connection, _ = await in_memory(mta)
    await connection.send(transaction())
    await asyncio.sleep(86_400)
    assert connection.usable
    await connection.send(transaction())
    await connection.quit()
    await mta.stop()


class Taker(asyncio.Protocol):
    """A server that accepts everything and takes the content in its own time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport
        self.taken = 0
        self._lines = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 hello\r\n")

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"EHLO"):
            self.transport.write(b"250-taker\r\n250 PIPELINING\r\n")
        elif data.startswith(b"MAIL"):
            self.transport.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
            self.transport.pause_reading()
        else:
            self.taken += len(data)
            self.transport.pause_reading()
            if data.endswith(b"\r\n.\r\n"):
                self.transport.write(b"250 taken\r\n")


async def to_taker() -> tuple[SmtpConnection, MemoryTransport, Taker]:
    pump, taker = Pump(ClientEngine(options()), Timeouts()), Taker()
    transport, _ = join(pump, taker)
    return await SmtpConnection.over(pump, "mx.example", "127.0.0.1", 25), transport, taker


@jumping
async def test_a_slow_taker_has_time_for_each_block_and_little_is_buffered() -> None:
    connection, transport, taker = await to_taker()
    sending = asyncio.create_task(connection.send(transaction(content=b"x" * 998 + b"\r\n" + b"y\r\n" * SLICE)))
    for _ in range(10):
        await asyncio.sleep(150)
        assert transport.get_write_buffer_size() <= SLICE
        taker.transport.resume_reading()
    result = await sending
    assert result.data is not None
    assert taker.taken > 3 * SLICE
    await connection.quit()


@jumping
async def test_a_taker_that_stops_is_given_up_after_three_minutes() -> None:
    connection, _, _ = await to_taker()
    with pytest.raises(SessionBroken) as caught:
        await connection.send(transaction(content=b"y\r\n" * SLICE))
    assert caught.value.timed_out
    assert caught.value.step is Step.END_OF_DATA
    assert "nothing more of the message was taken for 180 seconds" in caught.value.why
    assert asyncio.get_running_loop().time() == pytest.approx(180)


@jumping
async def test_quit_waits_a_little_for_its_answer() -> None:
    mta = FakeMta("mx.partner.example", Script(quit=SILENT, tls=TlsMode.NONE))
    connection, _ = await in_memory(mta)
    await connection.quit()
    assert asyncio.get_running_loop().time() == pytest.approx(Timeouts().quit)
    assert not connection.usable
    await mta.stop()


@jumping
async def test_a_handshake_that_never_ends_is_a_tls_error() -> None:
    class Mute(Taker):
        def data_received(self, data: bytes) -> None:
            if data.startswith(b"EHLO"):
                self.transport.write(b"250-taker\r\n250 STARTTLS\r\n")
            elif data.startswith(b"STARTTLS"):
                self.transport.write(b"220 go ahead\r\n")

    pump = Pump(ClientEngine(options()), Timeouts())
    join(pump, Mute())
    with pytest.raises(TlsError, match="handshake"):
        await SmtpConnection.over(pump, "mx.example", "127.0.0.1", 25)
    assert asyncio.get_running_loop().time() == pytest.approx(Timeouts().starttls)


@jumping
async def test_tls_works_in_memory_too() -> None:
    mta = FakeMta("mx.partner.example")
    connection, _ = await in_memory(mta)
    assert connection.tls.startswith("TLSv1.3")
    await connection.send(transaction())
    assert mta.messages[0].tls == connection.tls
    await connection.quit()
    await mta.stop()
