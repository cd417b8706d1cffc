"""The bounce-storm guard: what one cause would return in masses is held, and an administrator decides."""

from __future__ import annotations

import dataclasses

from saywhy.flow.queue.holds import SECOND_CHANCE
from saywhy.lab.clock import jumping
from saywhy.model.event import Event, Kind
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.outcome import Failed
from saywhy.model.queued import NEVER
from saywhy.model.status import Status
from tests.flow.queue.desk import (
    DONE,
    HOUR,
    MINUTE,
    NO_ANSWER,
    STEADY,
    UNKNOWN,
    Desk,
    every,
    failure,
    running,
)

FEW = dataclasses.replace(STEADY, storm_messages=3, expire_after=10 * HOUR, report_expire_after=10 * HOUR)
LOOP = Failed(
    Failure(Status(5, 3, 5), 554, "mail-loops-back", "next hop is this server", Evidence(Stage.ROUTE), True)
)
LOOPS = "held/mail-loops-back"
DOWN = "held/no-answer/dns/one.test/Internet"


def looping() -> Desk:
    """All mail comes back to this server."""
    return Desk(script=every(LOOP), transport=FEW)


async def send(desk: Desk, number: int, domain: str = "one.test") -> None:
    for each in range(number):
        await desk.send(f"r{each}@{domain}")
    await desk.settled()


def mail(desk: Desk, kind: Kind) -> list[Event]:
    """Events of messages that are no reports."""
    return [event for event in desk.sink.of(kind) if event.sender != "<>"]


@jumping
async def test_what_one_cause_returns_beyond_the_limit_is_held_and_not_reported() -> None:
    async with running(looping()) as desk:
        await send(desk, 10)
        assert len(desk.reports) == 3
        assert len(desk.sink.of(Kind.HOLD)) == 7
        (held,) = await desk.store.held()
        assert (held.key, held.messages, held.next_due >= NEVER) == (LOOPS, 7, True)
        assert {(row.cause, row.queue, row.recipients) for row in await desk.store.causes()} == {
            ("mail-loops-back", LOOPS, 7)
        }


@jumping
async def test_the_place_of_a_fault_of_ours_is_the_whole_server() -> None:
    async with running(looping()) as desk:
        for domain in ("one.test", "two.test", "three.test"):
            await send(desk, 2, domain)
        assert len(desk.reports) == 3


@jumping
async def test_failures_far_apart_are_no_storm() -> None:
    async with running(looping()) as desk:
        for _ in range(6):
            await send(desk, 3)
            await desk.settled(FEW.storm_interval)
        assert len(desk.reports) == 18
        assert await desk.empty()


@jumping
async def test_the_recipients_of_one_message_count_once() -> None:
    async with running(looping()) as desk:
        await desk.send(*(f"r{each}@one.test" for each in range(20)))
        await desk.settled()
        assert len(desk.reports) == 1
        assert await desk.empty()


@jumping
async def test_what_other_servers_say_of_their_recipients_is_never_held() -> None:
    async with running(Desk(script=every(UNKNOWN), transport=FEW)) as desk:
        await send(desk, 50)
        assert len(desk.reports) == 50


@jumping
async def test_another_server_that_turns_ours_away_is_a_cause_for_itself() -> None:
    listed = Failed(failure("5.7.1", "remote-block-list", remote=True))
    async with running(Desk(script=every(listed), transport=FEW)) as desk:
        await send(desk, 5, "one.test")
        await send(desk, 2, "two.test")
        assert [row.key for row in await desk.store.held()] == ["held/remote-block-list/dns/one.test/Internet"]
        assert len(desk.reports) == 5


@jumping
async def test_a_limit_of_none_holds_nothing() -> None:
    async with running(Desk(script=every(LOOP), transport=dataclasses.replace(FEW, storm_messages=0))) as desk:
        await send(desk, 10)
        assert len(desk.reports) == 10


@jumping
async def test_reports_that_fail_are_not_held_since_nobody_hears_of_them() -> None:
    async with running(looping()) as desk:
        for each in range(10):
            await desk.send(f"r{each}@one.test", sender=None)
        await desk.settled()
        assert await desk.empty()


@jumping
async def test_a_failure_of_the_categorizer_is_held_in_the_commit_that_accepts_the_message() -> None:
    broken = Failed(dataclasses.replace(LOOP.failure, cause="group-filter-invalid", status=Status(5, 2, 4)))
    desk = Desk(transport=FEW, known={"staff@corp.example": broken, "others@corp.example": broken})
    async with running(desk):
        for _ in range(5):
            await desk.send("staff@corp.example")
        await desk.send("others@corp.example")
        assert len(desk.reports) == 4
        assert [row.key for row in await desk.store.held()] == ["held/group-filter-invalid/staff@corp.example"]
        desk.known.clear()
        assert await desk.queue.release("held/group-filter-invalid/staff@corp.example") == 2
        await desk.settled()
        assert len(mail(desk, Kind.SEND)) == 2
        assert await desk.empty()


@jumping
async def test_mass_expiry_is_held_for_each_next_hop() -> None:
    async with running(Desk(script=every(NO_ANSWER), transport=FEW)) as desk:
        await send(desk, 8)
        await send(desk, 2, "two.test")
        await desk.settled(FEW.expire_after + HOUR)
        failed = [report for report in desk.reports if report.kind == "failed"]
        assert len(failed) == 5
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(DOWN, 5)]


@jumping
async def test_what_is_released_is_tried_once_more_though_its_time_was_over() -> None:
    async with running(Desk(script=every(NO_ANSWER), transport=FEW)) as desk:
        await send(desk, 8)
        await desk.settled(FEW.expire_after + 5 * HOUR)
        desk.script = every(DONE)
        assert await desk.queue.release(DOWN) == 5
        await desk.settled(HOUR)
        assert await desk.empty()
        assert len(desk.sink.of(Kind.RESUME)) == 5
        assert len(mail(desk, Kind.SEND)) == 5


@jumping
async def test_what_fails_again_after_its_release_is_held_again_when_its_second_time_is_over() -> None:
    async with running(Desk(script=every(NO_ANSWER), transport=FEW)) as desk:
        await send(desk, 8)
        await desk.settled(FEW.expire_after + HOUR)
        before = len(desk.reports)
        await desk.queue.release(DOWN)
        await desk.settled(SECOND_CHANCE - MINUTE)
        assert await desk.store.held() == []
        await desk.settled(HOUR)
        assert len(desk.reports) == before + 3  # within the limit
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(DOWN, 2)]


@jumping
async def test_a_release_before_the_fault_is_mended_reports_nothing() -> None:
    async with running(looping()) as desk:
        await send(desk, 10)
        assert await desk.queue.release(LOOPS) == 7
        await desk.settled()
        assert len(desk.reports) == 3
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(LOOPS, 7)]


@jumping
async def test_what_is_returned_is_reported_with_the_failure_that_it_was_held_for() -> None:
    async with running(looping()) as desk:
        await send(desk, 300)
        assert await desk.queue.give_back(LOOPS) == 297
        await desk.settled()
        assert await desk.empty()
        assert len(desk.reports) == 300
        assert {entry.outcome for report in desk.reports for entry in report.about} == {LOOP}
        assert len(mail(desk, Kind.FAIL)) == 300


@jumping
async def test_a_restart_forgets_neither_what_is_held_nor_that_more_is_to_be() -> None:
    desk = looping()
    async with running(desk):
        await send(desk, 5)
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(MINUTE)
        await send(desk, 1)
        assert len(desk.reports) == 3
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(LOOPS, 3)]
        assert await desk.queue.give_back(LOOPS) == 3
        await desk.settled()
        assert await desk.empty()


@jumping
async def test_the_clock_of_held_mail_stands_still_and_its_sender_hears_of_the_delay() -> None:
    async with running(looping()) as desk:
        await send(desk, 5)
        await desk.settled(FEW.expire_after * 3)
        delayed = [report for report in desk.reports if report.kind == "delayed"]
        assert len(delayed) == 2
        assert {entry.outcome.failure.tag for report in delayed for entry in report.about} == {"QUEUE.Held"}
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(LOOPS, 2)]


@jumping
async def test_a_single_message_may_be_resumed_or_removed() -> None:
    async with running(looping()) as desk:
        await send(desk, 5)
        one, two = [event.message for event in desk.sink.of(Kind.HOLD)]
        desk.script = every(DONE)
        messages = {str(row.message.id): row.message.id for row in await held(desk)}
        assert await desk.queue.resume(messages[one]) == 1
        assert await desk.queue.remove(messages[two], ndr=False)
        await desk.settled()
        assert len(mail(desk, Kind.SEND)) == 1
        assert await desk.empty()


async def held(desk: Desk):
    return await desk.store.due(4 * NEVER, 100)


@jumping
async def test_other_operations_on_the_queue_leave_what_is_held() -> None:
    async with running(looping()) as desk:
        await send(desk, 5)
        await desk.queue.retry(None, None)
        await desk.queue.retry(LOOPS, None)
        await desk.queue.resubmit(LOOPS)
        await desk.queue.recheck(None)
        desk.changed()
        await desk.settled(MINUTE)
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(LOOPS, 2)]
        assert len(desk.reports) == 3
