"""Clients and remote servers that mean harm, over real sockets: nothing leaks, hangs or is injected."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.flow.receive.session import Session
from saywhy.flow.stages import Submission
from saywhy.infra.log.jsonl import line
from saywhy.lab.script import Act, Script, Then
from saywhy.lab.world import NETWORK, World
from saywhy.model.event import Kind
from saywhy.server.control_client import call
from saywhy.wire.smtp.server import Limits, Offer, ServerEngine
from tests.flow.receive.support import CONNECTOR, Dialogue
from tests.lab.loopback import needs_loopback
from tests.server.inside import HUNG, PASSWORD, Client, Inside, until

SENDER, RECIPIENT = "MAIL FROM:<ann@partner.example>", "RCPT TO:<guy@worcester.example>"


@asynccontextmanager
async def serving(folder: Path, **words: str | float) -> AsyncIterator[Inside]:
    """The server; at its end it takes mail as before, and holds nothing of anybody's."""
    async with Inside(folder, **words) as server:  # type: ignore[arg-type]
        yield server
        for client in server.clients:
            client.cut()
        await until(lambda: server.open == 0)
        assert (server.counted, server.in_flight) == (0, 0)
        assert (await (await server.greeted()).say(SENDER)).startswith("250 ")


class TestMemory:
    """What a session holds is counted, and what it no longer needs it does not hold."""

    def engine(self, size: int = 1 << 20) -> ServerEngine:
        engine = ServerEngine(Offer("mail.worcester.example"), Limits(max_message_size=size))
        engine.greet()
        for text in ("EHLO client.example", SENDER, RECIPIENT):
            engine.receive(text.encode() + b"\r\n")
            engine.next_event()
            engine.accept()
        return engine

    @pytest.mark.parametrize("way_out", [b"RSET\r\n", b"EHLO again.example\r\n", b"BDAT 0 LAST\r\n", b"QUIT\r\n"])
    def test_chunks_are_forgotten_with_their_transaction(self, way_out: bytes) -> None:
        engine = self.engine()
        engine.receive(b"BDAT 200000\r\n" + b"abc\r\n" * 40_000)
        engine.next_event()
        engine.accept()
        engine.next_event()
        assert engine.held == 200_000
        engine.receive(way_out)
        engine.next_event()
        if not engine.closing:
            engine.accept() if way_out[:4] != b"RSET" else None
        assert engine.held == 0

    def test_content_is_forgotten_once_it_is_handed_out(self) -> None:
        engine = self.engine()
        engine.receive(b"DATA\r\n")
        engine.next_event()
        engine.accept()
        for _ in range(100):
            engine.receive(b"abc\r\n" * 100)
            engine.next_event()
        assert engine.held == 50_000
        engine.receive(b".\r\n")
        engine.next_event()
        assert engine.held == 0

    @pytest.mark.parametrize("command", [b"DATA\r\n", b"BDAT 999999999999\r\n"])
    def test_what_exceeds_the_limit_is_read_and_not_kept(self, command: bytes) -> None:
        engine = self.engine(10_000)
        engine.receive(command)
        engine.next_event()
        engine.accept()
        for _ in range(1000):
            engine.receive(b"abc\r\n" * 1000)
            engine.next_event()
            assert engine.held <= 14_000

    async def test_octets_thrown_away_take_no_room_from_others(self, tmp_path: Path) -> None:
        async with serving(tmp_path, default='max_message_size = "64 KiB"') as server:
            hog, other = await server.greeted(), await server.greeted()
            for text in (SENDER, RECIPIENT, "DATA"):
                await hog.say(text)
            for _ in range(64):  # four times what all sessions may hold
                hog.send(b"abcdefghijklmno\r\n" * 4096)
                await hog.writer.drain()
            assert (await other.say(SENDER)).startswith("250 ")
            assert (await hog.say("\r\n.")).startswith("552 5.3.4")

    async def test_beyond_what_all_may_hold_new_mail_waits_and_big_transfers_end(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            hogs = [await server.greeted() for _ in range(3)]
            for hog in hogs:
                for text in (SENDER, RECIPIENT):
                    await hog.say(text)
                hog.send(b"BDAT 900000\r\n" + b"x" * 600_000)
            await until(lambda: server.in_flight >= 1_800_000)
            late = await server.greeted()
            assert (await late.say(SENDER)).startswith("452 4.3.1")
            hogs[0].send(b"x" * 290_000)
            hogs[1].send(b"x" * 290_000)
            ends = [asyncio.create_task(hog.reply()) for hog in hogs[:2]]
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED, timeout=HUNG)
            assert any(task.result().startswith("421 4.3.1") for task in done)
            await until(lambda: server.in_flight < 1_800_000)

    def test_a_session_of_idle_commands_is_ended(self) -> None:
        engine = ServerEngine(Offer("mail.worcester.example"), Limits())
        engine.greet()
        engine.output()
        engine.receive(b"HELP\r\n" * 40_000)
        engine.next_event()
        said = engine.output()
        assert said.endswith(b"421 4.7.0 Too many commands without a message, closing this connection\r\n")
        assert said.count(b"\r\n") == 201

    def test_a_hello_name_cannot_make_a_trace_line_too_long(self) -> None:
        engine = ServerEngine(Offer("mail.worcester.example"), Limits())
        engine.greet()
        engine.receive(b"EHLO [" + b"1" * 1000 + b"]\r\n")
        engine.next_event()
        assert engine.output().endswith(b"501 5.5.4 Invalid domain name\r\n")


WORDS = [
    *(
        b"EHLO a.example\r\n",
        b"HELO\r\n",
        b"MAIL FROM:<>\r\n",
        b"MAIL FROM:<ann@b.example> SIZE=9\r\n",
        b"RSET\r\n",
    ),
    *(b"RCPT TO:<guy@worcester.example>\r\n", b"RCPT TO:<x@relay.invalid>\r\n", b"DATA\r\n", b"BDAT 5\r\n", b"."),
    *(
        b"BDAT 4 LAST\r\n",
        b"BDAT 99999999999\r\n",
        b"a\r\nb\n",
        b"\r\n.\r\n",
        b"\r\n..\r\n",
        b"STARTTLS\r\n",
        b"\0",
    ),
    *(
        b"AUTH PLAIN AGd1eQBzZWNyZXQ=\r\n",
        b"AUTH LOGIN\r\n",
        b"*\r\n",
        b"QUIT\r\n",
        b"NOOP\r\n",
        b"x" * 3000,
        b"\n",
    ),
    *(b"\x16\x03\x01", b"GET / HTTP/1.1\r\n", b"\xff\xfe", b"VRFY\r\n", b"text\r\n" * 2000),
]
STREAM = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=40)), max_size=25)
ENDS = st.sampled_from(["lost", "eof then lost", "stop", "timed out", "cancel"])


@given(stream=STREAM, cuts=st.randoms(use_true_random=False), how=ENDS, broken=st.booleans())
def test_whatever_a_client_sends_the_count_returns_to_zero(
    stream: list[bytes], cuts: random.Random, how: str, broken: bool
) -> None:
    asyncio.run(_one_session(stream, cuts, how, broken=broken))


async def _one_session(stream: list[bytes], cuts: random.Random, how: str, *, broken: bool) -> None:
    dialogue = Dialogue(in_flight=5_000)
    services, session = dialogue.services, dialogue.session
    services.connections.enter(CONNECTOR, "192.0.2.7")
    if broken:
        dialogue.recorder.submit = _broken  # type: ignore[method-assign]
        object.__setattr__(services, "submit", _broken)
    octets = b"".join(stream)
    while octets:
        at = cuts.randint(1, max(len(octets) // 2, 1))
        session.received(octets[:at])
        octets = octets[at:]
        assert services.in_flight.used >= 0
        if cuts.random() < 0.5:
            await asyncio.sleep(0)
    _leave(session, how)
    await dialogue.settle()
    session.lost()
    await dialogue.settle()
    assert services.in_flight.used == 0
    assert not services.connections._by_source


def _leave(session: Session, how: str) -> None:
    match how:
        case "eof then lost":
            session.eof()
        case "stop":
            session.stop()
        case "timed out":
            session.timed_out(1)
        case "cancel" if session._waiting is not None:
            session._waiting.cancel()
        case _:
            pass


async def _broken(_submission: Submission) -> None:
    raise RuntimeError("no queue")


class TestFuzz:
    async def test_random_octets_in_every_state_end_no_server(self, tmp_path: Path) -> None:
        await self.fuzz(tmp_path, 60)

    @pytest.mark.slow
    async def test_many_random_octets_in_every_state_end_no_server(self, tmp_path: Path) -> None:
        await self.fuzz(tmp_path, 3000)

    async def fuzz(self, folder: Path, rounds: int) -> None:
        dice = random.Random(20260301)
        limits = "max_connections_per_source = 1000\nmax_connections_per_source_percent = 100"
        async with serving(folder, default=limits, client=limits) as server:
            for _ in range(rounds):
                listener = dice.choice(["smtp", "submission", "submissions"])
                client = await server.connect(listener)
                for _ in range(dice.randrange(1, 12)):
                    client.send(dice.choice([dice.choice(WORDS), dice.randbytes(dice.randrange(200))]))
                match dice.randrange(3):
                    case 0:
                        client.cut()
                    case 1 if listener != "submissions":
                        client.writer.write_eof()
                        await client.rest()
                    case _:
                        await asyncio.sleep(0)
                        client.cut()
                await until(lambda: server.open == 0)
            assert server.sink.of(Kind.FAULT) == []


class TestFaultsOfOurs:
    async def test_an_exception_while_queueing_ends_that_session_alone(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            other = await server.greeted()
            client = await server.greeted()
            submit = server.services().submit
            object.__setattr__(server.services(), "submit", _broken)
            for text in (SENDER, RECIPIENT, "DATA"):
                await client.say(text)
            client.send(b"Subject: x\r\n\r\n.\r\n")
            assert await client.rest() == b""
            object.__setattr__(server.services(), "submit", submit)
            [fault] = server.sink.of(Kind.FAULT)
            assert fault.text == "RuntimeError: no queue"
            assert (await other.say("NOOP")).startswith("250 ")

    async def test_an_exception_behind_a_wait_ends_the_session_too(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted()

            def lookup(*_args: object, **_words: object) -> None:
                raise RuntimeError("no directory")

            found = server.services().lookup
            for text in (SENDER, RECIPIENT, "DATA"):
                await client.say(text)
            object.__setattr__(server.services(), "lookup", lookup)
            client.send(b"Subject: x\r\n\r\n.\r\n" + f"{SENDER}\r\n{RECIPIENT}\r\n".encode())
            await client.rest()
            object.__setattr__(server.services(), "lookup", found)
            [fault] = server.sink.of(Kind.FAULT)
            assert fault.text == "RuntimeError: no directory"

    @pytest.mark.parametrize("sent", range(6))
    async def test_a_connection_lost_at_any_step_leaves_nothing(self, tmp_path: Path, sent: int) -> None:
        async with serving(tmp_path) as server:
            client = await server.connect()
            lines = ["EHLO a.example", SENDER, RECIPIENT, "DATA", "Subject: x\r\n\r\ntext", "."]
            client.send("".join(f"{text}\r\n" for text in lines[:sent]).encode())
            await until(lambda: server.counted == 1)
            client.cut()
            await until(lambda: server.open == 0)
            assert server.sink.of(Kind.RECEIVE, Kind.FAULT) == []


class TestSignIn:
    async def test_guessing_ends_the_session_and_every_guess_is_logged(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted("submission")
            await client.starttls()
            await client.say("EHLO client.example")
            answers = []
            for number in range(3):
                token = base64.b64encode(f"\0guy\nADMIN\0guess{number}".encode()).decode()
                answers.append(await client.say(f"AUTH PLAIN {token}"))
            assert [answer[:9] for answer in answers] == ["535 5.7.8", "535 5.7.8", "421 4.7.0"]
            assert await client.rest() == b""
            failed = server.sink.of(Kind.AUTH_FAIL)
            assert len(failed) == 3
            assert line(failed[0]).count(b"\n") == 1
            assert json.loads(line(failed[0]))["data"]["user"] == "guy\nADMIN"

    async def test_nobody_signs_in_as_one_user_to_act_as_another(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted("submission")
            await client.starttls()
            await client.say("EHLO client.example")
            token = base64.b64encode(f"root\0guy\0{PASSWORD}".encode()).decode()
            assert (await client.say(f"AUTH PLAIN {token}")).startswith("535 5.7.8")

    async def test_credentials_never_reach_an_event(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.signed_in()
            await client.say("MAIL FROM:<somebody@else.example>")
            secret = base64.b64encode(f"\0guy\0{PASSWORD}".encode())
            log = b"".join(map(line, server.sink.events))
            assert secret not in log
            assert PASSWORD.encode() not in log


class TestOpenRelay:
    @pytest.mark.parametrize(
        "path",
        [
            *("victim@elsewhere.example", "victim%elsewhere.example@worcester.example", "victim", "victim@"),
            *("@worcester.example:v@e.example", "elsewhere.example!victim@worcester.example", "@worcester"),
            *("@a.example,@worcester.example:victim@elsewhere.example", '""@elsewhere.example'),
            *('"victim@elsewhere.example"@worcester.example', '"victim%elsewhere.example"@worcester.example'),
            *("victim@[192.0.2.1]", "victim@[127.0.0.1]", "victim@[IPv6:::1]", "victim@worcester.example."),
            *("victim@elsewhere.example@worcester.example", "guy@worcester.example@elsewhere.example"),
            *("victim@WORCESTER.example.elsewhere.example", "victim@elsewhere.example\0"),
            "guy@worcester.example,victim@elsewhere.example",
        ],
    )  # fmt: skip
    async def test_nobody_relays_through_us(self, tmp_path: Path, path: str) -> None:
        async with serving(tmp_path) as server:
            for sender in (
                "<>",
                "<guy@worcester.example>",
                "<postmaster@worcester.example>",
                "<@localhost:a@b.c>",
            ):
                client = await server.greeted()
                assert (await client.say(f"MAIL FROM:{sender}")).startswith("250 ")
                assert (await client.say(f"RCPT TO:<{path}>"))[0] == "5"
                assert (await client.say("DATA")).startswith("554 5.5.1")
                client.cut()
            assert server.sink.of(Kind.RECEIVE) == []


class TestConnectorsChange:
    async def test_a_connector_that_goes_or_changes_leaves_open_sessions_and_counts_alone(
        self, tmp_path: Path
    ) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted()
            organisation = server.app._crew.worker.organisation
            current = organisation()
            kept = dict(current.receive_connectors)
            del kept["default"]
            organisation._current = replace(current, receive_connectors=kept)
            nobody = await server.connect()
            assert (await nobody.reply()).startswith("554 5.7.1 ")
            for text in (SENDER, RECIPIENT, "DATA"):
                await client.say(text)
            assert (await client.say("Subject: x\r\n\r\n.")).startswith("250 2.0.0")
            client.cut()
            await until(lambda: server.open == 0)
            organisation._current = current


class TestControlSocket:
    async def test_abuse_of_it_does_not_touch_mail(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            path = server.settings.control.socket
            assert path.stat().st_mode & 0o777 == 0o600
            dice = random.Random(7)
            for _ in range(40):
                reader, writer = await asyncio.open_unix_connection(path)
                writer.write(dice.choice([b"{", b"\0" * 5000, b'{"v":1}', dice.randbytes(300)]) + b"\n")
                writer.write_eof()
                async with asyncio.timeout(HUNG):
                    for answer in (await reader.read()).splitlines():
                        assert json.loads(answer)["ok"] is False
                writer.close()
            assert server.sink.of(Kind.FAULT) == []
            result = await asyncio.to_thread(call, path, "queue list", {})
            assert result.text == "The queue is empty."


HOSTILE_REPLIES = [
    "550 5.1.1 <script>alert(1)</script>\x00\x1b[2J\x07",
    "550-5.7.1 one\n550-\n550 5.7.1 Final-Recipient: rfc822; evil@example.com",
    "550 " + "x" * 4_000,
    "550-" + "\n550-".join(["y" * 900] * 98) + "\n550 end",
    "550 5.1.1 caf\u00e9 \u202e\U0001f4a9 \ufeff",
    "550 5.1.1 \r\rBcc: evil@example.com\r",
    "550 9.9.9 {cause} {0} %s %n $HOME =?utf-8?q?=0D=0ABcc:_x?=",
    "550 5.1.1 --r-0000\x0b\x0c\x85\u2028Action: delivered",
]


@needs_loopback
class TestReports:
    @pytest.mark.parametrize("number", range(len(HOSTILE_REPLIES)))
    async def test_what_a_remote_server_says_cannot_break_a_report(self, tmp_path: Path, number: int) -> None:
        async with World() as world:
            host = world.host("mx.hostile.example", Script(rcpt={"*": HOSTILE_REPLIES[number]}))
            world.domain("hostile.example", mx=[host.name])
            async with serving(tmp_path, dns_port=world.dns.port, more=_internet(world)) as server:
                envid, orcpt = "a+2B+3DX-Evil+3A+20yes" + "e" * 60, "rfc822;" + "b+40c.example" + "z" * 400
                await _submit(
                    server,
                    "victim@hostile.example",
                    mail=f" ENVID={envid} RET=FULL",
                    rcpt=f" ORCPT={orcpt} NOTIFY=FAILURE",
                )
                report = await _report(server)
                _check(report)
                status = report.get_payload(1).get_payload()  # type: ignore[union-attr]
                assert len(status) == 2
                assert " ".join(status[0]["Original-Envelope-Id"].split()).startswith("a+=X-Evil: yes")
                assert status[1]["Action"] == "failed"
                assert server.sink.of(Kind.FAULT) == []

    async def test_a_server_that_speaks_no_smtp_is_tried_again_and_harms_nothing(self, tmp_path: Path) -> None:
        async with World() as world:
            world.host(
                "mx.hostile.example", Script(greeting=Act("\x00\xff not smtp " + "z" * 5000, then=Then.CLOSE))
            )
            world.domain("hostile.example", mx=["mx.hostile.example"])
            async with serving(tmp_path, dns_port=world.dns.port, more=_internet(world)) as server:
                await _submit(server, "victim@hostile.example")
                [event] = (await server.sink.until(Kind.DEFER))[:1]
                assert line(event).count(b"\n") == 1
                assert server.sink.of(Kind.FAULT) == []

    @pytest.mark.parametrize(
        "header",
        [
            "Subject: =?utf-8?q?one=0D=0ABcc=3A_evil=40example.com=00=1B[2J?=",
            "Subject: " + "\t folded\r\n " * 200 + "end",
            "Subject: \udcff\udcfe\x01\x02",
            "Subject: a\r\nMessage-ID: <x>\r\n y\r\nMessage-ID: <two@b>\r\nContent-Language: ../../etc",
            "From: =?utf-8?b?" + base64.b64encode(b'"\r\nBcc: evil@example.com').decode() + "?=",
            "Content-Type: multipart/mixed; boundary=r\r\nSubject: --r--",
        ],
    )
    async def test_what_a_message_says_cannot_break_its_report(self, tmp_path: Path, header: str) -> None:
        async with serving(tmp_path) as server:
            await _submit(server, "nobody@worcester.example", header=header)
            _check(await _report(server))
            assert server.sink.of(Kind.FAULT) == []


def _internet(world: World) -> str:
    return (
        f'[[send_connector]]\nname = "Internet"\naddress_spaces = ["*"]\nport = {world.port}\n'
        f'networks = ["{NETWORK}"]\nignore_starttls = true\n'
    )


async def _submit(
    server: Inside, recipient: str, *, mail: str = "", rcpt: str = "", header: str = "Subject: x"
) -> None:
    client: Client = await server.signed_in()
    assert (await client.say(f"MAIL FROM:<guy@worcester.example>{mail}")).startswith("250 ")
    assert (await client.say(f"RCPT TO:<{recipient}>{rcpt}")).startswith("250 ")
    assert (await client.say("DATA")).startswith("354 ")
    client.send(header.encode("utf-8", "surrogateescape") + b"\r\n\r\nbody\r\n.\r\n")
    answer = await client.reply()
    assert answer.startswith("250 "), answer
    client.cut()


async def _report(server: Inside) -> EmailMessage:
    await server.sink.until(Kind.DELIVER)
    [report] = server.mail()
    parsed = email.message_from_bytes(report, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _check(report: EmailMessage) -> None:
    """Three parts, no field that we did not write, no line too long, nothing that a terminal obeys."""
    assert report.get_content_type() == "multipart/report"
    assert [part.get_content_type() for part in report.iter_parts()][1] == "message/delivery-status"
    assert len(list(report.iter_parts())) == 3
    assert not report.defects
    assert "Bcc" not in report
    assert "X-Evil" not in report
    human, status, _ = report.iter_parts()
    for part in human.walk():
        if not part.is_multipart():
            assert not set(part.get_content()) & set("\x00\x07\x1b\x85\u202e")
            assert "<script>" not in part.get_content() or part.get_content_type() == "text/plain"
    for block in status.get_payload():  # type: ignore[union-attr]
        assert not {"bcc", "x-evil"} & {key.lower() for key in block}  # type: ignore[union-attr]
    returned = bytes(report).split(b"message/rfc822", 1)[0].split(b"text/rfc822-headers", 1)[0]
    assert max(map(len, returned.split(b"\n"))) <= 999
