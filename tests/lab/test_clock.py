from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from saywhy.lab import clock
from saywhy.lab.clock import EPOCH, JumpingLoop, LoopClock, jumping, run_jumping


def test_an_hour_passes_at_once() -> None:
    async def wait() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    begun = time.monotonic()
    assert run_jumping(wait()) == 3600.0
    assert time.monotonic() - begun < 60  # it means: not an hour


@jumping
async def test_timers_fire_in_their_order_and_at_their_moment() -> None:
    loop = asyncio.get_running_loop()
    fired: list[tuple[str, float]] = []

    async def at(name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        fired.append((name, loop.time()))

    await asyncio.gather(at("two days", 172_800), at("a minute", 60), at("an hour", 3600))
    assert fired == [("a minute", 60.0), ("an hour", 3600.0), ("two days", 172_800.0)]


@jumping
async def test_the_clock_follows_the_loop() -> None:
    now = LoopClock()
    assert now.now() == EPOCH
    await asyncio.sleep(900)
    assert now.now() == EPOCH + 900


@jumping
async def test_no_jump_while_callbacks_are_ready() -> None:
    loop = asyncio.get_running_loop()
    timer = loop.create_task(asyncio.sleep(1))
    for _ in range(1000):
        await asyncio.sleep(0)
    assert loop.time() == 0.0
    assert not timer.done()
    timer.cancel()


@jumping
async def test_no_jump_while_a_thread_is_at_work() -> None:
    loop = asyncio.get_running_loop()
    go_on = threading.Event()
    job = asyncio.create_task(asyncio.to_thread(go_on.wait, 60))
    await asyncio.sleep(0)
    hour = loop.create_task(asyncio.sleep(3600))
    loop.call_later(0.02, go_on.set)
    assert await job
    assert loop.time() < 60
    assert not hour.done()
    await hour  # with the thread done, time jumps again
    assert loop.time() == 3600.0


@jumping
async def test_no_jump_while_a_socket_has_something_to_read() -> None:
    loop = asyncio.get_running_loop()
    here, there = socket.socketpair()
    here.setblocking(False)
    there.send(b"waiting")
    async with asyncio.timeout(1):
        assert await loop.sock_recv(here, 100) == b"waiting"
    assert loop.time() == 0.0
    here.close()
    there.close()


def test_grace_lets_a_foreign_thread_finish_first() -> None:
    async def ask_a_thread() -> tuple[str, float]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str] = loop.create_future()
        threading.Thread(target=lambda: loop.call_soon_threadsafe(answer.set_result, "done")).start()
        async with asyncio.timeout(3600):
            return await answer, loop.time()

    assert run_jumping(ask_a_thread(), grace=30.0) == ("done", 0.0)


@jumping
async def test_a_time_out_fires_when_nothing_else_can_happen() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(300):
            await asyncio.Event().wait()
    assert asyncio.get_running_loop().time() == 300.0


def test_waiting_for_what_never_comes_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "HUNG", 0.01)
    loop = JumpingLoop()
    with pytest.raises(RuntimeError, match="never come"):
        loop.run_until_complete(loop.create_future())
    loop.close()


@pytest.mark.parametrize("number", [1, 2])
@jumping
async def test_a_jumping_test_takes_parameters(number: int) -> None:
    await asyncio.sleep(number)
    assert asyncio.get_running_loop().time() == number
