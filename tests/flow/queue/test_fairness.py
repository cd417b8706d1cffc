"""Turns, limits and memory: no destination starves another, whatever waits in the store."""

from __future__ import annotations

import asyncio
from collections import Counter

from saywhy.flow.queue.settings import QueueSettings
from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
from saywhy.model.evidence import Step
from saywhy.model.organisation import SendConnector
from saywhy.model.outcome import Deferred
from tests.flow.queue.desk import CONTENT, DONE, HOUR, MINUTE, NO_ANSWER, Desk, every, failure, running


class Gate:
    """A deliverer that takes a second and counts what is under way."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    async def __call__(self, transmission):
        for name in (transmission.hop.domain, "all"):
            self.now[name] += 1
            self.most[name] = max(self.most[name], self.now[name])
        await asyncio.sleep(1)
        for name in (transmission.hop.domain, "all"):
            self.now[name] -= 1
        return [DONE] * len(transmission.pending)


@jumping
async def test_a_destination_gets_no_more_connections_than_its_connector_says() -> None:
    gate = Gate()
    connectors = {"internet": SendConnector("Internet", max_connections_per_destination=3)}
    async with running(Desk(script=gate, connectors=connectors)) as desk:
        for number in range(10):
            await desk.send(f"r{number}@one.test", f"r{number}@two.test")
        await desk.settled(10)
        assert gate.most == {"one.test": 3, "two.test": 3, "all": 6}
        assert await desk.empty()


@jumping
async def test_a_connectors_new_limit_holds_for_the_queue_that_waits() -> None:
    gate = Gate()
    desk = Desk(script=gate, connectors={"internet": SendConnector("Internet", max_connections_per_destination=1)})
    async with running(desk):
        for number in range(10):
            await desk.send(f"r{number}@one.test")
        await desk.settled()
        desk.connectors = {"internet": SendConnector("Internet", max_connections_per_destination=4)}
        desk.revision += 1
        desk.queue.organisation_changed()
        await desk.settled(5)
        assert gate.most["one.test"] == 4


@jumping
async def test_all_destinations_together_keep_to_the_limit_of_the_process() -> None:
    gate = Gate()
    async with running(Desk(script=gate, settings=QueueSettings(max_attempts=7, slow=5.0))) as desk:
        for number in range(30):
            await desk.send(f"a@host{number}.test")
        await desk.settled(10)
        assert gate.most["all"] == 7
        assert await desk.empty()


@jumping
async def test_contents_under_way_are_bounded_but_one_always_goes() -> None:
    gate = Gate()
    async with running(Desk(script=gate, settings=QueueSettings(max_attempt_bytes=10))) as desk:
        for number in range(4):
            await desk.send(f"a@host{number}.test")
        await desk.settled(10)
        assert gate.most["all"] == 1
        assert await desk.empty()


@jumping
async def test_destinations_take_turns() -> None:
    gate = Gate()
    async with running(Desk(script=gate, settings=QueueSettings(max_attempts=1, slow=5.0))) as desk:
        for number in range(6):
            await desk.send(f"r{number}@big.test")
        await desk.send("a@small.test")
        await desk.settled(20)
        order = [entry.hop for entry in desk.attempts]
        assert order.index("dns/small.test/Internet") <= 2


@jumping
async def test_a_backlog_for_one_destination_hides_no_other_after_a_restart() -> None:
    desk = Desk(settings=QueueSettings(window=40, window_per_hop=10))
    for number in range(300):
        await desk.send(f"r{number}@big.test")
    await desk.send("a@small.test")
    desk.script = Gate()
    async with running(desk):
        await desk.settled()
        assert desk.times("small.test") == [0.0]
        await desk.settled(60)
        assert await desk.empty()
        assert len(desk.attempts) == 301


@jumping
async def test_a_backlog_for_a_dead_destination_is_neither_tried_through_nor_in_the_way() -> None:
    desk = Desk(settings=QueueSettings(window=40, window_per_hop=10))
    for number in range(300):
        await desk.send(f"r{number}@dead.test")
    for number in range(50):
        await desk.send(f"r{number}@good.test")
    desk.script = lambda t: [NO_ANSWER if "dead" in t.hop.domain else DONE] * len(t.pending)
    async with running(desk):
        await desk.settled(5)
        assert len(desk.times("good.test")) == 50
        (row,) = await desk.store.queues()
        assert (row.recipients, row.next_due - desk.start_time) == (300, MINUTE)
        await desk.settled(HOUR)
        assert len(desk.times("dead.test")) < 60
        await desk.settled(48 * HOUR)
        failed = [entry for report in desk.reports if report.kind == "failed" for entry in report.about]
        assert len(failed) == 300
        assert await desk.empty()


@jumping
async def test_more_recipients_than_the_window_holds_are_all_served_with_bounded_memory() -> None:
    desk = Desk(settings=QueueSettings(window=20, window_per_hop=10, max_attempts=4))
    gate = Gate()
    desk.script = gate
    async with running(desk):
        for number in range(20):
            await desk.send(*(f"r{index}@host{index}.test" for index in range(number, number + 10)))
        assert desk.queue._scheduler._window.held <= 20
        await desk.settled(60)
        assert await desk.empty()
        assert len(desk.attempts) == 200


@jumping
async def test_contents_beyond_the_bound_are_read_back_from_the_store() -> None:
    desk = Desk(script=every(DONE), settings=QueueSettings(content_bytes=60))
    reads = []
    read = desk.store.content
    desk.store.content = lambda message: reads.append(message) or read(message)
    desk.queue = desk.make()
    async with running(desk):
        await asyncio.gather(*(desk.send(f"r{number}@one.test") for number in range(5)))
        await desk.settled()
        assert 0 < len(reads) < 5
        assert await desk.empty()


@jumping
async def test_a_destination_begins_with_few_connections_and_earns_more_by_answering() -> None:
    gate = Gate()
    async with running(Desk(script=gate)) as desk:
        await asyncio.gather(*(desk.send(f"r{number}@one.test") for number in range(120)))
        await desk.settled(0.2)
        assert gate.most["one.test"] == 5
        await desk.settled(20)
        assert gate.most["one.test"] == 20
        assert await desk.empty()


class Narrow(Gate):
    """Bears so many connections at once and closes the others with 421, as busy servers do."""

    def __init__(self, bears: int) -> None:
        super().__init__()
        self._bears = bears
        self.closed: list[int] = []

    async def __call__(self, transmission):
        if self.now["all"] >= self._bears:
            self.closed.append(self.now["all"])
            return [CLOSING] * len(transmission.pending)
        return await super().__call__(transmission)


CLOSING = Deferred(failure("4.3.2", "remote-deferred", reply=421, step=Step.GREETING, remote=True))


@jumping
async def test_a_host_that_closes_some_of_many_connections_gets_half_as_many_and_is_not_down() -> None:
    host = Narrow(3)
    async with running(Desk(script=host)) as desk:
        await asyncio.gather(*(desk.send(f"r{number}@one.test") for number in range(60)))
        await desk.settled(40)
        done = len(desk.sink.of(Kind.SEND))
        assert done >= 30, "the hop must be used all the while, though some attempts were turned away"
        await desk.settled(HOUR)
        assert await desk.empty()
        assert all(event.data["attempts"] < 10 for event in desk.sink.of(Kind.SEND))


@jumping
async def test_a_host_that_closes_every_connection_is_down_and_probed_singly() -> None:
    async with running(Desk(script=every(CLOSING))) as desk:
        await asyncio.gather(*(desk.send(f"r{number}@one.test") for number in range(30)))
        await desk.settled(10)
        assert len(desk.attempts) <= 8  # five at once, two, one
        await desk.settled(3 * MINUTE)
        assert [at for at in desk.times() if at > 1] == [MINUTE, 2 * MINUTE, 3 * MINUTE]


@jumping
async def test_hosts_that_hang_give_their_places_up_to_those_that_answer() -> None:
    async def script(transmission):
        if "hangs" in transmission.hop.domain:
            await asyncio.sleep(300)
            return [NO_ANSWER] * len(transmission.pending)
        return [DONE] * len(transmission.pending)

    settings = QueueSettings(max_attempts=10, max_slow_attempts=100, slow=5.0)
    async with running(Desk(script=script, settings=settings)) as desk:
        for number in range(30):
            await desk.send(f"a@hangs{number}.test")
        await desk.send("a@good.test")
        await desk.settled(60)
        (at,) = desk.times("good.test")
        assert at <= 20
        assert len(desk.times("hangs")) == 30


@jumping
async def test_attempts_that_hang_are_bounded_too() -> None:
    async def script(transmission):
        await asyncio.sleep(300)
        return [NO_ANSWER] * len(transmission.pending)

    settings = QueueSettings(max_attempts=7, max_strangers=5, max_slow_attempts=10, slow=5.0)
    async with running(Desk(script=script, settings=settings)) as desk:
        for number in range(40):
            await desk.send(f"a@hangs{number}.test")
        await desk.settled(200)
        assert len(desk.attempts) == 15


@jumping
async def test_one_destinations_large_messages_leave_room_for_those_of_others() -> None:
    gate = Gate()
    async with running(Desk(script=gate, settings=QueueSettings(max_attempt_bytes=1200))) as desk:
        large = CONTENT + b"x" * 200
        for number in range(6):
            await desk.send(f"r{number}@big.test", content=large)
        await desk.send("a@small.test")
        await desk.settled(0.1)
        assert gate.most["big.test"] == 2
        assert len(desk.times("small.test")) == 1


@jumping
async def test_destinations_that_have_answered_are_not_kept_waiting_by_strangers_that_hang() -> None:
    async def script(transmission):
        if "hangs" in transmission.hop.domain:
            await asyncio.sleep(300)
            return [NO_ANSWER] * len(transmission.pending)
        return [DONE] * len(transmission.pending)

    settings = QueueSettings(max_attempts=10, max_strangers=5, max_slow_attempts=0)
    async with running(Desk(script=script, settings=settings)) as desk:
        await desk.send("a@good.test")
        await desk.settled()
        for number in range(30):
            await desk.send(f"a@hangs{number}.test")
        await desk.send("b@good.test", "b@new.test")
        await desk.settled(10)
        assert len(desk.times("good.test")) == 2
        assert len(desk.times("hangs")) == 5
        assert desk.times("new.test") == []


@jumping
async def test_strangers_and_proven_destinations_take_turns() -> None:
    gate = Gate()
    async with running(Desk(script=gate, settings=QueueSettings(max_attempts=1, slow=5.0))) as desk:
        await desk.send("a@known.test")
        await desk.settled(2)
        for number in range(6):
            await desk.send(f"r{number}@known.test")
        await desk.send("a@new.test")
        await desk.settled(20)
        assert [entry.hop for entry in desk.attempts].index("dns/new.test/Internet") <= 3


@jumping
async def test_messages_at_which_a_host_hangs_up_do_not_go_before_all_others_each_time() -> None:
    """A hop that is down has one attempt at a time: what was tried less often comes first."""
    lost = Deferred(failure("4.4.2", "connection-lost", step=Step.END_OF_DATA))

    async def script(transmission):
        [pending] = transmission.pending
        return [lost if str(pending.address) in ("first@one.test", "second@one.test") else DONE]

    connectors = {"internet": SendConnector("Internet", max_connections_per_destination=1)}
    async with running(Desk(script=script, connectors=connectors)) as desk:
        for name in ("first", "second", "third", "fourth"):
            await desk.send(f"{name}@one.test")
        await desk.settled(5 * MINUTE)
        assert {event.recipient for event in desk.sink.of(Kind.SEND)} == {"third@one.test", "fourth@one.test"}
