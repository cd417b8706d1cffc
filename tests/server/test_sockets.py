"""Listening sockets: bound for each worker, or taken from systemd."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from saywhy.config.settings import Binding, Listener
from saywhy.server import sockets


def listener(port: int = 0) -> Listener:
    return Listener.model_construct(address=(Binding("127.0.0.1", port),), tls="starttls")


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


def test_each_worker_has_a_socket_of_its_own_on_the_same_port() -> None:
    sets = sockets.take({"smtp": listener()}, 3, {})
    made = [sock for each in sets for sock in each["smtp"]]
    assert len({sock.fileno() for sock in made}) == 3
    assert len({sock.getsockname() for sock in made}) == 1
    sockets.close(sets)
    assert all(sock.fileno() == -1 for sock in made)


def test_connections_go_to_those_that_listen(taken: socket.socket) -> None:
    sets = sockets.take({"smtp": listener()}, 2, {})
    (one,), (two,) = sets[0]["smtp"], sets[1]["smtp"]
    one.listen()  # the other worker has not begun yet
    clients = [socket.create_connection(one.getsockname()) for _ in range(5)]
    one.setblocking(True)
    for client in clients:
        one.accept()[0].close()
        client.close()
    sockets.close(sets)
    assert two.fileno() == -1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_another_has_is_refused_with_what_to_do(taken: socket.socket, workers: int) -> None:
    port = taken.getsockname()[1]
    with pytest.raises(
        OSError, match=rf"listeners\.smtp: 127\.0\.0\.1:{port} cannot be had .*: stop what uses it"
    ):
        sockets.take({"free": listener(), "smtp": listener(port)}, workers, {})


def test_another_server_of_the_same_user_is_noticed_although_it_shares_its_port() -> None:
    first = sockets.take({"smtp": listener()}, 2, {})
    port = first[0]["smtp"][0].getsockname()[1]
    for each in first:
        each["smtp"][0].listen()
    with pytest.raises(OSError, match="cannot be had"):
        sockets.take({"smtp": listener(port)}, 2, {})
    sockets.close(first)


CHILD = """
import os, socket
from saywhy.config.settings import Binding, Listener
from saywhy.server import sockets
def listener():
    return Listener.model_construct(address=(Binding("127.0.0.1", 0),), tls="starttls")
os.environ["LISTEN_PID"] = str(os.getpid())
try:
    sets = sockets.take({"smtp": listener(), "submission": listener()}, 2, os.environ)
except OSError as error:
    print(error)
else:
    same = sets[0]["smtp"][0] is sets[1]["smtp"][0]
    own = sets[0]["submission"][0] is not sets[1]["submission"][0]
    print(same, own, sets[0]["smtp"][0].getsockname()[1], sorted(n for n in os.environ if n.startswith("LISTEN")),
          os.get_inheritable(sets[0]["smtp"][0].fileno()))
"""


def child(sock: socket.socket, names: str) -> str:
    """What a process says that is started as systemd starts one, `sock` as its descriptor 3."""

    def place() -> None:
        os.dup2(sock.fileno(), 3)
        os.set_inheritable(3, True)

    environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": names}
    return subprocess.run(
        [sys.executable, "-c", CHILD],
        env=environment,
        preexec_fn=place,
        close_fds=False,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def test_a_socket_of_systemd_is_shared_by_all_and_the_rest_is_bound(taken: socket.socket) -> None:
    assert child(taken, "smtp") == f"True True {taken.getsockname()[1]} [] False"


def test_a_socket_that_no_listener_claims_is_refused_with_what_to_set(taken: socket.socket) -> None:
    said = child(taken, "saywhy.socket")
    assert said == (
        "systemd passes a socket named 'saywhy.socket', and there is no such listener: set FileDescriptorName= in "
        "the .socket unit to one of smtp, submission"
    )


def test_a_socket_that_does_not_listen_is_refused() -> None:
    with socket.socket() as sock:
        assert "no listening TCP socket" in child(sock, "smtp")


def test_sockets_that_were_meant_for_another_process_are_left_alone() -> None:
    environment = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "smtp"}
    sets = sockets.take({"smtp": listener()}, 1, environment)
    assert environment == {}
    sockets.close(sets)
