"""Answers for a worker that cannot be started: `421 4.3.1`, and the connection is over (RFC 5321 section 3.8).

Whoever connects would wait in the backlog otherwise, until the client gives up by itself.  Left out: a socket that
other workers take connections from too (systemd's), and listeners of implicit TLS, whose clients are only cut off.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress

from saywhy.config.settings import Listener
from saywhy.flow.receive import refusals
from saywhy.server.sockets import Sockets
from saywhy.wire.smtp.reply import Reply

AT_ONCE = 100  # connections in one turn of the event loop


class Porter:
    """`open` and `close` as often as it takes; `own` are the sockets that no other worker has."""

    def __init__(self, own: Sockets, listeners: Mapping[str, Listener]) -> None:
        self._sockets = [(sock, _reply(name, listeners[name])) for name, group in own.items() for sock in group]
        self._open = False

    def open(self) -> None:
        if not self._open:
            self._open = True
            loop = asyncio.get_running_loop()
            for sock, reply in self._sockets:
                sock.setblocking(False)
                loop.add_reader(sock, self._answer, sock, reply)

    def close(self) -> None:
        """Before the sockets are closed, or a worker has them again."""
        if self._open:
            self._open = False
            loop = asyncio.get_running_loop()
            for sock, _ in self._sockets:
                loop.remove_reader(sock)

    def _answer(self, sock: socket.socket, reply: bytes) -> None:
        for _ in range(AT_ONCE):
            try:
                client, _ = sock.accept()
            except OSError:  # nobody more, or no descriptor for one: they wait
                return
            with client, suppress(OSError):
                client.setblocking(False)
                client.send(reply)


def _reply(name: str, listener: Listener) -> bytes:
    return b"" if listener.tls == "implicit" else Reply.from_failure(refusals.no_room(name)).encode()


def own_sockets(sets: Iterable[Sockets], mine: Sockets) -> Sockets:
    """Those of `mine` that stand in one of `sets` only."""
    counted = [id(sock) for each in sets for group in each.values() for sock in group]
    return {name: [sock for sock in group if counted.count(id(sock)) == 1] for name, group in mine.items()}
