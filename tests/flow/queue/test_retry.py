"""When a recipient is tried again (spec F6), and when its sender hears of it."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from saywhy.flow.queue import retry
from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
from saywhy.model.evidence import Step
from saywhy.model.organisation import TransportConfig
from saywhy.model.outcome import Deferred, Outcome
from saywhy.model.queued import HopKind
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
    names,
    running,
)


def gaps(desk: Desk, domain: str = "") -> list[float]:
    return [round(later - earlier) / MINUTE for earlier, later in pairwise(desk.times(domain))]


@jumping
async def test_a_hop_that_does_not_answer_is_tried_in_glitch_transient_and_steady_steps() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(2 * HOUR)
        assert gaps(desk) == [1] * 4 + [5] * 6 + [10] * 8


@jumping
async def test_r25_retry_intervals_and_expiry_are_settings_with_documented_defaults() -> None:
    """Spec I.9: shorter than RFC 5321 section 4.5.4.1 recommends, which docs/standards.md says."""
    defaults = TransportConfig()
    assert (defaults.glitch_retries, defaults.glitch_interval) == (4, MINUTE)
    assert (defaults.transient_retries, defaults.transient_interval) == (6, 5 * MINUTE)
    assert (defaults.steady_interval, defaults.message_interval) == (10 * MINUTE, 5 * MINUTE)
    assert (defaults.mailbox_interval, defaults.retry_jitter) == (5 * MINUTE, 0.1)
    assert (defaults.delay_after, defaults.expire_after) == (4 * HOUR, 48 * HOUR)
    rfc = TransportConfig(
        glitch_retries=0,
        transient_retries=0,
        steady_interval=30 * MINUTE,
        message_interval=30 * MINUTE,
        retry_jitter=0.0,
        recheck_interval=0.0,
        expire_after=5 * 24 * HOUR,
    )
    async with running(Desk(script=every(NO_ANSWER), transport=rfc)) as desk:
        await desk.send("a@one.test")
        await desk.settled(4 * 24 * HOUR)
        assert set(gaps(desk, "one.test")) == {30}
        await desk.settled(24 * HOUR)
        assert [report.kind for report in desk.reports] == ["delayed", "failed"]


@jumping
async def test_a_recipient_deferred_by_a_host_that_answers_waits_the_message_interval() -> None:
    async with running(Desk(script=every(LATER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(HOUR)
        assert set(gaps(desk)) == {5}


@jumping
async def test_a_mailbox_that_cannot_be_written_waits_its_own_interval_and_holds_up_no_other() -> None:
    broken = Deferred(failure("4.3.1", "mail-store-full", step=Step.NONE))

    def script(transmission):
        return [broken if entry.mailbox == "jo" else DONE for entry in transmission.pending]

    transport = dataclasses.replace(STEADY, mailbox_interval=7 * MINUTE)
    known = {"jo@corp.example": mailbox("jo"), "al@corp.example": mailbox("al")}
    async with running(Desk(script=script, transport=transport, known=known)) as desk:
        await desk.send("jo@corp.example")
        await desk.settled(1)
        await desk.send("al@corp.example")
        await desk.settled(20 * MINUTE)
        assert [entry.recipients[0] for entry in desk.attempts] == ["jo@corp.example", "al@corp.example"] + [
            "jo@corp.example"
        ] * 2
        assert desk.times()[2:] == [7 * MINUTE, 14 * MINUTE]


@jumping
async def test_a_success_takes_the_hop_back_to_the_first_step() -> None:
    down = [True]
    async with running(Desk(script=lambda t: [NO_ANSWER if down[0] else DONE])) as desk:
        await desk.send("a@one.test")
        await desk.settled(30 * MINUTE)
        down[0] = False
        await desk.settled(10 * MINUTE)
        assert await desk.empty()
        down[0] = True
        tried = len(desk.attempts)
        await desk.send("b@one.test")
        await desk.settled(2 * MINUTE)
        assert [round(later - earlier) for earlier, later in pairwise(desk.times()[tried:])] == [60, 60]


@jumping
async def test_new_mail_for_a_hop_that_is_down_waits_with_the_rest_and_knows_why() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test")
        await desk.settled(10)
        second = await desk.send("b@one.test")
        await desk.settled(10)
        assert len(desk.attempts) == 1
        (waiting,) = await desk.store.pending(second)
        assert waiting.due - desk.start_time == MINUTE
        assert waiting.failure.cause == "no-answer"
        assert waiting.attempts == 0


@jumping
async def test_failures_side_by_side_count_once() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        for number in range(15):
            await desk.send(f"r{number}@one.test")
        await desk.settled(MINUTE)
        (row,) = await desk.store.queues()
        assert row.next_due - desk.start_time == pytest.approx(2 * MINUTE, abs=0.01)


@jumping
async def test_one_attempt_at_a_time_tries_whether_a_hop_is_back() -> None:
    down = [True]
    async with running(Desk(script=lambda t: [NO_ANSWER if down[0] else DONE])) as desk:
        for number in range(30):
            await desk.send(f"r{number}@one.test")
        await desk.settled(5 * MINUTE)
        later = [at for at in desk.times() if at > 1]
        assert later == [1 * MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE]
        down[0] = False
        await desk.settled(6 * MINUTE)
        assert await desk.empty()


@jumping
async def test_another_hop_is_not_held_up() -> None:
    async with running(Desk(script=lambda t: [NO_ANSWER if "one" in t.hop.domain else DONE])) as desk:
        await desk.send("a@one.test", "b@two.test")
        await desk.settled()
        assert desk.times("two.test") == [0.0]


@jumping
async def test_a_delay_is_reported_once_per_recipient_when_it_falls_due() -> None:
    async with running(Desk(script=every(NO_ANSWER))) as desk:
        await desk.send("a@one.test", "b@two.test")
        await desk.settled(4 * HOUR - 2)
        assert desk.reports == []
        await desk.settled(20)
        assert [(report.kind, names(report.about)) for report in desk.reports] == [
            ("delayed", ["a@one.test", "b@two.test"])
        ]
        await desk.settled(20 * HOUR)
        assert len(desk.reports) == 1


@jumping
async def test_an_expiry_shorter_than_the_retry_interval_is_kept_to_the_second() -> None:
    transport = dataclasses.replace(STEADY, expire_after=5.0)
    async with running(Desk(script=every(NO_ANSWER), transport=transport)) as desk:
        first = await desk.send("a@one.test")
        second = await desk.send("b@one.test")
        await desk.settled(6)
        for message, name in ((first, "a@one.test"), (second, "b@one.test")):
            assert await desk.fates(message) == {(name, Kind.FAIL): 1}
        fails = desk.sink.of(Kind.FAIL)
        assert all(abs(event.at - desk.start_time - 5) < 0.5 for event in fails)
        assert [event.cause for event in fails] == ["no-answer", "no-answer"]


@jumping
async def test_what_was_never_tried_before_it_expired_is_tried_once() -> None:
    transport = dataclasses.replace(STEADY, expire_after=60.0)
    desk = Desk(transport=transport)
    await desk.send("a@one.test")
    await desk.settled(2 * MINUTE)
    async with running(desk):
        await desk.settled()
        assert len(desk.attempts) == 1
        assert await desk.empty()


@jumping
async def test_reports_have_an_expiry_of_their_own() -> None:
    transport = dataclasses.replace(STEADY, report_expire_after=HOUR)
    async with running(Desk(script=every(NO_ANSWER), transport=transport)) as desk:
        await desk.send("a@one.test", sender=None)
        await desk.settled(HOUR)
        assert await desk.empty()
        assert [event.text for event in desk.sink.of(Kind.DROP)] == ["null-reverse-path"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (failure("4.4.1", "no-answer", step=Step.CONNECT), True),
        (failure("4.3.2", "remote-deferred", step=Step.GREETING, remote=True), True),
        (failure("4.4.2", "connection-lost", step=Step.DATA), True),
        (failure("4.4.0", "dns-unavailable", step=Step.NONE), True),
        (failure("4.7.5", "tls-failed", step=Step.STARTTLS), True),
        (failure("4.3.2", "remote-deferred", reply=421, step=Step.RCPT, remote=True), True),
        (failure("4.2.2", "remote-mailbox-full", step=Step.RCPT, remote=True), False),
        (failure("4.7.1", "remote-greylisted", step=Step.RCPT, remote=True), False),
    ],
)
def test_what_concerns_the_hop_and_what_one_recipient(outcome, expected: bool) -> None:
    assert retry.concerns_hop(HopKind.DNS, outcome) is expected
    assert retry.concerns_hop(HopKind.MAILBOX, outcome) is False


def test_jitter_stays_within_its_share_both_ways() -> None:
    drawn = [retry.jittered(100.0, 0.1, lambda value=value: value / 10) for value in range(10)]
    assert min(drawn) == pytest.approx(90.0)
    assert max(drawn) < 110.0


@jumping
async def test_a_hop_that_answers_some_recipients_is_not_down() -> None:
    answers: list[list[Outcome]] = [[DONE, NO_ANSWER]]
    async with running(Desk(script=lambda t: answers.pop(0) if answers else [DONE])) as desk:
        await desk.send("a@one.test", "b@one.test")
        await desk.send("c@one.test")
        await desk.settled()
        assert [entry.recipients for entry in desk.attempts][1] == ("c@one.test",)
        await desk.settled(MINUTE)
        assert await desk.empty()
