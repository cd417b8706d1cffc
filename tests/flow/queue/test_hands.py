"""Two hands on the same recipients at the same moment: one of them comes too late, and nothing happens twice."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from saywhy.flow.queue.quarantine import POISON
from saywhy.flow.stages import Held, Resolved, Transmission
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import ALL_DUE, Change, DueFilter, DueRow
from saywhy.infra.work_notes import WorkNotes
from saywhy.lab.clock import jumping
from saywhy.model.address import Address
from saywhy.model.outcome import Failed, Outcome
from saywhy.model.queued import NEVER, Message, Pending, QueueId
from tests.flow.queue.desk import (
    DONE,
    HOUR,
    LATER,
    MINUTE,
    STEADY,
    Desk,
    FaultyStore,
    every,
    failure,
    group,
    running,
)

LOOP = Failed(failure("5.3.5", "mail-loops-back", reply=554))
KEY = "held/mail-loops-back"


async def storm(desk: Desk) -> list[QueueId]:
    """Five of eight messages are held; another recipient of each waits."""
    sent = [await desk.send(f"r{number}@one.test", "other@two.test") for number in range(8)]
    await desk.settled()
    desk.reports.clear()
    return sent


def looping() -> Desk:
    def script(sent: Transmission) -> list[Outcome]:
        return [LOOP if sent.hop.domain == "one.test" else LATER]

    return Desk(store=Slow(), script=script, transport=dataclasses.replace(STEADY, storm_messages=3))


class Slow(FaultyStore):
    """What is read is old by the time that the reader has it, as with a store in threads."""

    async def due(self, until: float, limit: int, which: DueFilter = ALL_DUE) -> list[DueRow]:
        found = await super().due(until, limit, which)
        await asyncio.sleep(0.01)
        return found

    async def pending(self, message: QueueId) -> list[Pending]:
        found = await super().pending(message)
        await asyncio.sleep(0.01)
        return found


def moderated(desk: Desk) -> Desk:
    """Mail to boss@one.test waits for a moderator."""
    plain = desk.categorize

    async def categorize(message: Message) -> list[Resolved]:
        found = await plain(message)
        if message.approvals:
            return found
        held = Held("boss", ())
        return [
            dataclasses.replace(each, outcome=held) if each.address.local == "boss" else each for each in found
        ]

    desk.categorize = categorize  # type: ignore[method-assign]
    desk.queue = desk.make()
    return desk


@jumping
async def test_a_storm_that_two_administrators_return_at_once_is_reported_once() -> None:
    async with running(looping()) as desk:
        await storm(desk)
        await asyncio.gather(desk.queue.give_back(KEY), desk.queue.give_back(KEY))
        assert len(desk.reports) == 5


@jumping
async def test_a_message_removed_while_its_storm_is_released_is_not_sent() -> None:
    async with running(looping()) as desk:
        sent = await storm(desk)
        desk.script = every(DONE)
        await asyncio.gather(desk.queue.remove(sent[5], False), desk.queue.release(KEY))
        desk.attempts.clear()
        await desk.settled(HOUR)
        assert sent[5] not in {each.message for each in desk.attempts}
        assert await desk.empty()


@jumping
async def test_a_gathered_report_that_the_store_did_not_take_leaves_later() -> None:
    few = dataclasses.replace(STEADY, report_rate=1)
    async with running(Desk(script=every(Failed(failure("5.1.1", remote=True))), transport=few)) as desk:
        for number in range(3):
            await desk.send(f"r{number}@one.test", sender="ann@corp.example")
        await desk.settled()
        plain = desk.store.commit

        async def full(change: Change) -> None:
            raise StoreError("disk full")

        desk.store.commit = full  # type: ignore[method-assign]
        await desk.settled(few.report_rate_interval + 2 * MINUTE)
        assert not await desk.empty()
        desk.store.commit = plain  # type: ignore[method-assign]
        await desk.settled(few.report_rate_interval + 2 * MINUTE)
        assert await desk.empty()


@jumping
async def test_a_suspended_message_that_a_moderator_approves_stays_until_it_is_resumed() -> None:
    async with running(moderated(Desk())) as desk:
        sent = await desk.send("boss@one.test")
        await desk.settled()
        await desk.queue.suspend(sent)
        assert await desk.queue.moderate(sent, "boss", True, (), "admin") == 1
        await desk.settled(HOUR)
        assert not desk.attempts
        await desk.queue.resume(sent)
        await desk.settled()
        assert len(desk.attempts) == 1
        assert await desk.empty()


@jumping
async def test_a_held_message_that_is_redirected_waits_for_no_moderator_any_more() -> None:
    async with running(moderated(Desk(script=every(LATER)))) as desk:
        sent = await desk.send("boss@one.test")
        await desk.settled()
        await desk.queue.redirect(sent, Address.parse("boss@one.test"), Address.parse("bob@two.test"))
        await desk.settled(HOUR)
        assert len(desk.times("two.test")) > 1


@jumping
async def test_an_approval_is_not_undone_by_a_delay_that_is_told_at_the_same_moment() -> None:
    desk = moderated(Desk())
    async with running(desk):
        sent = await desk.send("boss@one.test")
        message, content = desk.store.message, desk.store.content

        async def slowly(id_: QueueId) -> Message | None:
            await asyncio.sleep(1)
            return await message(id_)

        async def more_slowly(id_: QueueId) -> bytes | None:
            await asyncio.sleep(2)
            return await content(id_)

        desk.store.message, desk.store.content = slowly, more_slowly  # type: ignore[method-assign, assignment]
        desk.queue.relieve()
        await asyncio.sleep(desk.transport.delay_after - 0.5)
        assert await desk.queue.moderate(sent, "boss", True, (), "admin") == 1
        await desk.settled(MINUTE)
        assert len(desk.times("one.test")) == 1
        assert await desk.empty()


@pytest.mark.parametrize("redirected", [False, True])
@jumping
async def test_what_was_delivered_while_its_message_was_read_is_not_delivered_again(redirected: bool) -> None:
    async def script(sent: Transmission) -> list[Outcome]:
        await asyncio.sleep(1)
        return [DONE if sent.hop.domain == "one.test" else LATER]

    desk = Desk(store=Slow(), script=script)
    async with running(desk):
        sent = await desk.send("a@one.test", "b@two.test")
        await asyncio.sleep(0.995)
        if redirected:
            await desk.queue.redirect(sent, Address.parse("a@one.test"), Address.parse("c@one.test"))
        else:
            await desk.queue.suspend(sent)
            await desk.queue.resume(sent)
        await desk.settled(HOUR)
        assert len(desk.times("one.test")) == 1


@jumping
async def test_a_message_of_which_a_crash_left_a_part_beside_is_put_aside_whole() -> None:
    desk = Desk()
    async with running(desk):
        desk.queue.hold(True)
        sent = await desk.send("bad@one.test", "worse@one.test")
    first, _ = await desk.store.pending(sent)
    aside = dataclasses.replace(first, hop=POISON, due=2 * NEVER, suspended_at=1.0, suspended_alone=True)
    await desk.store.commit(Change(update=[aside]))
    desk.work = dataclasses.replace(WorkNotes().of(1), suspects={sent: 2}, disorders=2)
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(60)
        assert not desk.attempts
        assert [each.hop for each in await desk.store.pending(sent)] == [POISON, POISON]


@jumping
async def test_two_groups_of_a_message_that_are_expanded_at_once_lose_no_member() -> None:
    desk = Desk(store=Slow(), unreachable={"one.test", "two.test"})
    async with running(desk):
        await desk.send("staff@one.test", "staff@two.test")
        await desk.settled()
        desk.known = {
            "staff@one.test": group("a@x.test", "b@x.test"),
            "staff@two.test": group("c@y.test", "d@y.test"),
        }
        desk.changed()
        await desk.settled(MINUTE)
        found = sorted(name for each in desk.attempts for name in each.recipients)
        assert found == ["a@x.test", "b@x.test", "c@y.test", "d@y.test"]
        assert await desk.empty()
