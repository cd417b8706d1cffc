"""Questions of the supervisor and answers of a worker, over a real socket pair."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from saywhy.infra.errors import DnsError, DnsProblem, StoreError
from saywhy.server.channel import Asker, ChannelClosed, answer

Pair = tuple[Asker, asyncio.Task[None]]


class Worker:
    def __init__(self) -> None:
        self.order: list[str] = []
        self.go = asyncio.Event()

    async def handle(self, method: str, arguments: tuple[Any, ...]) -> Any:
        self.order.append(method)
        match method:
            case "wait":
                await self.go.wait()
            case "full":
                raise StoreError("no space", full=True)
            case "dns":
                raise DnsError("a.example", "MX", DnsProblem.TIMEOUT)
        return method, arguments


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
async def pair(worker: Worker) -> AsyncIterator[Pair]:
    ours, theirs = socket.socketpair()
    answering = asyncio.create_task(answer(theirs, worker.handle))
    asker = await Asker.open(ours)
    yield asker, answering
    await asker.close()
    await asyncio.gather(answering, return_exceptions=True)


async def test_values_of_any_size_cross(pair: Pair) -> None:
    large = b"x" * 5_000_000
    assert await pair[0].ask("echo", large, 7) == ("echo", (large, 7))


async def test_answers_may_overtake_but_questions_arrive_in_order(pair: Pair, worker: Worker) -> None:
    slow = asyncio.create_task(pair[0].ask("wait"))
    await asyncio.sleep(0)
    assert await pair[0].ask("quick") == ("quick", ())
    assert worker.order == ["wait", "quick"]
    assert not slow.done()
    worker.go.set()
    assert await slow == ("wait", ())


async def test_errors_cross_with_what_they_know(pair: Pair) -> None:
    with pytest.raises(StoreError, match="no space") as raised:
        await pair[0].ask("full")
    assert raised.value.full


async def test_an_error_that_cannot_cross_is_told_in_words(pair: Pair) -> None:
    with pytest.raises(RuntimeError, match=r"DnsError: MX a\.example: time-out"):
        await pair[0].ask("dns")


async def test_whoever_waits_when_the_worker_ends_is_told(pair: Pair) -> None:
    waiting = asyncio.create_task(pair[0].ask("wait"))
    await asyncio.sleep(0)
    await pair[0].ask("quick")
    pair[1].cancel()
    with pytest.raises(ChannelClosed):
        await waiting
    assert pair[0].closed.is_set()
    with pytest.raises(ChannelClosed):
        await pair[0].ask("quick")


async def test_the_worker_notices_that_the_supervisor_is_gone() -> None:
    ours, theirs = socket.socketpair()
    answering = asyncio.create_task(answer(theirs, Worker().handle))
    ours.close()
    async with asyncio.timeout(10):
        await answering
