"""What an administrator does to queued mail."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import TrackingFilter
from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
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
    names,
    running,
)


@jumping
async def test_retry_of_a_queue_tries_its_mail_now_and_restarts_the_intervals() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test")
        await desk.send("b@two.test")
        await desk.settled(2 * HOUR)
        tried = len(desk.times("one.test"))
        assert await desk.queue.retry("dns/one.test/Internet", None) == 1
        await desk.settled(3 * MINUTE)
        assert len(desk.times("one.test")) == tried + 4
        assert [event.data["queue"] for event in desk.sink.of(Kind.RETRY)] == ["dns/one.test/Internet"]


@jumping
async def test_retry_of_a_message_tries_its_recipients_now_and_is_tracked() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test", "b@two.test")
        await desk.send("c@one.test")
        await desk.settled(1)
        assert await desk.queue.retry(None, message) == 2
        await desk.settled(1)
        assert len(desk.attempts) == 5
        rows = await desk.store.tracking(TrackingFilter(message=str(message), kinds=(Kind.RETRY,)))
        assert len(rows) == 1


@jumping
async def test_retry_of_what_does_not_wait_does_nothing() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(1)
        assert await desk.queue.retry("dns/nowhere.test/Internet", None) == 0
        assert await desk.queue.retry(None, QueueId(1, 999)) == 0
        await desk.settled(1)
        assert len(desk.attempts) == 1


@jumping
async def test_remove_with_a_report_settles_and_reports_in_one_commit() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test", "b@two.test")
        await desk.settled(1)
        before = desk.store.commits
        assert await desk.queue.remove(message, ndr=True)
        assert desk.store.commits == before + 1
        (report,) = desk.reports
        assert (report.kind, names(report.about)) == ("failed", ["a@one.test", "b@two.test"])
        failure = report.about[0].outcome.failure
        assert failure.line() == "550 4.3.2 QUEUE.Admin; removed by an administrator"
        assert failure.cause == "removed-by-administrator"
        assert await desk.fates(message) == {("a@one.test", Kind.REMOVE): 1, ("b@two.test", Kind.REMOVE): 1}
        assert await desk.store.message(message) is None


@jumping
async def test_remove_without_a_report_leaves_only_its_events() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        assert await desk.queue.remove(message, ndr=False)
        assert desk.reports == []
        assert await desk.fates(message) == {("a@one.test", Kind.REMOVE): 1}
        assert await desk.empty()
        assert not await desk.queue.remove(message, ndr=False)


@jumping
async def test_a_report_that_is_removed_brings_no_report() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test", sender=None)
        await desk.settled(1)
        assert await desk.queue.remove(message, ndr=True)
        assert desk.reports == []
        assert [event.text for event in desk.sink.of(Kind.DROP)] == ["null-reverse-path"]


@pytest.mark.parametrize("ndr", [True, False])
@pytest.mark.parametrize("ends", [DONE, LATER])
def test_recipients_under_way_end_first_and_are_not_tried_again(ndr: bool, ends) -> None:
    jumping(_remove_under_way)(ndr, ends)


async def _remove_under_way(ndr: bool, ends) -> None:
    async def script(transmission):
        await asyncio.sleep(10)
        return [ends if transmission.message.envelope.sender else DONE] * len(transmission.pending)

    async with running(Desk(script=script)) as desk:
        message = await desk.send("a@one.test")
        await asyncio.sleep(1)
        assert await desk.queue.remove(message, ndr=ndr)
        assert await desk.store.count() == (1, 1)
        await desk.settled(48 * HOUR)
        last = Kind.SEND if ends is DONE else Kind.REMOVE
        assert await desk.fates(message) == {("a@one.test", last): 1}
        assert [report.kind for report in desk.reports] == (["failed"] if ndr and ends is LATER else [])
        assert len(desk.times("one.test")) == 1
        assert await desk.empty()


@jumping
async def test_a_deferral_that_is_being_written_does_not_bring_a_removed_message_back() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        write, begun = desk.store.commit, asyncio.Event()

        async def slowly(change):
            if change.update:
                begun.set()
                await asyncio.sleep(2)
            return await write(change)

        desk.store.commit = slowly
        message = await desk.send("a@one.test")
        await begun.wait()
        assert await desk.queue.remove(message, ndr=True)
        await desk.settled(48 * HOUR)
        assert [report.kind for report in desk.reports] == ["failed"]
        assert await desk.fates(message) == {("a@one.test", Kind.REMOVE): 1}
        assert len(desk.times("one.test")) == 1
        assert await desk.empty()


@jumping
async def test_nothing_of_a_message_is_tried_while_it_is_being_removed() -> None:
    async def script(transmission):
        await asyncio.sleep(1 if "one" in transmission.hop.domain else 0)
        return [LATER]

    transport = dataclasses.replace(STEADY, message_interval=2.0)
    async with running(Desk(script=script, transport=transport)) as desk:
        message = await desk.send("a@one.test", "b@two.test")
        await asyncio.sleep(0.5)
        read = desk.store.pending

        async def slowly(message):
            found = await read(message)
            await asyncio.sleep(5)
            return found

        desk.store.pending = slowly
        assert await desk.queue.remove(message, ndr=False)
        await desk.settled(60)
        assert len(desk.times("two.test")) == 1
        assert await desk.fates(message) == {("a@one.test", Kind.REMOVE): 1, ("b@two.test", Kind.REMOVE): 1}
        assert await desk.empty()


@jumping
async def test_a_message_waiting_for_its_turn_is_removed_unsent() -> None:
    async def script(transmission):
        await asyncio.sleep(10)
        return [DONE] * len(transmission.pending)

    desk = Desk(script=script)
    async with running(desk):
        for number in range(20):
            await desk.send(f"r{number}@one.test")
        waiting = await desk.send("last@one.test")
        await asyncio.sleep(1)
        assert await desk.queue.remove(waiting, ndr=False)
        await desk.settled(60)
        assert len(desk.attempts) == 20
        assert await desk.empty()


@jumping
async def test_a_removal_that_cannot_be_written_fails_and_the_message_goes_on() -> None:
    answers = [LATER, DONE]
    async with running(Desk(script=lambda t: [answers.pop(0)])) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        desk.store.before = [StoreError("no space", full=True)]
        with pytest.raises(StoreError):
            await desk.queue.remove(message, ndr=True)
        await desk.settled(5 * MINUTE)
        assert await desk.fates(message) == {("a@one.test", Kind.SEND): 1}
