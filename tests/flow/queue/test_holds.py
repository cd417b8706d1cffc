"""Queues and messages that an administrator holds back (spec C1, C2, A2 4.3.2 a, I10)."""

from __future__ import annotations

import asyncio
import dataclasses

from saywhy.flow.queue.settings import QueueSettings
from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
from saywhy.model.organisation import SendConnector
from saywhy.model.queued import NEVER, HopKind
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

ONE = "dns/one.test/Internet"


@jumping
async def test_a_suspended_queue_takes_mail_and_sends_none_until_it_is_resumed() -> None:
    async with running(Desk()) as desk:
        desk.suspend(ONE)
        await desk.settled()
        first = await desk.send("a@one.test", "b@two.test")
        await desk.settled(HOUR)
        assert desk.times("one.test") == []
        assert desk.times("two.test") == [0.5]
        (waiting,) = await desk.store.pending(first)
        assert waiting.suspended_at == desk.start_time + 0.5
        desk.resume(ONE)
        await desk.settled(1)
        assert len(desk.times("one.test")) == 1
        assert await desk.empty()


@jumping
async def test_what_waits_its_turn_stays_and_what_is_under_way_ends_when_a_queue_is_suspended() -> None:
    going: list[str] = []

    async def slow(transmission):
        going.append(str(transmission.pending[0].address))
        await asyncio.sleep(10)
        return [DONE]

    connectors = {"internet": SendConnector("Internet", max_connections_per_destination=2)}
    async with running(Desk(script=slow, connectors=connectors)) as desk:
        for number in range(6):
            await desk.send(f"r{number}@one.test")
        await desk.settled(1)
        desk.suspend(ONE)
        await desk.settled(HOUR)
        assert len(going) == 2
        assert len(desk.sink.of(Kind.SEND)) == 2
        desk.resume(ONE)
        await desk.settled(MINUTE)
        assert await desk.empty()
        assert len(going) == 6


@jumping
async def test_a_recipient_that_is_deferred_after_its_queue_was_suspended_stays() -> None:
    async def slow(transmission):
        await asyncio.sleep(10)
        return [LATER]

    async with running(Desk(script=slow)) as desk:
        await desk.send("a@one.test")
        await desk.settled(1)
        desk.suspend(ONE)
        await desk.settled(HOUR)
        assert len(desk.attempts) == 1


@jumping
async def test_suspension_outlasts_a_restart_and_ends_after_one() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(1)
        desk.suspend(ONE)
        await desk.settled(HOUR)
    tried = len(desk.attempts)
    desk.script = every(DONE)
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(HOUR)
        assert len(desk.attempts) == tried
    desk.suspended.clear()  # resumed, and stopped before anything of it was done
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(MINUTE)
        assert await desk.empty()


@jumping
async def test_the_sender_hears_of_the_delay_and_the_expiry_waits() -> None:
    transport = dataclasses.replace(STEADY, delay_after=4 * HOUR, expire_after=10 * HOUR)
    async with running(Desk(script=every(NO_ANSWER), transport=transport)) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(HOUR)
        desk.suspend(ONE)
        await desk.settled(20 * HOUR)
        (delayed,) = desk.reports
        assert (delayed.kind, names(delayed.about)) == ("delayed", ["a@one.test"])
        failure = delayed.about[0].outcome.failure
        assert failure.line() == "451 4.3.2 QUEUE.Suspended; delivery is suspended by an administrator"
        (waiting,) = await desk.store.pending(message)
        assert waiting.due > NEVER
        desk.resume(ONE)
        await desk.settled(8 * HOUR)
        assert len(desk.reports) == 1, "nine of its ten hours are left"
        await desk.settled(2 * HOUR)
        assert [report.kind for report in desk.reports] == ["delayed", "failed"]
        assert desk.reports[1].about[0].outcome.failure.cause == "no-answer"


@jumping
async def test_what_never_failed_is_reported_as_delayed_too() -> None:
    async with running(Desk()) as desk:
        desk.suspend(ONE)
        await desk.settled()
        await desk.send("a@one.test")
        await desk.settled(60 * HOUR)
        assert [report.kind for report in desk.reports] == ["delayed"]
        desk.resume(ONE)
        await desk.settled(1)
        assert await desk.empty()


@jumping
async def test_retry_does_not_reach_what_is_held_back() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(1)
        desk.suspend(ONE)
        await desk.settled(10 * MINUTE)
        await desk.queue.retry(ONE, None)
        await desk.queue.retry(None, None)
        await desk.settled(1)
        assert len(desk.attempts) == 1


@jumping
async def test_a_long_queue_that_is_suspended_leaves_the_window_to_others() -> None:
    desk = Desk(settings=QueueSettings(window=200, window_per_hop=100))
    for number in range(1500):
        await desk.send(f"r{number}@one.test")
    for number in range(50):
        await desk.send(f"r{number}@two.test")
    desk.suspend(ONE)
    async with running(desk):
        await desk.settled(10)
        assert len(desk.times("two.test")) == 50
        assert desk.times("one.test") == []
        await desk.settled(MINUTE)
        desk.resume(ONE)
        await desk.settled(MINUTE)
        assert len(desk.times("one.test")) == 1500
        assert await desk.empty()


@jumping
async def test_a_suspended_message_waits_alone_and_is_resumed() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test", "b@two.test")
        other = await desk.send("c@one.test")
        await desk.settled(1)
        assert await desk.queue.suspend(message) == 2
        await desk.settled(HOUR)
        assert [entry.message for entry in desk.attempts].count(message) == 2
        assert [entry.message for entry in desk.attempts].count(other) > 5
        desk.script = every(DONE)
        assert await desk.queue.resume(message) == 2
        await desk.settled(1)
        assert [entry.message for entry in desk.attempts].count(message) == 4
        assert await desk.queue.resume(message) == 0


@jumping
async def test_a_message_suspended_while_under_way_stays_if_it_has_to_wait() -> None:
    async def slow(transmission):
        await asyncio.sleep(10)
        return [LATER]

    async with running(Desk(script=slow)) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        assert await desk.queue.suspend(message) == 1
        await desk.settled(HOUR)
        assert len(desk.attempts) == 1
        (waiting,) = await desk.store.pending(message)
        assert waiting.suspended_alone


@jumping
async def test_a_suspended_message_stays_so_over_a_restart_and_its_queues_resumption() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        await desk.queue.suspend(message)
        desk.suspend(ONE)
        await desk.settled(MINUTE)
    desk.queue = desk.make()
    async with running(desk):
        desk.resume(ONE)
        await desk.settled(HOUR)
        assert len(desk.attempts) == 1
        await desk.queue.resume(message)
        await desk.settled(1)
        assert len(desk.attempts) == 2


@jumping
async def test_a_message_resumed_in_a_suspended_queue_waits_for_the_queue() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        await desk.queue.suspend(message)
        desk.suspend(ONE)
        await desk.settled(1)
        await desk.queue.resume(message)
        await desk.settled(HOUR)
        assert len(desk.attempts) == 1
        desk.resume(ONE)
        await desk.settled(1)
        assert len(desk.attempts) == 2


@jumping
async def test_a_suspended_message_can_be_removed() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        await desk.queue.suspend(message)
        assert await desk.queue.remove(message, ndr=False)
        assert await desk.empty()


@jumping
async def test_suspending_what_is_not_there_does_nothing() -> None:
    async with running(Desk()) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        assert await desk.queue.suspend(message) == 0
        assert await desk.queue.resume(message) == 0


# -- routed again --


@jumping
async def test_resubmission_finds_the_new_route_and_leaves_what_is_held_back() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        for number in range(5):
            await desk.send(f"r{number}@one.test")
        held = await desk.send("held@one.test")
        await desk.settled(1)
        await desk.queue.suspend(held)
        desk.hop_kind = HopKind.SMART_HOST
        desk.script = lambda t: [DONE if t.hop.kind is HopKind.SMART_HOST else NO_ANSWER] * len(t.pending)
        assert await desk.queue.resubmit(ONE) == 5
        await desk.settled(1)
        assert len(desk.times("smart-host")) == 5
        (row,) = await desk.store.queues()
        assert (row.key, row.recipients) == (ONE, 1)


@jumping
async def test_nothing_under_way_is_sent_twice_by_a_resubmission() -> None:
    async def slow(transmission):
        await asyncio.sleep(10)
        return [DONE]

    async with running(Desk(script=slow)) as desk:
        for number in range(30):
            await desk.send(f"r{number}@one.test")
        await desk.settled(1)
        await desk.queue.resubmit(ONE)
        await desk.settled(HOUR)
        assert len(desk.attempts) == 30
        assert await desk.empty()


@jumping
async def test_mail_of_a_hop_that_fails_for_half_a_day_is_routed_again() -> None:
    transport = dataclasses.replace(STEADY, resubmit_after=12 * HOUR)
    async with running(Desk(script=every(NO_ANSWER), transport=transport)) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(11 * HOUR)
        (waiting,) = await desk.store.pending(message)
        assert waiting.resubmitted == 0
        await desk.settled(2 * HOUR)
        (waiting,) = await desk.store.pending(message)
        assert 12 * HOUR <= waiting.resubmitted - desk.start_time <= 12.5 * HOUR
        desk.script = every(DONE)
        await desk.settled(HOUR)
        assert await desk.empty()


@jumping
async def test_mail_of_a_connector_that_is_gone_is_routed_again() -> None:
    connectors = {"internet": SendConnector("Internet"), "spare": SendConnector("Spare")}
    desk = Desk(script=lambda t: [DONE if t.hop.connector == "Spare" else NO_ANSWER], connectors=connectors)
    desk.queue = desk.make()
    async with running(desk):
        await desk.send("a@one.test")
        await desk.settled(1)
        desk.hop_connector = "Spare"
        del desk.connectors["internet"]
        desk.connectors = dict(desk.connectors)
        desk.changed()
        await desk.settled(1)
        assert await desk.empty()


@jumping
async def test_mail_of_a_connector_that_is_gone_says_so_until_there_is_another_way() -> None:
    connectors = {"internet": SendConnector("Internet"), "spare": SendConnector("Spare")}
    desk = Desk(script=lambda t: [DONE if t.hop.connector == "Spare" else NO_ANSWER], connectors=connectors)
    desk.queue = desk.make()
    async with running(desk):
        message = await desk.send("a@one.test")
        await desk.settled(1)
        desk.unreachable = {"one.test"}
        desk.connectors = {"spare": SendConnector("Spare")}
        for _ in range(2):  # a revision that has nothing to do with it changes nothing
            desk.changed()
            await desk.settled(1)
            (waiting,) = await desk.store.pending(message)
            assert waiting.failure is not None
            assert waiting.failure.line() == (
                "451 4.4.9 ROUTING.SmartHost.ConnectorGone; the route of this message is closed"
            )
            assert waiting.failure.evidence.connector == "Internet"
            assert [earlier.cause for earlier in waiting.failure.because] == ["no-answer"]
        desk.unreachable, desk.hop_connector = set(), "Spare"
        desk.changed()
        await desk.settled(1)
        assert await desk.empty()


@jumping
async def test_a_connector_of_that_name_that_is_back_and_leads_elsewhere_is_gone_no_more() -> None:
    desk = Desk(script=every(NO_ANSWER), connectors={"internet": SendConnector("Internet")})
    async with running(desk):
        message = await desk.send("a@one.test")
        await desk.settled(1)
        desk.unreachable, desk.connectors = {"one.test"}, {"spare": SendConnector("Spare")}
        desk.changed()
        await desk.settled(1)
        desk.connectors = {"internet": SendConnector("Internet", address_spaces=("two.test",))}
        desk.changed()
        await desk.settled(1)
        (waiting,) = await desk.store.pending(message)
        assert waiting.failure is not None
        assert waiting.failure.cause == "no-route"


@jumping
async def test_a_connector_that_was_mended_is_tried_at_once() -> None:
    connectors = {"internet": SendConnector("Internet", user="x", password="wrong")}
    async with running(Desk(script=every(NO_ANSWER), connectors=connectors)) as desk:
        await desk.send("a@one.test")
        await desk.settled(2 * HOUR)
        desk.script = every(DONE)
        desk.connectors = {"internet": SendConnector("Internet", user="x", password="right")}
        desk.changed()
        await desk.settled(1)
        assert await desk.empty()
