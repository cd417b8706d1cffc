"""The small parts: merged wishes, contents in memory, housekeeping."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.flow.queue.contents import Contents
from saywhy.flow.queue.duplicates import Targets
from saywhy.flow.queue.settings import QueueSettings
from saywhy.infra.store.protocol import Change, TrackingFilter
from saywhy.lab.clock import jumping
from saywhy.model.envelope import Notify
from saywhy.model.event import Kind
from saywhy.model.queued import Pending, QueueId
from tests.flow.queue.desk import Desk, running
from tests.infra.store.samples import event, new_message


def recipient(number: int, notify: Notify, *, mailbox: str = "jo") -> Pending:
    pending = new_message(QueueId(1, 1), recipients=9).pending[number]
    return dataclasses.replace(
        pending, mailbox=mailbox, recipient=dataclasses.replace(pending.recipient, notify=notify)
    )


ABSENT, NEVER = Notify.ABSENT, Notify.NEVER
SUCCESS, FAILURE, DELAY = Notify.SUCCESS, Notify.FAILURE, Notify.DELAY


@pytest.mark.parametrize(
    ("first", "second", "stays", "notify"),
    [
        (ABSENT, ABSENT, 0, ABSENT),
        (ABSENT, NEVER, 0, ABSENT),
        (NEVER, ABSENT, 1, ABSENT),
        (NEVER, NEVER, 0, NEVER),
        (ABSENT, SUCCESS | FAILURE, 1, SUCCESS | FAILURE),
        (SUCCESS | FAILURE, ABSENT, 0, SUCCESS | FAILURE),
        (SUCCESS, FAILURE, 0, SUCCESS | FAILURE),
        (ABSENT, SUCCESS, 0, SUCCESS | FAILURE),
        (DELAY, NEVER, 0, DELAY),
    ],
)
def test_one_copy_answers_for_both_recipients(first: Notify, second: Notify, stays: int, notify: Notify) -> None:
    pair = [recipient(0, first), recipient(1, second)]
    merged = Targets([pair[0]]).merge(pair[1])
    assert merged is not None
    assert (merged.stays.number, merged.left_out.number) == (0, 1)
    assert merged.stays.recipient.address == pair[stays].recipient.address
    assert merged.stays.recipient.notify == notify
    assert merged.left_out.recipient.address == pair[1 - stays].recipient.address


def test_recipients_with_targets_of_their_own_stay() -> None:
    targets = Targets()
    assert targets.merge(recipient(0, ABSENT, mailbox="jo")) is None
    assert targets.merge(recipient(1, ABSENT, mailbox="al")) is None
    assert targets.merge(recipient(2, ABSENT, mailbox="")) is None
    assert targets.merge(recipient(3, ABSENT, mailbox="")) is None


def test_contents_keep_to_their_bound_and_leave_with_their_last_use() -> None:
    contents = Contents(10)
    first, second, third = (QueueId(1, number) for number in range(3))
    contents.put(first, b"12345", 1)
    contents.put(second, b"12345", 2)
    contents.put(third, b"1", 1)
    assert contents.get(first) is None
    assert contents.get(second) == b"12345"
    contents.used(second, 1)
    assert contents.get(second) == b"12345"
    contents.used(second, 1)
    assert contents.get(second) is None
    contents.put(first, b"x" * 11, 1)
    assert contents.get(first) is None
    contents.put(first, b"123456789", 1)
    assert contents.get(first) == b"123456789"


@jumping
async def test_old_tracking_rows_are_removed_after_their_days() -> None:
    desk = Desk(settings=QueueSettings(tracking_age=86400))
    now = desk.clock.now()
    old = [event(Kind.RECEIVE, "1-a", at=now - 3 * 86_400) for _ in range(2500)]
    await desk.store.commit(Change(events=[*old, event(Kind.RECEIVE, "1-b", at=now - 3600)]))
    async with running(desk):
        await desk.settled(1)
        assert [row.message for row in await desk.store.tracking(TrackingFilter())] == ["1-b"]
        await desk.settled(25 * 3600)
        assert await desk.store.tracking(TrackingFilter()) == []
