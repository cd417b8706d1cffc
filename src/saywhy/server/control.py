"""The control socket: operations for whoever may open it, as one JSON object per line, both ways.

    -> {"v":1,"operation":"queue list","parameters":{"limit":10}}
    <- {"v":1,"ok":true,"rows":[...],"text":""}
    <- {"v":1,"ok":false,"error":{"code":"not-found","what":"...","why":"...","cure":"...","details":[]}}

A Unix socket of mode 0600; the kernel says who connects (SO_PEERCRED), and only the server's own user and root are
heard.  Requests of one connection are answered in turn; each connection has a task of its own.
"""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import pwd
import socket
import stat
import struct
from collections.abc import Mapping
from pathlib import Path

from saywhy.model.event import Event, Kind
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError, Result
from saywhy.operations.execute import execute
from saywhy.operations.wire import MAX_REQUEST, WireError, decode_request, encode_error, encode_result

MAX_CLIENTS = 32
IDLE_SECONDS = 300.0  # for a request to arrive whole, and for a response to be taken


class ControlInUse(Exception):
    """Another process answers at the control socket, or something that is no socket is in its place."""


class ControlServer:
    """`start` binds the socket; `stop` takes no more requests and ends those under way."""

    def __init__(
        self, path: Path, context: Context, *, max_clients: int = MAX_CLIENTS, idle: float = IDLE_SECONDS
    ) -> None:
        self._path = path
        self._context = context
        self._max_clients = max_clients
        self._idle = idle
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._inode = 0

    async def start(self) -> None:
        """ControlInUse when another server has the socket; OSError when it cannot be made."""
        await _remove_stale(self._path)
        listening = _bind(self._path)
        self._inode = self._path.lstat().st_ino
        self._server = await asyncio.start_unix_server(self._connected, sock=listening, limit=MAX_REQUEST)

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None
        if _inode(self._path) == self._inode:  # not one that somebody else has put there since
            self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass  # a client that went away or fell asleep, or `stop`
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        refusal, actor = self._admit(writer)
        if refusal is not None:
            await self._send(writer, encode_error(refusal))
            return
        context = dataclasses.replace(self._context, actor=actor)
        while True:
            try:
                async with asyncio.timeout(self._idle):
                    line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                await self._send(writer, encode_error(WireError(f"a request has at most {MAX_REQUEST} octets")))
                return
            await self._send(writer, await self._answer(context, line))

    def _admit(self, writer: asyncio.StreamWriter) -> tuple[OperationError | None, str]:
        """Why this client is not heard, or None, and who it is."""
        if len(self._tasks) > self._max_clients:
            why = f"{self._max_clients} clients are connected already"
            return OperationError("refused", "control socket", why, "try again in a moment"), ""
        uid = peer_uid(writer.get_extra_info("socket"))
        if uid not in (0, os.geteuid()):
            why = f"user {user_name(uid)} may not control this server"
            return OperationError("refused", "control socket", why, "call saywhy as root or as its user"), ""
        return None, user_name(uid)

    async def _answer(self, context: Context, line: bytes) -> bytes:
        try:
            name, parameters = decode_request(line)
            return encode_result(await self._execute(context, name, parameters))
        except OperationError as error:
            return encode_error(error)

    async def _execute(self, context: Context, name: str, parameters: Mapping[str, object]) -> Result:
        try:
            return await execute(context, name, parameters)
        except OperationError:
            raise
        except Exception as error:
            text = f"operation {name[:80]}: {type(error).__name__}: {error}"
            context.sink.emit(Event(Kind.FAULT, context.clock.now(), text=text))
            why = f"an error of ours: {type(error).__name__}: {error}"
            raise OperationError("fault", name, why, "please report it to the developers") from error

    async def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(answer)
        async with asyncio.timeout(self._idle):
            await writer.drain()


async def _remove_stale(path: Path) -> None:
    """A socket that nobody answers at was left by a server that was killed."""
    kind = _kind(path)
    if kind and not stat.S_ISSOCK(kind):
        raise ControlInUse(f"{path} is there already and is no socket: remove it, or set control.socket")
    if kind and await _answers(path):
        raise ControlInUse(f"another server answers at {path}: stop it first, or set control.socket")
    if kind:
        _unlink(path)


async def _answers(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError as error:
        if error.errno not in (errno.ECONNREFUSED, errno.ENOENT):
            raise
        return False
    writer.close()
    return True


def _kind(path: Path) -> int:
    """The mode of what is there; 0 for nothing."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0


def _bind(path: Path) -> socket.socket:
    """The listening socket, never open to others, not even for a moment."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listening.fileno(), 0o600)  # Linux gives the file this mode; others get it below
        listening.bind(os.fspath(path))
        path.chmod(0o600)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def _inode(path: Path) -> int:
    try:
        return path.lstat().st_ino
    except OSError:
        return 0


def peer_uid(connection: socket.socket) -> int:
    """Who is at the other end; where the kernel does not tell, the socket's mode has let in only ourselves."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return os.geteuid()
    with socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as own:  # uvloop's cannot be asked
        _, uid, _ = struct.unpack("3i", own.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    return int(uid)


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
