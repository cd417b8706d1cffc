"""The scriptable MTA, asked by aiosmtplib (an independent client) and by hand over bare streams."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace

import aiosmtplib
import pytest

from saywhy.infra.net.tls import client_context
from saywhy.lab import dialogue
from saywhy.lab import mta as mta_module
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import (
    DROP,
    RESET,
    SILENT,
    Act,
    Presence,
    Script,
    Then,
    TlsMode,
)
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

CONTENT = b"Subject: Secret\r\n\r\n.a line with a dot\r\n..and two\r\n"
HUNG = 60.0


@pytest.fixture
async def mta() -> AsyncIterator[FakeMta]:
    async with FakeMta("mx.partner.example", Script(), ip="127.77.3.1") as host:
        yield host


def client_of(mta: FakeMta, start_tls: bool | None = None) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=mta.ip,
        port=mta.port,
        local_hostname="client.example",
        start_tls=start_tls,
        tls_context=client_context(False),
        timeout=HUNG,
    )


class ByHand:
    """A client that says what it is told and reads one reply at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def __aenter__(self) -> ByHand:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            pass

    async def reply(self) -> str:
        lines = []
        async with asyncio.timeout(HUNG):
            while True:
                lines.append((await self._reader.readuntil(b"\r\n")).decode().rstrip("\r\n"))
                if lines[-1][3:4] != "-":
                    return "\n".join(lines)

    async def say(self, data: str) -> str:
        self.send(data + "\r\n")
        return await self.reply()

    def send(self, data: str) -> None:
        self._writer.write(data.encode())

    async def starttls(self) -> None:
        async with asyncio.timeout(HUNG):
            await self._writer.start_tls(client_context(False))

    async def nothing_more(self) -> bool:
        async with asyncio.timeout(HUNG):
            return await self._reader.read() == b""


async def by_hand(mta: FakeMta) -> ByHand:
    return ByHand(*await asyncio.open_connection(mta.ip, mta.port))


async def test_a_message_arrives_as_it_was_sent(mta: FakeMta) -> None:
    async with client_of(mta) as client:
        await client.sendmail("anna@client.example", ["ronald@partner.example", "b@partner.example"], CONTENT)
    [message] = await mta.received(1)
    assert message.sender == "anna@client.example"
    assert message.recipients == (("ronald@partner.example", ()), ("b@partner.example", ()))
    assert message.content == CONTENT
    assert message.helo == "client.example"
    assert message.client_ip == "127.0.0.1"
    assert message.tls.startswith("TLSv1.3")
    assert mta.sessions[0].ended == "quit"


async def test_the_session_is_recorded_without_the_content(mta: FakeMta) -> None:
    async with client_of(mta, start_tls=False) as client:
        await client.sendmail("", ["ronald@partner.example"], CONTENT)
    lines = mta.sessions[0].lines
    assert lines[:2] == ["S: 220 mx.partner.example ESMTP", "C: EHLO client.example"]
    assert "S: 250 2.1.5 Recipient ok" in lines
    assert not any("Subject" in line for line in lines)
    assert mta.messages[0].sender == ""


async def test_dsn_parameters_are_recorded(mta: FakeMta) -> None:
    async with client_of(mta) as client:
        await client.mail("a@b.example", options=["RET=HDRS", "ENVID=QQ+2B314159"])
        await client.rcpt("r@partner.example", options=["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;r@old.example"])
        await client.data(CONTENT)
    [message] = mta.messages
    assert "ENVID=QQ+2B314159" in message.parameters
    assert message.recipients[0][1] == ("NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;r@old.example")


async def test_each_recipient_gets_the_reply_of_its_pattern(mta: FakeMta) -> None:
    mta.script = Script(
        rcpt={"full@*": "452 4.2.2 Mailbox full", "*@partner.example": "", "*": "550 5.7.1 No relay"}
    )
    async with client_of(mta) as client:
        refused, _ = await client.sendmail(
            "a@b.example", ["Full@Partner.example", "ok@partner.example", "x@other.example"], CONTENT
        )
    assert refused["Full@Partner.example"] == (452, "4.2.2 Mailbox full")
    assert refused["x@other.example"] == (550, "5.7.1 No relay")
    assert mta.messages[0].recipients == (("ok@partner.example", ()),)


BEGIN = ["EHLO c.example", "MAIL FROM:<a@b.example>", "RCPT TO:<r@partner.example>"]
UP_TO = {
    "greeting": [],
    "ehlo": BEGIN[:1],
    "helo": ["HELO c.example"],
    "starttls": [*BEGIN[:1], "STARTTLS"],
    "mail": BEGIN[:2],
    "data": [*BEGIN, "DATA"],
    "content": [*BEGIN, "DATA", "."],
    "rset": ["RSET"],
    "quit": ["QUIT"],
}


@pytest.mark.parametrize("step", sorted(UP_TO))
async def test_every_step_can_be_refused(mta: FakeMta, step: str) -> None:
    refusal = {step: "554-5.3.0 Not\n554 5.3.0 today"}
    mta.script = Script(**refusal)  # type: ignore[arg-type]
    async with await by_hand(mta) as client:
        replies = [await client.reply(), *[await client.say(line) for line in UP_TO[step]]]
    assert replies[-1] == "554-5.3.0 Not\n554 5.3.0 today"
    assert all(reply[0] in "23" for reply in replies[:-1])
    assert mta.messages == []


async def test_replies_in_turn_make_a_greylist(mta: FakeMta) -> None:
    mta.script = Script(rcpt={"*": ["450 4.7.1 Greylisted", "250 2.1.5 Welcome back"]})
    async with client_of(mta) as client:
        await client.mail("a@b.example")
        for expected in (450, 250, 250):
            try:
                code = (await client.rcpt("r@partner.example")).code
            except aiosmtplib.SMTPRecipientRefused as error:
                code = error.code
            assert code == expected


async def test_a_script_changes_while_a_session_runs(mta: FakeMta) -> None:
    async with await by_hand(mta) as client:
        await client.reply()
        await client.say("EHLO c.example")
        mta.script = Script(mail="451 4.3.2 Going down")
        assert await client.say("MAIL FROM:<a@b.example>") == "451 4.3.2 Going down"


@pytest.mark.parametrize(("act", "ended"), [(DROP, "closed"), (RESET, "reset")])
@pytest.mark.parametrize("step", ["greeting", "mail", "content"])
async def test_a_connection_can_be_dropped_anywhere(mta: FakeMta, step: str, act: Act, ended: str) -> None:
    dropped = {step: act}
    mta.script = Script(**dropped)  # type: ignore[arg-type]
    with pytest.raises((aiosmtplib.SMTPException, OSError)):
        async with client_of(mta, start_tls=False) as client:
            await client.sendmail("a@b.example", ["r@partner.example"], CONTENT)
    assert mta.sessions[0].ended == ended
    assert mta.messages == []


async def test_a_tls_session_can_be_broken_by_octets_that_are_none_of_it(mta: FakeMta) -> None:
    mta.script = Script(mail=Act(then=Then.GARBLE))
    async with await by_hand(mta) as client:
        await client.reply()
        await client.say("EHLO c.example")
        await client.say("STARTTLS")
        await client.starttls()
        await client.say("EHLO c.example")
        with pytest.raises(ssl.SSLError):
            await client.say("MAIL FROM:<a@b.example>")


async def test_a_reply_may_come_before_the_drop(mta: FakeMta) -> None:
    mta.script = Script(mail=Act("421 4.3.2 Shutting down", then=Then.CLOSE))
    async with await by_hand(mta) as client:
        await client.reply()
        await client.say("EHLO c.example")
        assert await client.say("MAIL FROM:<a@b.example>") == "421 4.3.2 Shutting down"
        assert await client.nothing_more()


async def test_a_reply_can_be_late(mta: FakeMta) -> None:
    mta.script = Script(greeting=Act(after=0.05))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with await by_hand(mta) as client:
        assert (await client.reply()).startswith("220 ")
    assert loop.time() - begun >= 0.05


async def test_silence_lasts_until_the_client_leaves(mta: FakeMta) -> None:
    mta.script = Script(ehlo=SILENT)
    client = await by_hand(mta)
    await client.reply()
    client.send("EHLO c.example\r\nMAIL FROM:<a@b.example>\r\n")
    async with client:
        pass
    async with asyncio.timeout(HUNG):
        while not mta.sessions[0].ended:
            await asyncio.sleep(0.001)
    assert mta.sessions[0].ended == "closed by client"
    assert mta.sessions[0].lines[-1] == "C: EHLO c.example"


async def test_pipelined_commands_are_answered_in_order(mta: FakeMta) -> None:
    async with await by_hand(mta) as client:
        await client.reply()
        assert "\n250-PIPELINING\n" in await client.say("EHLO c.example")
        client.send("MAIL FROM:<a@b.example>\r\nRCPT TO:<r@partner.example>\r\nDATA\r\n")
        assert [(await client.reply())[:3] for _ in range(3)] == ["250", "250", "354"]
        client.send("one\r\n..two\r\n.\r\nQUIT\r\n")
        assert [(await client.reply())[:3] for _ in range(2)] == ["250", "221"]
        assert await client.nothing_more()
    assert mta.messages[0].content == b"one\r\n.two\r\n"


async def test_chunks_become_one_message(mta: FakeMta) -> None:
    async with await by_hand(mta) as client:
        await client.reply()
        await client.say("EHLO c.example")
        await client.say("MAIL FROM:<a@b.example>")
        await client.say("RCPT TO:<r@partner.example>")
        client.send("BDAT 6\r\n.one\r\nBDAT 5 LAST\r\ntwo\r\n")
        assert [(await client.reply())[:3] for _ in range(2)] == ["250", "250"]
    assert mta.messages[0].content == b".one\r\ntwo\r\n"


async def test_a_size_limit_is_declared_and_kept(mta: FakeMta) -> None:
    mta.script = Script(capabilities=("SIZE 1000",))
    async with client_of(mta) as client:
        await client.ehlo()
        assert client.supports_extension("SIZE")
        with pytest.raises(aiosmtplib.SMTPSenderRefused) as declared:
            await client.mail("a@b.example", options=["SIZE=1001"])
        assert declared.value.code == 552
        await client.mail("a@b.example")
        await client.rcpt("r@partner.example")
        with pytest.raises(aiosmtplib.SMTPDataError):
            await client.data(b"x" * 1001)
    assert mta.messages == []


@pytest.mark.parametrize("mechanism", ["plain", "login"])
async def test_a_user_must_sign_in_where_there_are_users(mta: FakeMta, mechanism: str) -> None:
    mta.script = Script(users={"anna": "correct horse"})
    async with client_of(mta) as client:
        await client.ehlo()
        assert client.supports_extension("AUTH")
        with pytest.raises(aiosmtplib.SMTPSenderRefused):
            await client.mail("a@b.example")
        sign_in = client.auth_plain if mechanism == "plain" else client.auth_login
        with pytest.raises(aiosmtplib.SMTPAuthenticationError):
            await sign_in("anna", "wrong")
        await sign_in("anna", "correct horse")
        await client.sendmail("a@b.example", ["r@partner.example"], CONTENT)
    assert mta.messages[0].user == "anna"


async def test_sign_in_is_offered_after_tls_only(mta: FakeMta) -> None:
    mta.script = Script(users={"anna": "secret"})
    async with await by_hand(mta) as client:
        await client.reply()
        assert "AUTH" not in await client.say("EHLO c.example")
        await client.say("STARTTLS")
        await client.starttls()
        assert "AUTH PLAIN LOGIN" in await client.say("EHLO c.example")
        credentials = base64.b64encode(b"\0anna\0secret").decode()
        assert (await client.say(f"AUTH PLAIN {credentials}")).startswith("235 ")


async def test_no_tls_is_offered_where_there_is_none(mta: FakeMta) -> None:
    mta.script = Script(tls=TlsMode.NONE)
    async with await by_hand(mta) as client:
        await client.reply()
        assert "STARTTLS" not in await client.say("EHLO c.example")
        assert (await client.say("STARTTLS")).startswith("502 ")


async def test_a_handshake_can_break(mta: FakeMta) -> None:
    mta.script = Script(tls=TlsMode.BROKEN)
    async with await by_hand(mta) as client:
        await client.reply()
        assert "STARTTLS" in await client.say("EHLO c.example")
        assert (await client.say("STARTTLS")).startswith("220 ")
        with pytest.raises(OSError, match=r"(?i)handshake"):
            await client.starttls()


async def test_a_host_can_refuse_connections_and_come_back(mta: FakeMta) -> None:
    mta.script = Script(presence=Presence.REFUSING)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(mta.ip, mta.port)
    mta.script = replace(mta.script, presence=Presence.LISTENING)
    async with await by_hand(mta) as client:
        assert (await client.reply()).startswith("220 ")


async def test_a_deaf_host_answers_no_connection(mta: FakeMta) -> None:
    mta.script = Script(presence=Presence.DEAF)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await asyncio.open_connection(mta.ip, mta.port)
    assert mta.sessions == []


async def test_stop_cuts_running_sessions() -> None:
    async with FakeMta("mx.partner.example", ip="127.77.3.1") as mta:
        client = await by_hand(mta)
        await client.reply()
    async with client:
        assert await client.nothing_more()


async def test_waiting_for_mail_that_never_comes_is_a_time_out(mta: FakeMta) -> None:
    with pytest.raises(TimeoutError):
        await mta.received(1, within=0.01)


async def test_commands_out_of_order_and_unknown_ones_are_refused(mta: FakeMta) -> None:
    async with await by_hand(mta) as client:
        await client.reply()
        assert (await client.say("MAIL FROM:<a@b.example>")).startswith("503 ")
        await client.say("HELO c.example")
        assert (await client.say("RCPT TO:<r@partner.example>")).startswith("503 ")
        assert (await client.say("DATA")).startswith("554 ")
        assert (await client.say("WIBBLE")).startswith("500 ")
        assert (await client.say("NOOP")).startswith("250 ")


async def test_connections_above_the_limit_are_turned_away(mta: FakeMta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mta_module, "CONNECTIONS", 1)
    async with await by_hand(mta) as first:
        await first.reply()
        async with await by_hand(mta) as second:
            assert await second.reply() == "421 4.3.2 Too many connections"
            assert await second.nothing_more()
        assert (await first.say("NOOP")).endswith("OK")


@pytest.mark.parametrize("start", ["DATA\r\n" + "x" * 100 + "\r\n", "BDAT 100 LAST\r\n"])
async def test_content_without_end_ends_the_session(
    mta: FakeMta, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    monkeypatch.setattr(dialogue, "MAX_CONTENT", 80)
    async with await by_hand(mta) as client:
        await client.reply()
        for line in ("EHLO c.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"):
            await client.say(line)
        client.send(start)
        if start.startswith("DATA"):
            assert (await client.reply()).startswith("354")
        assert (await client.reply()).startswith("552 5.3.4")
        assert await client.nothing_more()
    assert not mta.messages
