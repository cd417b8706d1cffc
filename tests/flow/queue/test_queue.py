"""The queue from submit to the last outcome."""

from __future__ import annotations

import asyncio

import pytest

from saywhy.flow.queue.settings import QueueSettings
from saywhy.flow.report import letter
from saywhy.flow.report.reporter import Reporter
from saywhy.infra.errors import StoreError
from saywhy.lab.clock import jumping
from saywhy.model.envelope import Notify
from saywhy.model.event import Kind
from saywhy.model.failure import Refused
from saywhy.why.read.reading import read_report
from tests.flow.queue.desk import (
    DONE,
    HOUR,
    LATER,
    MINUTE,
    NO_ANSWER,
    SENDER,
    UNKNOWN,
    Desk,
    every,
    group,
    mailbox,
    names,
    running,
)


@jumping
async def test_a_message_is_relayed_at_once_and_leaves_the_queue() -> None:
    async with running(Desk()) as desk:
        message = await desk.send("a@one.test")
        await desk.settled()
        assert desk.times() == [0.0]
        assert await desk.empty()
        assert await desk.fates(message) == {("a@one.test", Kind.SEND): 1}
        assert desk.sink.kinds() == [Kind.RECEIVE, Kind.SEND]
        assert desk.reports == []


@jumping
async def test_recipients_that_share_a_hop_share_a_transmission() -> None:
    async with running(Desk()) as desk:
        await desk.send("a@one.test", "b@two.test", "c@one.test")
        await desk.settled()
        assert sorted(entry.recipients for entry in desk.attempts) == [
            ("a@one.test", "c@one.test"),
            ("b@two.test",),
        ]


@jumping
async def test_more_than_a_hundred_recipients_take_several_transmissions() -> None:
    async with running(Desk()) as desk:
        await desk.send(*(f"r{number}@one.test" for number in range(250)))
        await desk.settled()
        assert sorted(len(entry.recipients) for entry in desk.attempts) == [50, 100, 100]
        assert await desk.empty()


@jumping
async def test_a_refusal_brings_one_report_in_the_same_commit() -> None:
    desk = Desk(script=lambda transmission: [UNKNOWN if transmission.message.envelope.sender else DONE])
    async with running(desk):
        before = desk.store.commits
        message = await desk.send("nobody@one.test")
        await desk.settled()
        assert [report.kind for report in desk.reports] == ["failed"]
        assert desk.store.commits - before == 3  # the message, its failure with the report, the report's delivery
        assert await desk.fates(message) == {("nobody@one.test", Kind.FAIL): 1}
        (told,) = desk.sink.of(Kind.REPORT)
        assert (told.message, told.data["kind"]) == (str(message), "failed")
        assert desk.attempts[-1].recipients == (SENDER,)
        assert await desk.empty()


@jumping
async def test_recipients_unknown_at_intake_are_reported_with_the_message_itself() -> None:
    desk = Desk(known={"nobody@corp.example": UNKNOWN})
    async with running(desk):
        message = await desk.send("nobody@corp.example", "a@one.test")
        assert desk.store.commits == 1
        assert [names(report.about) for report in desk.reports] == [["nobody@corp.example"]]
        await desk.settled()
        assert await desk.fates(message) == {("nobody@corp.example", Kind.FAIL): 1, ("a@one.test", Kind.SEND): 1}


@jumping
async def test_a_message_that_fails_whole_at_intake_leaves_only_its_report() -> None:
    desk = Desk(known={"nobody@corp.example": UNKNOWN})
    async with running(desk):
        message = await desk.send("nobody@corp.example")
        assert await desk.store.message(message) is None
        assert await desk.store.count() == (1, 1)


@jumping
async def test_a_failed_report_is_dropped_with_an_event() -> None:
    async with running(Desk(script=every(UNKNOWN))) as desk:
        await desk.send("nobody@one.test")
        await desk.settled()
        assert len(desk.reports) == 1
        (told,) = desk.sink.of(Kind.DROP)
        assert (told.sender, told.recipient, told.text) == ("<>", SENDER, "null-reverse-path")
        assert await desk.empty()


@jumping
async def test_a_report_that_cannot_even_be_addressed_is_dropped_at_once() -> None:
    desk = Desk(script=every(UNKNOWN), known={SENDER: UNKNOWN})
    async with running(desk):
        await desk.send("nobody@one.test")
        await desk.settled()
        assert [event.kind for event in desk.sink.of(Kind.REPORT, Kind.DROP)] == [Kind.REPORT, Kind.DROP]
        assert await desk.empty()


@jumping
async def test_a_reporter_that_answers_a_null_path_is_not_obeyed() -> None:
    desk = Desk(script=every(UNKNOWN))
    honest = desk.report
    desk.report = lambda message, content, settled: honest(
        message if message.envelope.sender else _with_sender(message), content, settled
    )
    desk.queue = desk.make()
    async with running(desk):
        await desk.send("nobody@one.test", sender=None)
        await desk.settled()
        assert await desk.empty()
        assert len(desk.sink.of(Kind.DROP)) == 1
        assert desk.sink.of(Kind.REPORT) == []


def _with_sender(message):
    import dataclasses

    from saywhy.model.address import Address

    envelope = dataclasses.replace(message.envelope, sender=Address.parse(SENDER))
    return dataclasses.replace(message, envelope=envelope)


@jumping
async def test_two_recipients_of_one_mailbox_get_one_copy() -> None:
    desk = Desk(known={"jo@corp.example": mailbox("jo"), "jo.b@corp.example": mailbox("jo")})
    async with running(desk):
        message = await desk.send("jo@corp.example", "jo.b@corp.example")
        await desk.settled()
        assert len(desk.attempts) == 1
        assert await desk.fates(message) == {
            ("jo@corp.example", Kind.SEND): 1,
            ("jo.b@corp.example", Kind.DUPLICATE): 1,
        }


@jumping
async def test_a_group_is_replaced_by_its_members_and_a_member_written_to_as_well_gets_one_copy() -> None:
    desk = Desk(known={"staff@corp.example": group("a@one.test", "b@two.test")})
    async with running(desk):
        message = await desk.send("staff@corp.example", "B@two.test")
        await desk.settled()
        assert sorted(entry.recipients for entry in desk.attempts) == [("a@one.test",), ("b@two.test",)]
        assert await desk.fates(message) == {
            ("staff@corp.example", Kind.EXPAND): 1,
            ("staff@corp.example", Kind.SEND): 2,
            ("B@two.test", Kind.DUPLICATE): 1,
        }


@jumping
async def test_a_directory_that_is_down_keeps_the_recipient_for_a_later_look() -> None:
    desk = Desk(known={"staff@corp.example": LATER})
    async with running(desk):
        message = await desk.send("staff@corp.example", "a@one.test")
        await desk.settled()
        (waiting,) = await desk.store.pending(message)
        assert (waiting.hop.key, waiting.due - desk.start_time) == ("submission", 5 * MINUTE)
        desk.known["staff@corp.example"] = group("b@two.test", "c@two.test")
        await desk.settled(5 * MINUTE)
        assert desk.times("two.test") == [5 * MINUTE]
        assert await desk.fates(message) == {
            ("a@one.test", Kind.SEND): 1,
            ("staff@corp.example", Kind.EXPAND): 1,
            ("staff@corp.example", Kind.SEND): 2,
        }
        assert await desk.empty()


@jumping
async def test_a_directory_that_stays_down_ends_in_an_expiry_report() -> None:
    desk = Desk(known={"staff@corp.example": LATER})
    async with running(desk):
        message = await desk.send("staff@corp.example")
        await desk.settled(48 * HOUR)
        assert await desk.fates(message) == {("staff@corp.example", Kind.FAIL): 1}
        assert [report.kind for report in desk.reports] == ["delayed", "failed"]


@jumping
async def test_mail_without_a_route_waits_and_is_routed_when_the_organisation_changes() -> None:
    desk = Desk(unreachable={"far.test"})
    async with running(desk):
        await desk.send("a@far.test")
        await desk.settled(2 * HOUR)
        assert desk.attempts == []
        (row,) = await desk.store.queues()
        assert (row.key, row.cause) == ("unreachable/far.test", "no-route")
        desk.unreachable.clear()
        desk.revision += 1
        desk.queue.organisation_changed()
        await desk.settled()
        assert len(desk.attempts) == 1
        assert await desk.empty()


@jumping
async def test_a_new_revision_is_noticed_without_being_told() -> None:
    desk = Desk(unreachable={"far.test"})
    async with running(desk):
        await desk.send("a@far.test")
        desk.unreachable.clear()
        desk.revision += 1
        await desk.settled(31)
        assert await desk.empty()


@jumping
async def test_mail_that_never_gets_a_route_is_delayed_once_and_returned_as_5_0_0() -> None:
    async with running(Desk(unreachable={"far.test"})) as desk:
        await desk.send("a@far.test")
        await desk.settled(48 * HOUR)
        assert [report.kind for report in desk.reports] == ["delayed", "failed"]
        (settled,) = desk.reports[1].about
        assert str(settled.outcome.failure.status) == "5.0.0"
        assert settled.outcome.failure.cause == "no-route"


@jumping
async def test_a_store_that_cannot_be_written_refuses_the_message_and_works_again_afterwards() -> None:
    desk = Desk()
    async with running(desk):
        desk.store.before = [StoreError("no space", full=True)]
        with pytest.raises(Refused) as refused:
            await desk.send("a@one.test")
        assert refused.value.failure.line() == "452 4.3.1 Insufficient system resources"
        assert [event.kind for event in desk.sink.events] == [Kind.STORE_FAULT]
        await desk.send("a@one.test")
        await desk.settled()
        assert len(desk.attempts) == 1


@jumping
async def test_a_result_that_cannot_be_written_is_kept_and_nothing_is_sent_twice() -> None:
    desk = Desk()
    async with running(desk):
        await desk.send("a@one.test")
        desk.store.before = [StoreError("no space", full=True)] * 6
        await desk.settled(2 * MINUTE)
        assert len(desk.attempts) == 1
        assert len(desk.sink.of(Kind.STORE_FAULT)) == 1
        [well] = desk.sink.of(Kind.STORE_WELL)
        assert "6 tries" in well.text
        assert await desk.empty()
        assert desk.sink.kinds()[-1] is Kind.SEND


@jumping
async def test_nothing_is_tried_while_a_result_cannot_be_written_and_then_all_is() -> None:
    desk = Desk(settings=QueueSettings(max_attempts=1))
    async with running(desk):
        desk.queue.hold(True)
        for name in "abc":
            await desk.send(f"{name}@one.test")
        desk.store.before = [StoreError("read-only", read_only=True)] * 4
        desk.queue.hold(False)
        await desk.settled(6)
        assert len(desk.attempts) == 1
        await desk.settled(2 * MINUTE)
        assert len(desk.attempts) == 3
        assert (len(desk.sink.of(Kind.STORE_FAULT)), len(desk.sink.of(Kind.STORE_WELL))) == (1, 1)
        assert await desk.empty()


@jumping
async def test_held_by_back_pressure_mail_is_taken_and_sent_when_it_is_over() -> None:
    desk = Desk()
    async with running(desk):
        desk.queue.hold(True)
        await desk.send("a@one.test")
        await desk.settled(HOUR)
        assert desk.attempts == []
        desk.queue.relieve()
        desk.queue.hold(False)
        await desk.settled()
        assert len(desk.attempts) == 1
        assert await desk.empty()


@jumping
async def test_a_clock_set_back_by_hours_stalls_nothing_and_expires_nothing() -> None:
    """What the watch on the clock does then (server/clockwatch) is a retry of everything."""
    answers = [[LATER], [DONE], [DONE]]
    desk = Desk(script=lambda _: answers.pop(0))
    async with running(desk):
        await desk.send("a@one.test")
        await desk.settled(1)
        desk.clock._epoch -= 5 * HOUR
        await desk.send("b@two.test")
        await desk.settled(MINUTE)
        assert len(desk.attempts) == 2
        await desk.queue.retry(None, None)
        await desk.settled(MINUTE)
        assert len(desk.attempts) == 3
        assert await desk.empty()
        assert desk.sink.of(Kind.FAIL) == []


@jumping
async def test_a_clock_set_forward_by_hours_makes_due_what_waits_and_expires_nothing_untried() -> None:
    desk = Desk()
    async with running(desk):
        desk.queue.hold(True)
        await desk.send("a@one.test")
        desk.clock._epoch += 100 * HOUR  # beyond the message's time
        desk.queue.hold(False)
        await desk.settled(MINUTE)
        assert len(desk.attempts) == 1
        assert await desk.empty()
        assert desk.sink.of(Kind.FAIL) == []


@jumping
async def test_a_deliverer_that_breaks_loses_nothing_and_is_told_as_a_fault() -> None:
    answers = [RuntimeError("oops"), [], [DONE]]

    def script(transmission):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with running(Desk(script=script)) as desk:
        message = await desk.send("a@one.test")
        await desk.settled()
        assert (await desk.store.pending(message))[0].failure.cause == "server-fault"
        await desk.settled(10 * MINUTE)
        assert desk.times() == [0.0, 5 * MINUTE, 10 * MINUTE]
        assert len(desk.sink.of(Kind.FAULT)) == 2
        assert await desk.empty()


@jumping
async def test_a_reporter_that_breaks_loses_nothing() -> None:
    desk = Desk(script=lambda transmission: [UNKNOWN, DONE][-len(transmission.pending) :])
    honest, broken = desk.report, True

    def report(message, content, settled):
        if broken:
            raise RuntimeError("oops")
        return honest(message, content, settled)

    desk.report = report
    desk.queue = desk.make()
    async with running(desk):
        desk.script = lambda transmission: [
            DONE if "good" in str(entry.address) else UNKNOWN for entry in transmission.pending
        ]
        message = await desk.send("bad@one.test", "good@one.test")
        await desk.settled()
        assert [str(entry.address) for entry in await desk.store.pending(message)] == ["bad@one.test"]
        broken = False
        await desk.settled(5 * MINUTE)
        assert await desk.fates(message) == {("bad@one.test", Kind.FAIL): 1, ("good@one.test", Kind.SEND): 1}
        assert [report.kind for report in desk.reports] == ["failed"]


@jumping
async def test_a_report_that_cannot_be_composed_leaves_bare_and_the_fault_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = letter.page

    def page(about, *more):
        if about.message.id == hostile:
            raise UnicodeError("oops")
        return honest(about, *more)

    monkeypatch.setattr(letter, "page", page)
    desk = Desk(script=every(UNKNOWN))
    reporter, left = Reporter(desk.organisation, "mx.corp.example", desk.clock), []

    def report(message, content, settled):
        reports = reporter(message, content, settled)
        left.extend(reports.outgoing)
        return reports

    desk.report = report
    desk.queue = desk.make()
    async with running(desk):
        hostile = await desk.send("a@one.test", "b@one.test")
        other = await desk.send("c@one.test")
        await desk.settled()
        assert await desk.empty()
        assert await desk.fates(hostile) == {("a@one.test", Kind.FAIL): 1, ("b@one.test", Kind.FAIL): 1}
        assert [(event.message, event.text) for event in desk.sink.of(Kind.FAULT)] == [
            (str(hostile), f"report on {hostile} is bare: UnicodeError: oops")
        ]
        told = {event.message for event in desk.sink.of(Kind.REPORT)}
        assert told == {str(hostile), str(other)}
    assert len(left) == 2
    read = [(each.address, str(each.failure.status), each.failure.cause)
            for each in read_report(left[0].content).recipients]  # fmt: skip
    assert read == [(name, "5.1.1", "remote-user-unknown") for name in ("a@one.test", "b@one.test")]


@jumping
async def test_a_categorizer_that_breaks_refuses_the_message_for_now() -> None:
    desk = Desk()
    desk.categorize = lambda message: 1 / 0
    desk.queue = desk.make()
    async with running(desk):
        with pytest.raises(Refused) as refused:
            await desk.send("a@one.test")
        assert refused.value.failure.reply == 451
        assert desk.sink.kinds() == [Kind.FAULT]


@jumping
async def test_a_submitter_that_gives_up_may_have_queued_the_message_which_is_then_delivered() -> None:
    async with running(Desk()) as desk:
        task = asyncio.ensure_future(desk.send("a@one.test"))
        await asyncio.sleep(0)
        task.cancel()
        await desk.settled(MINUTE)
        assert await desk.empty()
        assert len(desk.attempts) in (0, 1)


@jumping
async def test_a_message_that_the_loader_finds_before_its_submitter_is_told_is_sent_once() -> None:
    async def script(transmission):
        await asyncio.sleep(5)
        return [DONE] * len(transmission.pending)

    desk = Desk(script=script)
    desk.store.linger = 1.0
    async with running(desk):
        for number in range(3):
            await desk.send(f"r{number}@one.test")
        await desk.settled(MINUTE)
        assert len(desk.attempts) == 3
        assert await desk.empty()


@jumping
async def test_stop_lets_attempts_end_and_takes_no_more() -> None:
    async def script(transmission):
        await asyncio.sleep(3)
        return [DONE]

    desk = Desk(script=script)
    await desk.queue.start()
    await desk.send("a@one.test")
    await asyncio.sleep(0.1)
    await desk.queue.stop(10.0)
    assert await desk.empty()
    with pytest.raises(Refused) as refused:
        await desk.send("b@one.test")
    assert refused.value.failure.cause == "server-stopping"


@jumping
async def test_stop_cuts_off_after_its_grace_and_a_restart_tries_again() -> None:
    async def script(transmission):
        await asyncio.sleep(30)
        return [DONE]

    desk = Desk(script=script)
    await desk.queue.start()
    await desk.send("a@one.test")
    await asyncio.sleep(0.1)
    await desk.queue.stop(1.0)
    assert await desk.store.count() == (1, 1)
    desk.script = every(DONE)
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled()
        assert await desk.empty()


@jumping
async def test_a_restart_keeps_retry_times() -> None:
    desk = Desk(script=every(NO_ANSWER))
    await desk.queue.start()
    await desk.send("a@one.test")
    await desk.settled()
    await desk.queue.stop(0.0)
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(MINUTE)
        assert desk.times() == [0.0, MINUTE]


@jumping
async def test_notify_never_leaves_a_drop_in_the_log() -> None:
    async with running(Desk(script=every(UNKNOWN))) as desk:
        await desk.send("nobody@one.test", notify=Notify.NEVER)
        await desk.settled()
        assert [event.text for event in desk.sink.of(Kind.DROP)] == ["notify"]
        assert desk.reports == []


@pytest.mark.parametrize("turns", range(12))
def test_a_queue_stops_that_is_woken_at_that_moment(turns: int) -> None:
    """A wake-up so many turns of the loop after the beginning must not swallow the cancellation."""
    jumping(_woken_while_stopping)(turns)


async def _woken_while_stopping(turns: int) -> None:
    desk = Desk()
    await desk.queue.start()
    await asyncio.sleep(1)
    stopping = asyncio.create_task(desk.queue.stop(0.0))
    for _ in range(turns):
        await asyncio.sleep(0)
    desk.queue._loader.now()
    async with asyncio.timeout(HOUR):
        await stopping
