"""Between the supervisor and a worker: one asks, the other answers, over a socket pair that both inherit.

There is a pair for each direction.

A frame is its length in four octets and a pickle: both ends are the same program, one started by the other, and
nobody else can write to the socket.  Answers may overtake one another; what is asked arrives in order.
"""

from __future__ import annotations

import asyncio
import itertools
import pickle
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

_LENGTH = struct.Struct(">I")

Handle = Callable[[str, tuple[Any, ...]], Awaitable[Any]]


class ChannelClosed(Exception):
    """The other process has ended, or is about to."""


class Asker:
    """The end that asks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.closed = asyncio.Event()  # the other process has ended, or is about to
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, sock: socket.socket) -> Asker:
        return cls(*await asyncio.open_unix_connection(sock=sock))

    async def ask(self, method: str, *arguments: Any) -> Any:
        """The answer, or the exception that the other side raised; ChannelClosed when none will come."""
        number = next(self._numbers)
        frame = _frame((number, method, arguments))
        if self.closed.is_set():
            raise ChannelClosed
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(frame)
            await self._writer.drain()
            return await future
        except ConnectionError:
            raise ChannelClosed from None
        finally:
            self._waiting.pop(number, None)

    async def _read(self) -> None:
        try:
            while True:
                number, answer, error = await _next(self._reader)
                future = self._waiting.get(number)
                if future is None or future.done():
                    continue
                if error is not None:
                    future.set_exception(error)
                else:
                    future.set_result(answer)
        except (asyncio.IncompleteReadError, OSError):
            self._end()

    def _end(self) -> None:
        self.closed.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ChannelClosed())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._end()
        self._writer.close()


async def answer(sock: socket.socket, handle: Handle) -> None:
    """The end that answers: `handle` is called in the order of the questions, and may take its time to answer.

    Returns when the other side is gone.
    """
    reader, writer = await asyncio.open_unix_connection(sock=sock)
    tasks: set[asyncio.Task[None]] = set()
    try:
        while True:
            number, method, arguments = await _next(reader)
            task = asyncio.create_task(_answer(writer, number, handle(method, arguments)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    except (asyncio.IncompleteReadError, OSError):
        return
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        writer.close()


async def _answer(writer: asyncio.StreamWriter, number: int, work: Awaitable[Any]) -> None:
    try:
        told: tuple[int, Any, Exception | None] = (number, await work, None)
    except Exception as error:
        told = (number, None, _portable(error))
    try:
        writer.write(await asyncio.to_thread(_frame, told))
        await writer.drain()
    except ConnectionError:
        return


def _portable(error: Exception) -> Exception:
    """`error`, or what can be said of it when it cannot cross to another process."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this line
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _frame(value: object) -> bytes:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(data)) + data


async def _next(reader: asyncio.StreamReader) -> Any:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return pickle.loads(await reader.readexactly(length))  # noqa: S301 - see the module's docstring
