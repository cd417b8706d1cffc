"""The sender's own deadline (RFC 2852): returned when it passes, or told of while delivery goes on."""

from __future__ import annotations

import pytest

from saywhy.lab.clock import jumping
from saywhy.model.envelope import DeliverBy
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred, Failed
from tests.flow.queue.desk import DONE, HOUR, LATER, MINUTE, NO_ANSWER, Desk, every, failure, running

HOP = "dns/one.test/Internet"


def returned(seconds: int) -> DeliverBy:
    return DeliverBy(seconds, returns=True)


def told(seconds: int) -> DeliverBy:
    return DeliverBy(seconds, returns=False)


def news(desk: Desk) -> list[tuple[str, str, str]]:
    """Each report: its kind, code and cause."""
    found = []
    for report in desk.reports:
        [entry] = report.about
        assert isinstance(entry.outcome, Failed | Deferred)
        found.append((report.kind, entry.outcome.failure.line(), entry.outcome.failure.cause))
    return found


MISSED = ("failed", "550 5.4.7 QUEUE.DeliverBy; not delivered within 600 s", "deadline-missed")
LATE = ("delayed", "451 4.4.7 QUEUE.DeliverBy; not delivered within 600 s", "deadline-missed")


@pytest.mark.parametrize("trouble", [NO_ANSWER, LATER])
@jumping
async def test_after_the_deadline_a_message_goes_back_and_is_not_tried_again(trouble: Deferred) -> None:
    async with running(Desk(script=every(trouble))) as desk:
        await desk.send("a@one.test", by=returned(600))
        await desk.settled(599)
        assert not desk.reports
        await desk.settled(2 * HOUR)
        assert news(desk) == [MISSED]
        assert all(at < 600 for at in desk.times("one.test"))
        [entry] = desk.reports[0].about
        assert isinstance(entry.outcome, Failed)
        evidence = entry.outcome.failure.evidence
        assert (evidence.observed, evidence.limit) == (600, 600)
        assert entry.outcome.failure.because[0].cause == trouble.failure.cause
        assert [event.status for event in desk.sink.of(Kind.FAIL)] == ["5.4.7"]


@jumping
async def test_a_message_without_deadline_waits_on_beside_one_that_goes_back() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test", by=returned(600))
        await desk.send("b@one.test")
        await desk.settled(HOUR)
        assert news(desk) == [MISSED]
        assert await desk.store.count() == (2, 2)  # the other and the report


@jumping
async def test_what_waits_for_a_hop_that_is_down_goes_back_in_time_without_having_been_tried() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(HOUR)
        before = len(desk.times("one.test"))
        message = await desk.send("b@one.test", by=returned(60))
        await desk.settled(59)
        assert not desk.reports
        await desk.settled(2)
        assert [report.kind for report in desk.reports] == ["failed"]
        assert {kind for _, kind in await desk.fates(message)} == {Kind.FAIL}
        assert len(desk.times("one.test")) - before <= 1


@jumping
async def test_a_message_that_is_held_back_goes_back_at_its_deadline_all_the_same() -> None:
    async with running(Desk(script=every(DONE))) as desk:
        desk.suspend(HOP)
        await desk.send("a@one.test", by=returned(600))
        await desk.settled(700)
        assert news(desk) == [MISSED]
        assert desk.times("one.test") == []


@jumping
async def test_a_message_without_a_route_goes_back_at_its_deadline() -> None:
    async with running(Desk(unreachable={"one.test"})) as desk:
        await desk.send("a@one.test", by=returned(600))
        await desk.settled(HOUR)
        assert news(desk) == [MISSED]


@jumping
async def test_a_message_whose_directory_does_not_answer_goes_back_at_its_deadline() -> None:
    down = Deferred(failure("4.3.0", "directory-unavailable"))
    async with running(Desk(known={"a@one.test": down})) as desk:
        await desk.send("a@one.test", by=returned(600))
        await desk.settled(HOUR)
        assert news(desk) == [MISSED]


@jumping
async def test_a_restart_forgets_no_deadline() -> None:
    desk = Desk(script=every(NO_ANSWER))
    async with running(desk):
        await desk.send("a@one.test", by=returned(600))
        await desk.settled(10)
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(HOUR)
        assert news(desk) == [MISSED]


@pytest.mark.parametrize("trouble", [NO_ANSWER, LATER])
@jumping
async def test_in_mode_n_the_sender_hears_of_it_once_and_delivery_goes_on(trouble: Deferred) -> None:
    async with running(Desk(script=every(trouble))) as desk:
        message = await desk.send("a@one.test", by=told(600))
        await desk.settled(599)
        assert not desk.reports
        await desk.settled(5 * HOUR)
        assert news(desk) == [LATE]  # and not of the delay once more
        assert max(desk.times("one.test")) > 4 * HOUR
        desk.script = every(DONE)
        await desk.settled(HOUR)
        assert {kind for _, kind in await desk.fates(message)} == {Kind.SEND}


@jumping
async def test_the_ordinary_delay_does_not_stand_for_that_of_the_deadline() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test", by=told(5 * 3600))
        await desk.settled(6 * HOUR)
        assert [(kind, cause) for kind, _, cause in news(desk)] == [
            ("delayed", "no-answer"),
            ("delayed", "deadline-missed"),
        ]


@pytest.mark.parametrize("seconds", [0, -30])
@jumping
async def test_a_deadline_that_passed_elsewhere_was_told_there(seconds: int) -> None:
    async with running(Desk(script=every(LATER))) as desk:
        await desk.send("a@one.test", by=told(seconds))
        await desk.settled(HOUR)
        assert not desk.reports


@jumping
async def test_what_is_delivered_in_time_is_nobodys_news() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        await desk.send("a@one.test", by=returned(600))
        await desk.settled(MINUTE)
        desk.script = every(DONE)
        await desk.settled(HOUR)
        assert not desk.reports
        assert await desk.empty()
