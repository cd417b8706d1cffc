"""A crash on either side of a commit: a failure and its report are both there, or neither."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from saywhy.flow.queue.settings import QueueSettings
from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Change, TrackingFilter
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.lab.clock import jumping
from saywhy.model.clock import SystemClock
from saywhy.model.event import Kind
from tests.flow.queue.desk import DONE, LATER, NO_ANSWER, STEADY, UNKNOWN, Desk, group, running


class HangingStore(MemoryStore):
    """From the `at`th on no commit returns; that one stops before it is done, or after."""

    def __init__(self, at: int, after: bool) -> None:
        super().__init__()
        self.left = at
        self.after = after

    async def commit(self, change: Change) -> None:
        self.left -= 1
        if self.left > 0 or (self.left == 0 and self.after):
            await super().commit(change)
        if self.left <= 0:
            await asyncio.Event().wait()

    def restart(self) -> None:
        self.left = 1_000_000


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_the_commit_of_a_failure_leaves_failure_and_report_or_neither(after: bool) -> None:
    jumping(_crash_at_failure)(after)


async def _crash_at_failure(after: bool) -> None:
    desk = Desk(
        store=HangingStore(2, after),
        script=lambda t: [UNKNOWN if t.message.envelope.sender else DONE] * len(t.pending),
    )
    await desk.queue.start()
    message = await desk.send("nobody@one.test")
    await desk.settled(1)
    await desk.queue.stop(0.0)
    messages, _ = await desk.store.count()
    assert messages == 1
    assert (await desk.store.message(message) is None) is after
    desk.store.restart()
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(1)
        assert await desk.fates(message) == {("nobody@one.test", Kind.FAIL): 1}
        reports = await desk.store.tracking(TrackingFilter(kinds=(Kind.REPORT,)))
        assert len(reports) == 1
        assert len(desk.times("one.test")) == (1 if after else 2)
        assert await desk.empty()


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_intake_leaves_the_message_with_its_report_or_neither(after: bool) -> None:
    jumping(_crash_at_intake)(after)


async def _crash_at_intake(after: bool) -> None:
    desk = Desk(store=HangingStore(1, after), known={"nobody@corp.example": UNKNOWN})
    await desk.queue.start()
    task = asyncio.ensure_future(desk.send("nobody@corp.example", "a@one.test"))
    await desk.settled(1)
    task.cancel()
    await desk.queue.stop(0.0)
    assert (await desk.store.count())[0] == (2 if after else 0)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_a_group_is_expanded_late_leaves_the_group_or_its_members(after: bool) -> None:
    jumping(_crash_at_expansion)(after)


async def _crash_at_expansion(after: bool) -> None:
    desk = Desk(store=HangingStore(2, after), known={"staff@corp.example": LATER})
    await desk.queue.start()
    message = await desk.send("staff@corp.example")
    desk.known["staff@corp.example"] = group("a@one.test", "b@two.test")
    await desk.settled(300)
    await desk.queue.stop(0.0)
    hops = sorted(pending.hop.key for pending in await desk.store.pending(message))
    expected = ["dns/one.test/Internet", "dns/two.test/Internet"] if after else ["submission"]
    assert hops == expected
    desk.store.restart()
    desk.queue = desk.make()
    async with running(desk):
        await desk.settled(300)
        assert len(desk.attempts) == 2
        assert await desk.empty()


async def test_the_queue_on_disk_from_intake_over_a_restart_to_the_end(tmp_path) -> None:
    """Real time and real files; everything that waits is hastened instead of waited for."""
    transport = dataclasses.replace(STEADY, glitch_interval=0.01, message_interval=0.01)
    settings = QueueSettings(window=50, window_per_hop=20, content_bytes=2000)
    first = [NO_ANSWER, LATER, DONE, UNKNOWN]
    desk = Desk(
        store=await SqliteStore.open(tmp_path),
        transport=transport,
        settings=settings,
        script=lambda t: [first[t.message.id.number % 4] if t.message.envelope.sender else DONE] * len(t.pending),
    )
    desk.clock = SystemClock()
    desk.queue = desk.make()
    await desk.queue.start()
    sent = await asyncio.gather(*(desk.send(f"r@host{number % 9}.test") for number in range(200)))
    await desk.queue.stop(5.0)
    await desk.store.close()
    desk.store = await SqliteStore.open(tmp_path)
    desk.script = lambda t: [UNKNOWN if t.message.id.number % 4 == 3 and t.message.envelope.sender else DONE]
    desk.queue = desk.make()
    await desk.queue.start()
    while not await desk.empty():
        await asyncio.sleep(0.01)
    await desk.queue.stop(5.0)
    for message in sent:
        fates = await desk.fates(message)
        assert list(fates.values()) == [1]
        assert {kind for _, kind in fates} == {Kind.FAIL if message.number % 4 == 3 else Kind.SEND}
    await desk.store.close()
