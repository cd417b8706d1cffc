"""Retry when cured: the end of a trouble is noticed by cheap looks, and what waited is released."""

from __future__ import annotations

import asyncio
import dataclasses
from itertools import pairwise

from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
from saywhy.model.evidence import Step
from saywhy.model.outcome import Deferred
from saywhy.model.queued import QueueId
from tests.flow.queue.desk import (
    DONE,
    HOUR,
    LATER,
    MINUTE,
    NO_ANSWER,
    STEADY,
    Desk,
    every,
    failure,
    mailbox,
    running,
)

ONE = "dns/one.test/Internet"
LOOKING = dataclasses.replace(STEADY, recheck_interval=15.0, recheck_most=5 * MINUTE)
DOWN = failure("4.4.1", "no-answer", step=Step.CONNECT)


def down(desk: Desk) -> None:
    desk.trouble[ONE] = DOWN
    desk.script = every(NO_ANSWER)


def up(desk: Desk) -> None:
    desk.trouble.clear()
    desk.script = every(DONE)


@jumping
async def test_looks_at_a_hop_that_is_down_become_rarer_and_cost_no_attempt() -> None:
    desk = Desk(transport=LOOKING)
    down(desk)
    async with running(desk):
        await desk.send("a@one.test")
        await desk.settled(20 * MINUTE)
        at = [seconds for seconds, _ in desk.looks]
        assert [round((b - a) / 15) for a, b in pairwise([0, *at])][:4] == [1, 2, 4, 8]
        assert max(b - a for a, b in pairwise(at)) <= 5 * MINUTE + 2
        assert len(desk.times("one.test")) == 8, "the attempts of the schedule and no more"


@jumping
async def test_a_hop_that_is_back_gets_all_that_waits_for_it_at_once() -> None:
    desk = Desk(transport=LOOKING)
    down(desk)
    async with running(desk):
        await desk.send("first@one.test")
        await desk.settled(2 * HOUR)
        for number in range(50):
            await desk.send(f"r{number}@one.test")
        await desk.settled(1)
        up(desk)
        await desk.settled(5 * MINUTE + 5)
        assert await desk.empty()
        back = desk.sink.of(Kind.HOP_BACK)
        assert [event.data["queue"] for event in back] == [ONE]
        assert [event.data["queue"] for event in desk.sink.of(Kind.HOP_DOWN)] == [ONE]
        assert desk.sink.of(Kind.HOP_DOWN)[0].cause == "no-answer"


@jumping
async def test_what_is_put_off_again_while_its_queue_is_released_waits_its_time() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        for number in range(50):
            await desk.send(f"r{number}@one.test")
        await desk.settled(2 * HOUR)
        tried = len(desk.attempts)
        desk.script = every(LATER)
        await desk.settled(10 * MINUTE + 30)
        assert len(desk.attempts) - tried <= 50 + 2 * 50, "each at its time, and once more at the release"


@jumping
async def test_an_attempt_that_succeeds_releases_the_rest_too() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        for number in range(20):
            await desk.send(f"r{number}@one.test")
        await desk.settled(2 * HOUR)
        desk.script = every(DONE)
        await desk.settled(10 * MINUTE + 5)
        assert await desk.empty()
        last = [at for at in desk.times() if at > 2 * HOUR]
        assert max(last) - min(last) < 2


@jumping
async def test_a_hop_that_greets_and_takes_no_mail_does_not_release_its_queue() -> None:
    async with running(Desk(transport=LOOKING, script=every(NO_ANSWER))) as desk:  # a look finds nothing wrong
        for number in range(100):
            await desk.send(f"r{number}@one.test")
        await desk.settled(HOUR)
        assert len(desk.times()) < 60
        assert desk.sink.of(Kind.HOP_BACK) == []


@jumping
async def test_one_look_at_a_time_for_a_hop_and_few_in_all() -> None:
    desk = Desk(transport=LOOKING, script=every(NO_ANSWER))
    now, most = [0], [0]

    async def look(hop, sample):
        now[0] += 1
        most[0] = max(most[0], now[0])
        await asyncio.sleep(20)
        now[0] -= 1
        return DOWN

    desk.recheck = look
    desk.queue = desk.make()
    async with running(desk):
        for number in range(100):
            await desk.send(f"a@host{number}.test")
        await desk.settled(10 * MINUTE)
        assert most[0] == 20


@jumping
async def test_a_look_that_hangs_is_given_up() -> None:
    desk = Desk(transport=LOOKING, script=every(NO_ANSWER))
    looks = []

    async def look(hop, sample):
        looks.append(desk.clock.now())
        await asyncio.sleep(1000)

    desk.recheck = look
    desk.queue = desk.make()
    async with running(desk):
        await desk.send("a@one.test")
        await desk.settled(5 * MINUTE)
        assert len(looks) >= 3


@jumping
async def test_mailboxes_that_can_be_written_again_get_their_mail_at_once() -> None:
    full = Deferred(failure("4.3.1", "mail-store-full", step=Step.NONE))
    known = {f"u{number}@corp.example": mailbox(f"u{number}") for number in range(5)}
    desk = Desk(transport=dataclasses.replace(LOOKING, mailbox_interval=HOUR), known=known, script=every(full))
    desk.trouble["mailbox"] = full.failure
    async with running(desk):
        for name in known:
            await desk.send(name)
        await desk.settled(MINUTE)
        assert len(desk.attempts) == 5
        up(desk)
        await desk.settled(2 * MINUTE)
        assert await desk.empty()
        assert [event.data["queue"] for event in desk.sink.of(Kind.HOP_BACK)] == ["mailbox"]


@jumping
async def test_a_directory_that_is_back_releases_all_that_waits_for_it() -> None:
    away = Deferred(failure("4.3.0", "directory-unavailable", step=Step.NONE))
    known = {f"u{number}@corp.example": away for number in range(20)}
    desk = Desk(transport=dataclasses.replace(LOOKING, message_interval=HOUR), known=dict(known))
    async with running(desk):
        for name in known:
            await desk.send(name)
        await desk.settled(MINUTE)
        desk.known.clear()
        await desk.settled(2 * MINUTE)
        assert await desk.empty()


@jumping
async def test_a_look_by_hand_says_what_is_in_the_way_and_releases_what_is_free() -> None:
    desk = Desk(script=every(NO_ANSWER))
    desk.trouble[ONE] = DOWN
    async with running(desk):
        await desk.send("a@one.test", "b@two.test")
        await desk.settled(HOUR)
        desk.script = every(DONE)
        one, two = await desk.queue.recheck(None)
        assert (one.queue, one.trouble, one.released) == (ONE, DOWN.line(), 0)
        assert (two.trouble, two.released) == ("", 1)
        await desk.settled(1)
        assert [row.key for row in await desk.store.queues()] == [ONE]
        desk.trouble.clear()
        (one,) = await desk.queue.recheck(ONE)
        assert one.released == 1
        await desk.settled(1)
        assert await desk.empty()
        assert await desk.queue.recheck(None) == []
        assert await desk.queue.suspend(QueueId(1, 999)) == 0
