"""After a crash: suspects are tried alone, the guilty one is put aside, and an administrator decides (spec F8)."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

import pytest

from saywhy.flow.queue.quarantine import ALONE, POISON, QUIET
from saywhy.flow.stages import Transmission
from saywhy.infra.store.protocol import MessageFilter
from saywhy.infra.work_notes import SIZE, WorkNotes
from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred, Failed, Outcome
from saywhy.model.queued import Pending, QueueId
from tests.flow.queue.desk import DAY, DONE, HOUR, LATER, STEADY, Desk, names

ALL = MessageFilter()


class Machine:
    """A desk whose worker crashes when a transmission to one of `guilty` is `after` seconds old."""

    def __init__(self, *guilty: str, desk: Desk | None = None, after: float = 0.0) -> None:
        self.desk = desk or Desk()
        self.memory = bytearray(SIZE)
        self.guilty = set(guilty)
        self.after = after
        self.crashes = 0
        self.together: list[set[str]] = []  # who was under way beside each other, at each begin
        self._flying: list[str] = []
        self._gone = asyncio.Event()
        self.desk.script = self._deliver
        self.patience = 0.0  # what an innocent attempt takes
        self.outcome: Outcome = DONE

    async def _deliver(self, transmission: Transmission) -> list[Outcome]:
        mine = [str(pending.address) for pending in transmission.pending]
        self._flying += mine
        self.together.append(set(self._flying))
        try:
            if self.guilty & set(mine):
                await asyncio.sleep(self.after)
                self._gone.set()
                await asyncio.sleep(DAY)
            await asyncio.sleep(self.patience)
        finally:
            for each in mine:
                self._flying.remove(each)
        return [self.outcome] * len(mine)

    def boot(self, *, work: bool = True) -> None:
        notes = WorkNotes(self.memory) if work else WorkNotes()
        self.desk.work = notes.of(1)
        self.desk.queue = self.desk.make()
        self._gone.clear()

    async def live(self, seconds: float, most: int = 20) -> int:
        """Start again after each crash, as a supervisor does; how many there were, and then `seconds` in peace."""
        before = self.crashes
        for _ in range(most):
            self.boot()
            await self.desk.queue.start()
            try:
                await asyncio.wait_for(self._gone.wait(), seconds)
            except TimeoutError:
                return self.crashes - before
            self.crashes += 1
            frozen = bytes(self.memory)  # what the next worker finds, whatever this one's end still writes
            await self.desk.queue.stop(0.0)
            self._flying.clear()
            self.memory[:] = frozen
        raise AssertionError("it crashes on and on")

    async def queued(self, *recipients: str) -> list[QueueId]:
        """Accepted while nothing is delivered yet."""
        self.boot(work=False)
        await self.desk.queue.start()
        self.desk.queue.hold(True)
        messages = [await self.desk.send(recipient) for recipient in recipients]
        await self.desk.queue.stop(0.0)
        return messages

    async def aside(self) -> list[Pending]:
        found = []
        for message in await self.desk.store.messages(ALL):
            found += [each for each in await self.desk.store.pending(message.id) if each.hop == POISON]
        return found


def addresses(found: Sequence[Pending]) -> list[str]:
    return [str(each.address) for each in found]


@jumping
async def test_a_message_alone_in_work_at_two_crashes_is_put_aside() -> None:
    machine = Machine("bad@one.test")
    [message] = await machine.queued("bad@one.test")
    assert await machine.live(HOUR) == 2
    [pending] = await machine.aside()
    assert pending.failure is not None
    assert pending.failure.line() == "451 4.3.0 QUEUE.Poison; Too many related errors"
    assert (pending.failure.evidence.observed, pending.failure.evidence.limit) == (2, 2)
    [told] = machine.desk.sink.of(Kind.POISON)
    assert (told.message, told.data) == (str(message), {"crashes": 2, "limit": 2})
    [row] = await machine.desk.store.queues("poison")
    assert (row.messages, row.cause) == (1, "poison-message")


@jumping
async def test_among_many_only_the_guilty_one_is_put_aside_and_the_others_arrive_once() -> None:
    machine = Machine("bad@one.test", after=1.0)
    machine.patience = 2.0
    innocent = [f"r{number}@d{number}.test" for number in range(20)]
    messages = await machine.queued(*innocent[:10], "bad@one.test", *innocent[10:])
    assert await machine.live(HOUR) == 2
    assert addresses(await machine.aside()) == ["bad@one.test"]
    for message in messages:
        fates = await machine.desk.fates(message)
        assert sum(fates.values()) == (0 if message == messages[10] else 1)
    assert len(machine.desk.sink.of(Kind.SEND)) == 20


@jumping
async def test_suspects_are_tried_alone_and_before_what_was_not_in_work() -> None:
    machine = Machine("bad@one.test", after=1.0)
    machine.patience = 2.0
    await machine.queued("a@two.test", "bad@one.test", "b@three.test")
    await machine.live(HOUR)
    trials = machine.together[3:]
    assert all(len(each) == 1 for each in trials)
    assert {"bad@one.test"} in trials


@jumping
async def test_new_mail_is_accepted_and_waits_for_the_trials_but_not_for_one_that_hangs() -> None:
    machine = Machine("bad@one.test")
    await machine.queued("bad@one.test")
    machine.boot()
    await machine.desk.queue.start()
    await asyncio.sleep(0.1)
    frozen = bytes(machine.memory)
    await machine.desk.queue.stop(0.0)
    machine.memory[:] = frozen
    machine.guilty.clear()
    machine.patience = HOUR  # it hangs now
    machine.boot()
    await machine.desk.queue.start()
    await machine.desk.send("new@two.test")
    await asyncio.sleep(QUIET + ALONE / 2)
    assert machine.desk.times("two.test") == []
    await asyncio.sleep(ALONE)
    assert len(machine.desk.times("two.test")) == 1
    await machine.desk.queue.stop(0.0)


@jumping
async def test_a_message_that_crashes_later_than_others_wait_is_found_all_the_same() -> None:
    machine = Machine("bad@one.test", after=3 * ALONE)
    machine.patience = 10 * ALONE
    await machine.queued("a@two.test", "bad@one.test")
    crashes = await machine.live(HOUR)
    assert 2 <= crashes <= 6
    assert addresses(await machine.aside()) == ["bad@one.test"]


@jumping
async def test_an_attempt_that_ends_clears_the_suspect_whatever_its_outcome() -> None:
    machine = Machine("bad@one.test")
    await machine.queued("bad@one.test")
    machine.outcome = LATER
    machine.boot()
    await machine.desk.queue.start()
    await asyncio.sleep(0.1)
    frozen = bytes(machine.memory)
    await machine.desk.queue.stop(0.0)
    machine.memory[:] = frozen
    machine.guilty.clear()
    assert await machine.live(60) == 0
    assert WorkNotes(machine.memory).of(1).suspects == {}
    assert await machine.aside() == []
    assert len(machine.desk.times("one.test")) >= 2
    await machine.desk.queue.stop(0.0)


@jumping
async def test_workers_that_somebody_kills_one_after_the_other_put_nobody_aside() -> None:
    machine = Machine("bad@one.test")
    await machine.queued("bad@one.test")
    machine.boot()
    await machine.desk.queue.start()
    await asyncio.sleep(0.1)
    machine.guilty.clear()  # it only happened to be in work
    machine.patience = 5.0
    for _ in range(5):
        frozen = bytes(machine.memory)
        await machine.desk.queue.stop(0.0)
        machine.memory[:] = frozen
        machine.boot()
        await machine.desk.queue.start()
        await asyncio.sleep(2.5)
    await asyncio.sleep(15.0)
    assert await machine.aside() == []
    assert len(machine.desk.times("one.test")) == 2  # once when it was killed, once after all of it
    await machine.desk.queue.stop(0.0)


@jumping
async def test_with_a_threshold_of_none_nothing_is_put_aside() -> None:
    desk = Desk(transport=dataclasses.replace(STEADY, poison_threshold=0))
    machine = Machine("bad@one.test", desk=desk)
    await machine.queued("bad@one.test")
    with pytest.raises(AssertionError, match="on and on"):
        await machine.live(HOUR, most=5)
    assert await machine.aside() == []


# -- in the poison queue --


async def put_aside(desk: Desk | None = None) -> tuple[Machine, QueueId]:
    machine = Machine("bad@one.test", desk=desk)
    [message] = await machine.queued("bad@one.test")
    await machine.live(2 * QUIET)
    return machine, message


@jumping
async def test_it_never_expires_is_never_tried_and_its_sender_hears_of_the_delay_once() -> None:
    machine, _ = await put_aside()
    tried = len(machine.desk.attempts)
    await asyncio.sleep(2.5 * DAY)
    assert len(await machine.aside()) == 1
    assert machine.desk.times("one.test")[tried:] == []
    [report] = machine.desk.reports
    [entry] = report.about
    assert isinstance(entry.outcome, Deferred)
    assert (report.kind, entry.outcome.failure.cause) == ("delayed", "poison-message")
    assert await machine.desk.queue.retry(None, None) == 0
    assert await machine.desk.queue.resubmit("poison") == 0
    await machine.desk.queue.stop(0.0)


@jumping
async def test_a_restart_leaves_it_where_it_is() -> None:
    machine, _ = await put_aside()
    await machine.desk.queue.stop(0.0)
    commits = machine.desk.store.commits  # type: ignore[attr-defined]
    assert await machine.live(60) == 0
    assert len(await machine.aside()) == 1
    assert machine.desk.store.commits == commits  # type: ignore[attr-defined]
    await machine.desk.queue.stop(0.0)


@jumping
async def test_resumed_it_is_categorized_routed_and_tried_again() -> None:
    machine, message = await put_aside()
    await asyncio.sleep(2.5 * DAY)
    machine.guilty.clear()
    assert await machine.desk.queue.resume(message) == 1
    await asyncio.sleep(60)
    assert {kind for _, kind in await machine.desk.fates(message)} == {Kind.SEND}
    await machine.desk.queue.stop(0.0)


@jumping
async def test_resumed_and_still_poison_it_is_put_aside_again() -> None:
    machine, message = await put_aside()
    assert await machine.desk.queue.resume(message) == 1
    await asyncio.wait_for(machine._gone.wait(), 60)
    frozen = bytes(machine.memory)
    await machine.desk.queue.stop(0.0)
    machine.memory[:] = frozen
    assert await machine.live(HOUR) == 1
    assert len(await machine.aside()) == 1
    await machine.desk.queue.stop(0.0)


@pytest.mark.parametrize("ndr", [True, False])
@jumping
async def test_removed_its_sender_gets_5_3_0_or_nobody_hears(ndr: bool) -> None:
    machine, message = await put_aside()
    machine.guilty.clear()
    assert await machine.desk.queue.remove(message, ndr)
    assert {kind for _, kind in await machine.desk.fates(message)} == {Kind.REMOVE}
    assert len(machine.desk.reports) == ndr
    for report in machine.desk.reports:
        assert names(report.about) == ["bad@one.test"]
        [entry] = report.about
        assert isinstance(entry.outcome, Failed)
        assert entry.outcome.failure.line() == "550 5.3.0 QUEUE.Poison; Too many related errors"
    await machine.desk.queue.stop(0.0)


@jumping
async def test_it_is_not_redirected_and_a_look_says_what_to_do() -> None:
    machine, message = await put_aside()
    pending = (await machine.aside())[0]
    assert await machine.desk.queue.redirect(message, pending.address, pending.address) == 0
    [looked] = await machine.desk.queue.recheck("poison")
    assert "saywhy message resume" in looked.trouble
    await machine.desk.queue.stop(0.0)


@jumping
async def test_a_crash_while_its_sender_is_told_of_the_delay_does_not_begin_a_round_of_crashes() -> None:
    machine, message = await put_aside()
    await machine.desk.queue.stop(0.0)
    WorkNotes(machine.memory).begin(message)  # the report on it was being written
    assert await machine.live(2 * DAY) == 0
    [pending] = await machine.aside()
    assert pending.delay_reported
    assert not machine.desk.reports
    await machine.desk.queue.stop(0.0)
