"""`saywhy serve` from its start to its end, as systemd, a terminal and a careless administrator see it."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import smtplib
import socket
import stat
from pathlib import Path

import pytest

from tests.server.running import HUNG, Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FEW = 120  # descriptors


def send(port: int, number: int = 1) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=HUNG) as client:
        client.sendmail("guy@worcester.example", ["ann@worcester.example"], f"Subject: {number}\r\n\r\nx\r\n")


def test_systemd_hears_of_every_change(tmp_path: Path) -> None:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.settimeout(HUNG)

    def environment() -> None:
        os.environ.update(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000")

    server = Running(tmp_path, workers=2, preparation=environment)

    def until(word: str) -> None:
        while word not in heard.recv(4096).decode().split("\n"):
            pass

    with server:
        until("READY=1")
        until("WATCHDOG=1")
        server.signal(signal.SIGHUP)
        until("RELOADING=1")
        until("READY=1")
        server.signal(signal.SIGTERM)
        until("STOPPING=1")
        assert server.stop() == 0
    heard.close()


def test_a_socket_of_systemd_outlives_the_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=100) as sock:

        def environment() -> None:
            os.dup2(sock.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="smtp")

        server = Running(tmp_path, workers=2, preparation=environment)
        with server:
            assert server.port == sock.getsockname()[1]
            send(server.port)
            server.until(lambda: len(server.mail("ann")) == 1)
            server.stop()
            waiting = socket.create_connection(sock.getsockname(), timeout=HUNG)  # not refused
            server.start()
            assert waiting.recv(100).startswith(b"220 ")
            waiting.close()


def test_nothing_is_for_others_to_read(tmp_path: Path) -> None:
    with Running(tmp_path, workers=2, preparation=lambda: os.umask(0) and None) as server:
        send(server.port)
        server.until(lambda: server.mail("ann"))
        paths = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
        open_ = [path for path in paths if path.lstat().st_mode & 0o077 and not path.is_symlink()]
        assert [path for path in open_ if path.name != "certificate.pem"] == []
        assert stat.S_IMODE((tmp_path / "data" / "queue").stat().st_mode) == 0o700


def test_without_descriptors_clients_are_turned_away_and_the_rest_goes_on(tmp_path: Path) -> None:
    """A crowd takes all that there are; when it has left, mail flows as before."""
    few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW))  # noqa: E731
    with Running(tmp_path, preparation=few) as server:
        crowd = [socket.create_connection(("127.0.0.1", server.port), timeout=HUNG) for _ in range(2 * FEW)]
        server.until(lambda: server.events("CONNECT_REFUSE"))
        assert server.events("CONNECT_REFUSE")[0]["cause"] == "system-resources"
        greetings = [client.recv(100) for client in crowd]
        turned_away = [text for text in greetings if text != greetings[0]]
        assert len(turned_away) > FEW
        assert set(turned_away) == {b"421 4.3.1 Insufficient system resources\r\n"}
        assert server.saywhy("queue", "list").returncode == 0  # the supervisor has its own
        for client in crowd:
            client.close()
        for number in range(3):
            send(server.port, number)
        server.until(lambda: len(server.mail("ann")) == 3)
        assert server.events("WORKER") == server.events("WORKER")[:1]  # no worker has ended


def runs(pid: int) -> bool:
    """Whether the process still does anything: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_workers_end_with_their_supervisor_even_in_the_middle_of_a_transfer(tmp_path: Path) -> None:
    server = Running(tmp_path, workers=2)
    server.start()
    workers = server.workers()
    client = smtplib.SMTP("127.0.0.1", server.port, timeout=HUNG)
    client.ehlo()
    client.mail("guy@worcester.example")
    client.rcpt("ann@worcester.example")
    client.docmd("DATA")
    server.kill()
    server.start()  # waits for them
    assert not any(map(runs, workers))
    assert client.sock is not None
    assert client.sock.recv(100) in (b"", b"421 4.3.2 Service is stopping\r\n")
    client.close()
    send(server.port)
    assert server.stop() == 0


def test_a_terminals_interrupt_stops_all_of_it_in_order(tmp_path: Path) -> None:
    """Ctrl-C goes to every process of the group; only the supervisor acts on it."""
    with Running(tmp_path, workers=2, preparation=os.setpgrp) as server:
        send(server.port)
        workers = server.workers()
        assert server.process is not None
        os.killpg(server.process.pid, signal.SIGINT)
        assert server.process.wait(HUNG) == 0
        assert not any(map(runs, workers))
        assert [event["text"] for event in server.events("WORKER") if "ended" in event["text"]] == []
        assert server.events("STOP")


async def test_a_reload_on_a_signal_drops_no_connection(tmp_path: Path) -> None:
    with Running(tmp_path, workers=2) as server:
        clients = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(10)]
        server.configure("[timeouts]\nconnect = 7\n")
        server.signal(signal.SIGHUP)
        await asyncio.to_thread(server.until, lambda: server.events("RELOAD"))
        assert server.events("RELOAD")[0]["text"].endswith("timeouts.connect")  # named: it waits for a restart
        for reader, writer in clients:
            writer.write(b"QUIT\r\n")
            assert (await reader.readline())[:3] == b"220"
            assert (await reader.readline())[:3] == b"221"
            writer.close()
            await writer.wait_closed()
