"""Connections that stall, vanish, flood or never read: what they hold is given back, and the server serves on."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
import sqlite3
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from saywhy.doors.cli.serve import serve
from saywhy.infra.net.selfsigned import make_pair
from saywhy.infra.store.migrate import APPLICATION
from saywhy.model.event import Kind
from saywhy.server import privileges
from saywhy.server.app import App
from saywhy.server.lock import DataLock, DataLocked
from tests.server.inside import HUNG, Client, Inside, anything, raw, until

CROWD = "max_connections_per_source = 1000\nmax_connections_per_source_percent = 100\n"
TRANSFER = ("MAIL FROM:<ann@partner.example>", "RCPT TO:<guy@worcester.example>", "DATA")


@asynccontextmanager
async def serving(folder: Path, **words: str | float) -> AsyncIterator[Inside]:
    """The server; at its end nobody is counted in, nothing is in flight."""
    async with Inside(folder, **words) as server:  # type: ignore[arg-type]
        yield server
        for client in server.clients:
            client.cut()
        await until(lambda: server.open == 0)
        assert (server.counted, server.in_flight) == (0, 0)


def reset(client: Client) -> None:
    """RST instead of FIN."""
    sock = client.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.cut()


class TestHandshakes:
    @pytest.mark.parametrize("listener", ["smtp", "submissions"])
    @pytest.mark.parametrize("how", ["garbage", "close", "reset", "silence"])
    async def test_a_handshake_that_fails_gives_its_place_back(
        self, tmp_path: Path, listener: str, how: str
    ) -> None:
        async with serving(tmp_path) as server:
            server.listener(listener).patience = 0.05 if how == "silence" else HUNG
            client = await server.connect(listener)
            if listener == "smtp":
                await client.reply()
                await client.say("EHLO client.example")
                await client.say("STARTTLS")
            await until(lambda: server.counted == 1)
            if how == "garbage":
                client.send(b"MAIL FROM:<ann@partner.example>\r\nRCPT TO:<guy@worcester.example>\r\n")
            elif how == "close":
                client.cut()
            elif how == "reset":
                reset(client)
            await until(lambda: server.open == 0)
            assert server.counted == 0
            [event] = await server.sink.until(Kind.DISCONNECT)
            assert (event.cause, event.data["client"]) == ("tls-handshake-failed", "127.0.0.1")
            assert event.text.startswith("TLS handshake failed: ")
            assert not server.sink.of(Kind.FAULT)

    async def test_stalled_handshakes_do_not_lock_a_source_out(self, tmp_path: Path) -> None:
        async with serving(tmp_path, default="max_connections_per_source = 2") as server:
            server.listener().patience = 0.05
            for _ in range(5):
                client = await server.greeted()
                await client.say("STARTTLS")
                await client.rest()
                await until(lambda: server.open == 0)
            await server.greeted()

    async def test_a_connection_on_465_counts_before_its_handshake(self, tmp_path: Path) -> None:
        async with serving(tmp_path, client="max_connections_per_source = 2") as server:
            for _ in range(2):
                await server.connect("submissions")
            await until(lambda: server.counted == 2)
            third = await server.connect("submissions")
            assert await third.rest() == b""
            [event] = await server.sink.until(Kind.CONNECT_REFUSE)
            assert event.cause == "too-many-connections"

    async def test_on_465_the_banner_comes_under_tls_and_says_so_in_the_trace(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.connect("submissions", tls=True)
            assert (await client.reply()).startswith("220 mail.worcester.example")
            capabilities = await client.say("EHLO client.example")
            assert "AUTH PLAIN LOGIN" in capabilities
            assert "STARTTLS" not in capabilities
            assert (await client.say("STARTTLS")).startswith("503 5.5.1")

    async def test_what_comes_in_clear_on_465_never_reaches_the_session(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.connect("submissions")
            await until(lambda: server.counted == 1)
            [connection] = server.listener("submissions").connections
            connection._bare = True  # as it is until the handshake begins; some loops read at once
            connection.data_received(b"EHLO evil.example\r\n")
            assert connection._handler._engine.backlog == 0  # type: ignore
            client.cut()

    def test_465_serves_under_uvloop_which_reads_before_the_handshake_begins(self, tmp_path: Path) -> None:
        uvloop = pytest.importorskip("uvloop")

        async def talk() -> None:
            async with serving(tmp_path) as server:
                client = await server.connect("submissions", tls=True)
                assert (await client.reply()).startswith("220 ")
                await client.say("EHLO client.example")

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(talk())

    async def test_commands_sent_behind_starttls_in_clear_are_never_obeyed(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted()
            client.send(b"STARTTLS\r\nMAIL FROM:<evil@partner.example>\r\nRCPT TO:<guy@worcester.example>\r\n")
            assert (await client.reply()).startswith("220 ")
            await client.writer.start_tls(anything())
            assert (await client.say("RCPT TO:<guy@worcester.example>")).startswith("503 5.5.2")
            assert "AUTH" not in await client.say("EHLO client.example")
            assert (await client.say("RCPT TO:<guy@worcester.example>")).startswith("503 5.5.1")

    async def test_back_pressure_survives_starttls(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted()
            [connection] = server.listener().connections
            connection._pausing = 1  # the transport below was full; that it is not, it tells the TLS layer alone
            await client.starttls()
            await client.say("EHLO client.example")
            paused = []
            connection._transport.pause_reading = lambda: paused.append(True)  # type: ignore
            connection.pause_writing()
            assert paused == [True]
            del connection._transport.pause_reading  # type: ignore
            connection.resume_writing()
            assert (await client.say("NOOP")).startswith("250 ")

    async def test_a_new_certificate_serves_the_next_handshake(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            before = await server.greeted()
            await before.starttls()
            tls = server.settings.tls
            certificate, key = make_pair(["new.worcester.example"])
            tls.key.write_bytes(key)
            tls.certificate.write_bytes(certificate)
            after = await server.greeted()
            await after.starttls()
            assert _certificate(after) != _certificate(before)
            assert _certificate(after) == ssl.PEM_cert_to_DER_cert(certificate.decode())
            assert (await before.say("EHLO client.example")).startswith("250-")
            tls.certificate.write_bytes(b"nonsense")
            third = await server.greeted()
            await third.starttls()
            assert _certificate(third) == _certificate(after)
            [fault] = server.sink.of(Kind.CONFIG_FAULT)
            assert "stays in force" in fault.text


class TestClientsThatDoNotRead:
    @pytest.mark.parametrize("octets", [b"HELP\r\n", b"EHLO client.example\r\n", b"RCPT TO:<a@b.example>\r\n"])
    async def test_what_waits_for_one_is_bounded_and_it_is_let_go(self, tmp_path: Path, octets: bytes) -> None:
        start = b"EHLO client.example\r\nMAIL FROM:<ann@partner.example>\r\n"
        async with serving(tmp_path) as server, raw(server.app.addresses["smtp"][0]) as sock:
            await until(lambda: server.open == 1)
            [connection] = server.listener().connections
            transport = connection._transport
            assert transport is not None
            server.listener().linger = -1
            most = 0
            block = start + octets * 2000
            sent = 0
            stuck = 0
            while stuck < 50 and sent < 1 << 24 and server.open:
                with suppress(ConnectionError):
                    try:
                        sent += sock.send(block[sent % len(octets) :] if sent else block)
                        stuck = 0
                    except BlockingIOError:
                        stuck += 1
                most = max(most, transport.get_write_buffer_size())
                await asyncio.sleep(0)
            assert sent < 1 << 24
            assert most < 1 << 21
            connection.check_silence(server.listener().loop.time() + 301)  # 421, and closed: nobody reads it
            connection.check_silence(server.listener().loop.time() + 302)
            await until(lambda: server.open == 0)

    async def test_one_that_was_told_to_go_is_cut_off_when_it_stays(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted()
            [connection] = server.listener().connections
            assert connection._transport is not None
            connection._transport.write(b"250 padding\r\n" * 2_000_000)  # more than any socket buffer takes
            assert connection._transport.get_write_buffer_size() > 0
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]
            connection.close()
            now = server.listener().loop.time()
            connection.check_silence(now + 1)
            assert server.open == 1
            connection.check_silence(now + server.listener().linger + 1)
            await until(lambda: server.open == 0)


class TestSilence:
    async def test_it_ends_in_421_4_4_2(self, tmp_path: Path) -> None:
        async with serving(tmp_path, default='inactivity_timeout = "1 s"\nconnection_timeout = "1 h"') as server:
            client = await server.greeted()
            assert await client.reply() == "421 4.4.2 Connection timed out\r\n"
            assert await client.rest() == b""

    async def test_so_does_a_connection_that_lasts_too_long(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.greeted()
            [connection] = server.listener().connections
            connection._last = server.listener().loop.time() + 600  # it has just spoken
            connection.check_silence(server.listener().loop.time() + 601)
            assert await client.rest() == b"421 4.4.2 Connection timed out\r\n"

    async def test_a_silent_handshake_is_not_answered_in_clear(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.connect("submissions")
            await until(lambda: server.counted == 1)
            [connection] = server.listener("submissions").connections
            connection.check_silence(server.listener().loop.time() + 10_000)
            reset(client)
            await until(lambda: server.open == 0)
            assert not server.sink.of(Kind.REFUSE)

    async def test_a_tarpit_does_not_keep_a_connection_beyond_its_time(self, tmp_path: Path) -> None:
        async with serving(tmp_path, more=_connector("Slow", "127.0.0.1/32", "tarpit = 0.05")) as server:
            client = await server.greeted()
            [connection] = server.listener().connections
            client.send(b"MAIL FROM:<ann@partner.example>\r\n" + b"RCPT TO:<nobody@worcester.example>\r\n" * 1000)
            assert (await client.reply()).startswith("250 ")
            connection.check_silence(server.listener().loop.time() + 601)
            assert (await client.reply()).startswith("550 5.1.1")
            assert (await client.reply()).startswith("421 4.4.2")
            assert await client.rest() == b""

    async def test_a_fault_with_one_connection_does_not_end_the_watch_over_the_others(
        self, tmp_path: Path
    ) -> None:
        async with serving(tmp_path) as server:
            first, second = await server.greeted(), await server.greeted()
            one, other = server.listener().connections
            one.check_silence = lambda _now: 1 / 0  # type: ignore
            other.check_silence = lambda _now: 1 / 0  # type: ignore
            server.listener().sweep()
            assert await first.rest() == await second.rest() == b""
            faults = server.sink.of(Kind.FAULT)
            assert [event.text for event in faults] == [
                "a look at a connection failed: ZeroDivisionError: division by zero"
            ] * 2


class TestHalfClosed:
    async def test_a_client_that_has_said_all_still_gets_its_answers(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            client = await server.connect()
            lines = ["EHLO client.example", *TRANSFER, "Subject: half", "", "text", ".", "QUIT"]
            client.send("\r\n".join([*lines, ""]).encode())
            client.writer.write_eof()
            said = await client.rest()
            assert b"250 2.0.0 Queued as" in said
            assert said.endswith(b"221 2.0.0 mail.worcester.example Service closing transmission channel\r\n")
            await server.sink.until(Kind.DELIVER)

    async def test_one_that_leaves_in_the_middle_is_let_go(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            for start in (
                b"",
                b"EHL",
                b"EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<guy@worcester.example>\r\nDATA\r\nx",
            ):
                client = await server.connect()
                client.send(start)
                client.writer.write_eof()
                await client.rest()
            await until(lambda: server.open == 0)


class TestLimits:
    async def test_a_crowd_beyond_the_limits_is_turned_away_and_room_comes_back(self, tmp_path: Path) -> None:
        async with serving(tmp_path, default="max_connections = 40\n" + CROWD) as server:
            crowd = await asyncio.gather(*(server.connect() for _ in range(300)))
            answers = [await client.reply() for client in crowd]
            assert sum(answer.startswith("220 ") for answer in answers) == 40
            assert {answer for answer in answers if not answer.startswith("220 ")} == {
                "421 4.3.2 Service not available, too many connections\r\n"
            }
            assert len(server.sink.of(Kind.CONNECT_REFUSE)) == 260
            for client in crowd:
                client.cut()
            await until(lambda: server.counted == 0)
            await server.greeted()

    async def test_no_descriptor_left_is_an_event_and_passes(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            loop = asyncio.get_running_loop()
            for _ in range(1024):
                error = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
                loop.call_exception_handler(
                    {"message": "socket.accept() out of system resource", "exception": error}
                )
            [event] = server.sink.of(Kind.CONNECT_REFUSE)
            assert (event.cause, event.text) == (
                "system-resources",
                "a connection could not be accepted: Too many open files",
            )

    @pytest.mark.slow
    async def test_a_server_without_descriptors_serves_again_when_there_are_some(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            before = await server.greeted()
            limits = resource.getrlimit(resource.RLIMIT_NOFILE)
            sock = socket.socket()
            spare = os.open("/dev/null", os.O_RDONLY)
            resource.setrlimit(resource.RLIMIT_NOFILE, (spare, limits[1]))
            try:
                sock.connect(server.app.addresses["smtp"][0])
                await server.sink.until(Kind.CONNECT_REFUSE)
                assert (await before.say("NOOP")).startswith("250 ")
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
                os.close(spare)
            sock.setblocking(False)
            async with asyncio.timeout(HUNG):
                assert (await asyncio.get_running_loop().sock_recv(sock, 4)) == b"220 "
            sock.close()
            assert len(server.sink.of(Kind.CONNECT_REFUSE)) <= 3

    async def test_a_fault_when_a_connection_is_made_ends_it(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            door = server.listener().factory
            server.listener().factory = lambda _connection, _ip: 1 / 0  # type: ignore
            client = await server.connect()
            assert await client.rest() == b""
            [fault] = server.sink.of(Kind.FAULT)
            assert "ZeroDivisionError" in fault.text
            server.listener().factory = door
            await until(lambda: server.open == 0)
            await server.greeted()


class TestStopping:
    async def test_every_state_ends_and_only_a_transfer_may_finish(self, tmp_path: Path) -> None:
        server = Inside(tmp_path, grace=HUNG)
        async with server:
            fresh = await server.connect()
            greeted = await server.greeted()
            mailing = await server.greeted()
            await mailing.say(TRANSFER[0])
            shaking = await server.greeted()
            await shaking.say("STARTTLS")
            silent = await server.connect("submissions")
            sending = await server.greeted()
            for line in TRANSFER:
                await sending.say(line)
            sending.send(b"Subject: last\r\n\r\ntext")
            await until(lambda: server.open == 6)
            stop = asyncio.create_task(server.app.stop())
            assert (await fresh.rest()).endswith(b"421 4.3.2 Service is stopping\r\n")
            for client in (greeted, mailing):
                assert await client.rest() == b"421 4.3.2 Service is stopping\r\n"
            for client in (shaking, silent):
                assert await client.rest() == b""
            assert (await sending.say("\r\n.")).startswith("250 2.0.0 Queued")
            assert await sending.rest() == b"421 4.3.2 Service is stopping\r\n"
            await stop

    async def test_a_transfer_that_does_not_end_is_cut_when_the_grace_is_over(self, tmp_path: Path) -> None:
        async with Inside(tmp_path, grace=0.2) as server:
            client = await server.greeted()
            for line in TRANSFER:
                await client.say(line)
            client.send(b"Subject: never\r\n")
            await until(lambda: server.in_flight > 0)
            await server.app.stop()
            assert await client.rest() == b""
            assert (server.counted, server.in_flight) == (0, 0)

    async def test_a_connection_in_the_tarpit_is_answered_and_then_ended(self, tmp_path: Path) -> None:
        async with Inside(
            tmp_path, grace=HUNG, more=_connector("Slow", "127.0.0.1/32", "tarpit = 0.05")
        ) as server:
            client = await server.greeted()
            client.send(b"MAIL FROM:<ann@partner.example>\r\n" + b"RCPT TO:<nobody@worcester.example>\r\n" * 1000)
            assert (await client.reply()).startswith("250 ")
            await server.app.stop()
            said = await client.rest()
            assert said.endswith(b"421 4.3.2 Service is stopping\r\n")
            assert said.count(b"550 5.1.1") <= 2


class TestStarting:
    """What stands in the way is said in one sentence, and the exit status tells whose affair it is."""

    @pytest.fixture
    def inside(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inside]:
        monkeypatch.setattr(privileges.os, "geteuid", lambda: 4242)  # type: ignore[attr-defined]
        before = os.umask(0o077)
        yield Inside(tmp_path)
        os.umask(before)

    def start(self, inside: Inside, status: int) -> str:
        result = CliRunner().invoke(serve, ["--config", str(inside.folder / "saywhy.toml")])
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        return result.output

    def change(self, inside: Inside, old: str, new: str) -> None:
        file = inside.folder / "saywhy.toml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new, 1))

    def test_a_port_in_use(self, inside: Inside) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.change(inside, "127.0.0.1:0", f"127.0.0.1:{port}")
            assert self.start(inside, 69) == (
                f"saywhy cannot start: listeners.smtp: 127.0.0.1:{port} cannot be had (Address already in use): "
                "stop what uses it, or give the listener another address\n"
            )

    def test_a_data_folder_in_use(self, inside: Inside) -> None:
        inside.settings.server.data_dir.mkdir()
        lock = DataLock(inside.settings.server.data_dir)
        said = self.start(inside, 69)
        lock.release()
        assert f"is in use by process {os.getpid()}: stop that server first" in said

    def test_root_without_a_user_to_become(self, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(privileges.os, "geteuid", lambda: 0)  # type: ignore[attr-defined]
        assert "saywhy does not run as root: start it as the user that shall own the mail" in self.start(
            inside, 69
        )
        assert not inside.settings.server.data_dir.exists()

    def test_a_queue_of_a_newer_version(self, inside: Inside) -> None:
        inside.settings.store.path.mkdir(parents=True)
        newer = sqlite3.connect(inside.settings.store.path / "queue-1.sqlite3")
        newer.execute("PRAGMA user_version = 99")
        newer.execute(f"PRAGMA application_id = {APPLICATION}")
        newer.close()
        assert "so a newer saywhy wrote it: start that version again" in self.start(inside, 69)

    def test_a_certificate_that_is_none(self, inside: Inside) -> None:
        inside.settings.tls.certificate.parent.mkdir(parents=True)
        inside.settings.tls.certificate.write_bytes(b"nonsense")
        inside.settings.tls.key.write_bytes(b"nonsense")
        assert "tls.certificate: certificate or key is no PEM" in self.start(inside, 78)

    def test_something_in_the_place_of_the_control_socket(self, inside: Inside) -> None:
        inside.settings.control.socket.parent.mkdir(parents=True)
        inside.settings.control.socket.write_text("precious")
        assert "is there already and is no socket" in self.start(inside, 69)
        assert inside.settings.control.socket.read_text() == "precious"

    def test_settings_that_are_wrong_are_all_listed(self, inside: Inside) -> None:
        self.change(inside, "hostname", "hostnam")
        self.change(inside, "drain_grace = 5", 'drain_grace = "soon"')
        said = self.start(inside, 78)
        assert 'server.hostnam: there is no setting "hostnam"; did you mean "hostname"?' in said
        assert 'limits.drain_grace: "soon" is not a duration' in said

    def test_an_organisation_that_is_wrong(self, inside: Inside) -> None:
        (inside.folder / "organisation.toml").write_text("[[mailbox]]\nname = 7\n")
        assert "organisation.toml, line " in self.start(inside, 78)

    async def test_a_second_server_leaves_the_first_alone(self, tmp_path: Path) -> None:
        async with serving(tmp_path) as server:
            with pytest.raises(DataLocked):
                await App(server.settings, sink=server.sink).start()
            await server.greeted()


def _connector(name: str, remote: str, *lines: str) -> str:
    return "\n".join(
        [
            "[[receive_connector]]",
            f'name = "{name}"',
            'listeners = ["smtp"]',
            f'remote_ranges = ["{remote}"]',
            *lines,
        ]
    )


def _certificate(client: Client) -> bytes:
    found = client.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    assert isinstance(found, bytes)
    return found
