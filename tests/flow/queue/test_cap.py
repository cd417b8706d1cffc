"""The cap on failure reports to one sender: what is above it leaves together, and nothing is lost."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.flow.queue import cap as caps
from saywhy.flow.queue.cap import Cap
from saywhy.flow.queue.lane import Key
from saywhy.infra.store.protocol import DueRow
from saywhy.lab.clock import jumping
from saywhy.model.envelope import DeliverBy, Notify, Origin, ReversePath
from saywhy.model.event import Kind
from saywhy.model.organisation import TransportConfig
from saywhy.model.outcome import Deferred, Failed
from tests.flow.queue.desk import LATER, STEADY, Desk, every, failure, names, running

UNKNOWN = Failed(failure("5.1.1", "remote-user-unknown", remote=True))
FEW = dataclasses.replace(STEADY, report_rate=3, report_domain_rate=5)
HOUR = FEW.report_rate_interval
KEY = "held/report-rate/ann@corp.example"


def failing(transport: TransportConfig = FEW) -> Desk:
    return Desk(script=every(UNKNOWN), transport=transport)


def named(desk: Desk) -> list[list[str]]:
    """The recipients of each report so far."""
    return [sorted(names(report.about)) for report in desk.reports]


async def send(desk: Desk, first: int, last: int, **options: object) -> None:
    for number in range(first, last + 1):
        await desk.send(f"r{number}@one.test", sender="ann@corp.example", **options)  # type: ignore[arg-type]
        await desk.settled(1)


@jumping
async def test_what_fails_above_the_cap_is_named_in_one_report_when_the_hour_is_over() -> None:
    async with running(failing()) as desk:
        await send(desk, 1, 7)
        assert named(desk) == [["r1@one.test"], ["r2@one.test"], ["r3@one.test"]]
        assert [(row.key, row.recipients) for row in await desk.store.held()] == [(KEY, 4)]
        assert len(desk.sink.of(Kind.HOLD)) == 4
        await desk.settled(HOUR + 60)
        assert named(desk)[3:] == [[f"r{number}@one.test" for number in range(4, 8)]]
        assert await desk.empty()
        for kind in (Kind.FAIL, Kind.REPORT):
            assert len([event for event in desk.sink.of(kind) if event.sender == "ann@corp.example"]) == 7
        await send(desk, 8, 8)
        assert named(desk)[4:] == [["r8@one.test"]]


@jumping
async def test_one_message_to_many_dead_addresses_counts_once() -> None:
    async with running(failing()) as desk:
        await desk.send(*(f"r{number}@one.test" for number in range(25)), sender="ann@corp.example")
        await desk.settled(1)
        assert [len(report) for report in named(desk)] == [25]
        assert await desk.empty()


@jumping
async def test_a_domain_has_a_cap_of_its_own() -> None:
    async with running(failing()) as desk:
        for number in range(6):
            await desk.send("nobody@one.test", sender=f"s{number}@corp.example")
            await desk.settled(1)
        assert len(desk.reports) == 5
        assert [row.connector for row in await desk.store.held()] == ["s5@corp.example"]


@pytest.mark.parametrize("trouble", [UNKNOWN, LATER])
def test_a_deadline_of_a_stranger_s_own_is_no_way_around_the_cap(trouble: Failed | Deferred) -> None:
    async def story() -> None:
        async with running(Desk(script=every(trouble), transport=FEW)) as desk:
            await send(desk, 1, 7, by=DeliverBy(60, returns=True))
            await desk.settled(HOUR / 2)
            assert len(desk.reports) == 3
            assert [(row.key, row.recipients) for row in await desk.store.held()] == [(KEY, 4)]
            await desk.settled(HOUR + 60)
            assert named(desk)[3:] == [[f"r{number}@one.test" for number in range(4, 8)]]
            assert {event.status for event in desk.sink.of(Kind.FAIL)} == (
                {"5.1.1"} if trouble is UNKNOWN else {"5.4.7"}
            )
            assert not await desk.store.held()

    jumping(story)()


@jumping
async def test_two_an_hour_are_never_held() -> None:
    async with running(failing()) as desk:
        for number in range(12):
            await send(desk, number, number)
            await desk.settled(HOUR / 2)
        assert len(desk.reports) == 12
        assert await desk.empty()


@pytest.mark.parametrize(
    ("origin", "notify", "held"),
    [
        (Origin("Frontend"), Notify.ABSENT, True),
        (Origin("Frontend", reverse_path=ReversePath.VERIFIED), Notify.FAILURE, True),
        (Origin("Frontend", reverse_path=ReversePath.UNVERIFIED), Notify.ABSENT, True),
        (Origin("Client", internal=True), Notify.ABSENT, False),
        (Origin("Frontend", reverse_path=ReversePath.FORGED), Notify.ABSENT, False),
        (Origin("Frontend", reverse_path=ReversePath.NOWHERE), Notify.ABSENT, False),
        (Origin("Frontend"), Notify.NEVER, False),
        (Origin("Frontend"), Notify.DELAY, False),
    ],
)
def test_only_what_would_be_reported_to_somebody_outside_is_gathered(
    origin: Origin, notify: Notify, held: bool
) -> None:
    async def story() -> None:
        async with running(failing(dataclasses.replace(FEW, report_rate=1))) as desk:
            await send(desk, 1, 3, origin=origin, notify=notify)
            assert len(await desk.store.held()) == held

    jumping(story)()


@jumping
async def test_a_restart_loses_nothing_and_begins_the_hour_anew() -> None:
    desk = failing()
    async with running(desk):
        await send(desk, 1, 5)
        assert len(desk.reports) == 3
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(HOUR / 2)
        await send(desk, 6, 6)
        assert len(desk.reports) == 3
        await desk.settled(HOUR)
        assert named(desk)[3:] == [["r4@one.test", "r5@one.test", "r6@one.test"]]
        assert await desk.empty()


@jumping
async def test_a_gathered_report_that_breaks_becomes_one_for_each_message() -> None:
    desk = failing()
    settle = desk.queue._storms._settler

    def broken(change: object, parts: object) -> None:
        raise ValueError("broken")

    settle.gather = broken
    async with running(desk):
        await send(desk, 1, 5)
        await desk.settled(HOUR + 60)
        assert named(desk)[3:] == [["r4@one.test"], ["r5@one.test"]]
        assert [event.text for event in desk.sink.of(Kind.FAULT)] == ["gathered report: ValueError: broken"]
        assert await desk.empty()


@jumping
async def test_what_a_long_gathering_remembers_is_bounded() -> None:
    desk = failing(dataclasses.replace(FEW, report_rate=1))
    storms, remembered = desk.queue._storms, list[int]()
    chunk = storms._chunk

    async def counting(key: str, began: float, seen: set[Key], left: set[Key]) -> list[DueRow]:
        found = await chunk(key, began, seen, left)
        remembered.append(len(seen) + len(left))
        return found

    storms._chunk = counting
    async with running(desk):
        await send(desk, 1, 331)
        await desk.settled(HOUR)
        assert await desk.empty()
    assert max(remembered) == 100


@jumping
async def test_more_than_a_hundred_leave_in_several_reports() -> None:
    async with running(failing(dataclasses.replace(FEW, report_rate=1))) as desk:
        await send(desk, 1, 231)
        await desk.settled(HOUR)
        gathered = named(desk)[1:]
        assert sorted(len(report) for report in gathered) == [30, 100, 100]
        assert await desk.empty()


@jumping
async def test_a_stranger_who_varies_his_address_opens_a_bounded_number_of_queues() -> None:
    desk = failing(dataclasses.replace(FEW, report_domain_rate=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caps, "MAX_OPEN", 3)
        async with running(desk):
            for number in range(9):
                for address in ("r", "t"):
                    await desk.send(f"{address}{number}@one.test", sender=f"s{number}@corp.example")
                    await desk.settled(1)
            waiting = {row.connector: row.recipients for row in await desk.store.held()}
            assert waiting == {"s0@corp.example": 1, "s1@corp.example": 2, "s2@corp.example": 2, "others": 12}
            await desk.settled(HOUR + 60)
            assert await desk.empty()
    told = {str(report.envelope.recipients[0].address): sorted(names(report.about)) for report in desk.reports[1:]}
    assert len(desk.reports) == 10
    assert told == {"s0@corp.example": ["t0@one.test"]} | {
        f"s{n}@corp.example": [f"r{n}@one.test", f"t{n}@one.test"] for n in range(1, 9)
    }


async def test_what_is_counted_is_bounded() -> None:
    desk = Desk(transport=FEW)
    cap = Cap(desk.organisation)
    limits = {"a": 1}
    for number in range(12_000):
        cap._full({str(number): 1}, HOUR, 0.0)
    assert len(cap._times) <= 10_000
    assert not cap._full(limits, HOUR, 0.0)
    assert cap._full(limits, HOUR, 1.0)
    assert not cap._full(limits, HOUR, HOUR)
