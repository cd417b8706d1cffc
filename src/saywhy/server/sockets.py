"""The listening sockets: bound here, or taken from systemd, before there is any worker.

Each worker has sockets of its own (SO_REUSEPORT), among which the kernel deals out connections.  The supervisor
keeps them open: what connects while a worker is being started again waits in the backlog and is not refused.
A socket from systemd (sd_listen_fds(3)) is shared by all workers.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, MutableMapping

from saywhy.config.settings import Binding, Listener
from saywhy.infra.net.listen import bind

Sockets = Mapping[str, list[socket.socket]]  # by listener

FIRST_INHERITED = 3  # sd_listen_fds(3)


def take(listeners: Mapping[str, Listener], workers: int, environment: MutableMapping[str, str]) -> list[Sockets]:
    """A set of sockets for each worker; OSError when one cannot be had, and then none stays open."""
    inherited = _inherited(listeners, environment)
    sets: list[dict[str, list[socket.socket]]] = [{} for _ in range(workers)]
    try:
        for name, listener in listeners.items():
            if name in inherited:
                for each in sets:
                    each[name] = inherited[name]
                continue
            for binding in listener.address:
                for each, sock in zip(sets, _bind(name, binding, workers), strict=True):
                    each.setdefault(name, []).append(sock)
    except OSError:
        close(sets)
        raise
    return list(sets)


def close(sets: list[dict[str, list[socket.socket]]] | list[Sockets]) -> None:
    for each in sets:
        for group in each.values():
            for sock in group:
                sock.close()


def _bind(name: str, binding: Binding, workers: int) -> list[socket.socket]:
    made: list[socket.socket] = []
    shared = workers > 1
    try:
        if shared and binding.port:
            bind(binding.host, binding.port).close()  # another server of the same user would not be noticed below
        for _ in range(workers):
            port = binding.port or (made[0].getsockname()[1] if made else 0)
            made.append(bind(binding.host, port, shared=shared))
    except OSError as error:
        for sock in made:
            sock.close()
        raise OSError(
            f"listeners.{name}: {binding} cannot be had ({error.strerror}): stop what uses it, or "
            "give the listener another address",
        ) from None
    return made


def _inherited(
    listeners: Mapping[str, Listener], environment: MutableMapping[str, str]
) -> dict[str, list[socket.socket]]:
    """What systemd passed, by listener; OSError for a socket that no listener claims."""
    owner, count = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "0")
    names = environment.pop("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[socket.socket]] = {}
    if owner != str(os.getpid()) or not count.isdigit():
        return found
    for place in range(int(count)):
        name = names[place] if place < len(names) else ""
        if name not in listeners:
            raise OSError(
                f"systemd passes a socket named {name!r}, and there is no such listener: set FileDescriptorName= "
                f"in the .socket unit to one of {', '.join(listeners)}"
            )
        found.setdefault(name, []).append(_adopt(FIRST_INHERITED + place, name))
    return found


def _adopt(descriptor: int, name: str) -> socket.socket:
    os.set_inheritable(descriptor, False)
    try:
        sock = socket.socket(fileno=descriptor)
        listening = bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError as error:
        raise OSError(f"listeners.{name}: what systemd passes is no socket ({error.strerror})") from None
    if not listening or sock.family not in (socket.AF_INET, socket.AF_INET6):
        raise OSError(f"listeners.{name}: systemd passes no listening TCP socket: use ListenStream=, Accept=no")
    sock.setblocking(False)
    return sock
