"""What every Store must do: one suite, run against each of them.

A subclass gives the fixture `store`, fresh for each test.
"""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from saywhy.infra.store.protocol import (
    Change,
    ChangeConflict,
    DueFilter,
    MessageFilter,
    Parked,
    Store,
    TrackingFilter,
)
from saywhy.model.event import Kind
from saywhy.model.queued import NEVER, HopKind, NextHop, QueueId
from tests.infra.store.samples import HOP, OTHER_HOP, event, new_message, refused


class StoreContract:
    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("each store's own tests say how it is made")

    async def test_a_committed_message_is_read_back_whole(self, store: Store) -> None:
        new = new_message(store.next_id(), recipients=3)
        await store.commit(Change(add=[new]))
        assert await store.message(new.message.id) == new.message
        assert await store.content(new.message.id) == new.content
        assert await store.pending(new.message.id) == list(new.pending)
        assert await store.count() == (1, 3)

    async def test_ids_differ_and_name_the_shard(self, store: Store) -> None:
        ids = [store.next_id() for _ in range(10_000)]
        assert len(set(ids)) == len(ids)
        assert {message.shard for message in ids} == {1}

    async def test_a_message_leaves_with_its_last_recipient(self, store: Store) -> None:
        new = new_message(store.next_id(), recipients=2)
        await store.commit(Change(add=[new]))
        await store.commit(Change(settle=[(new.message.id, 0)]))
        assert await store.message(new.message.id) == new.message
        await store.commit(Change(settle=[(new.message.id, 1)]))
        assert await store.message(new.message.id) is None
        assert await store.content(new.message.id) is None
        assert await store.pending(new.message.id) == []
        assert await store.count() == (0, 0)

    async def test_a_large_content_leaves_with_its_message(self, store: Store) -> None:
        content = bytes(range(256)) * 4096
        new = new_message(store.next_id(), content=content)
        await store.commit(Change(add=[new]))
        assert await store.content(new.message.id) == content
        await store.commit(Change(settle=[(new.message.id, 0)]))
        assert await store.content(new.message.id) is None

    async def test_members_replace_a_group_in_one_change(self, store: Store) -> None:
        new = new_message(store.next_id())
        await store.commit(Change(add=[new]))
        group = new.pending[0]
        members = [dataclasses.replace(group, number=number) for number in (1, 2)]
        await store.commit(Change(update=members, settle=[(group.message, 0)]))
        assert await store.pending(group.message) == members
        assert await store.message(group.message) == new.message

    async def test_an_update_replaces_the_recipient_whole(self, store: Store) -> None:
        new = new_message(store.next_id())
        await store.commit(Change(add=[new]))
        changed = dataclasses.replace(
            new.pending[0], due=700.25, attempts=2, last_attempt=99.5, failure=refused(), delay_reported=True
        )
        await store.commit(Change(update=[changed]))
        assert await store.pending(new.message.id) == [changed]
        assert await store.next_due(100.0) == 700.25

    async def test_settling_what_is_gone_is_passed_over(self, store: Store) -> None:
        await store.commit(Change(settle=[(QueueId(1, 999), 0)], events=[event(Kind.FAIL, "1-3e7")]))
        assert len(await store.tracking(TrackingFilter(message="1-3e7"))) == 1

    async def test_a_change_that_contradicts_the_store_leaves_nothing(self, store: Store) -> None:
        first = new_message(store.next_id())
        await store.commit(Change(add=[first]))
        second = new_message(store.next_id())
        with pytest.raises(ChangeConflict):
            await store.commit(Change(add=[second, first], events=[event(Kind.RECEIVE, second.message.id)]))
        orphan = dataclasses.replace(first.pending[0], message=QueueId(1, 999))
        with pytest.raises(ChangeConflict):
            await store.commit(Change(add=[second], update=[orphan]))
        assert await store.message(second.message.id) is None
        assert await store.tracking(TrackingFilter(message=str(second.message.id))) == []
        await store.commit(Change(add=[second]))
        assert await store.count() == (2, 2)

    async def test_one_poison_change_does_not_fail_those_beside_it(self, store: Store) -> None:
        first = new_message(store.next_id())
        await store.commit(Change(add=[first]))
        others = [new_message(store.next_id()) for _ in range(20)]
        changes = [Change(add=[new]) for new in others]
        changes.insert(7, Change(add=[first]))
        results = await asyncio.gather(*map(store.commit, changes), return_exceptions=True)
        assert [type(result) for result in results if result is not None] == [ChangeConflict]
        assert await store.count() == (21, 21)

    async def test_a_commit_whose_caller_gave_up_is_whole_or_absent(self, store: Store) -> None:
        new = new_message(store.next_id(), recipients=2)
        task = asyncio.ensure_future(store.commit(Change(add=[new])))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await store.commit(Change(add=[new_message(store.next_id())]))
        assert await store.count() in {(2, 3), (1, 1)}

    async def test_due_recipients_come_earliest_first_and_limited(self, store: Store) -> None:
        news = [new_message(store.next_id(), due=due) for due in (30.0, 10.0, 20.0, 40.0)]
        await store.commit(Change(add=news))
        rows = await store.due(35.0, 10)
        assert [row.pending.due for row in rows] == [10.0, 20.0, 30.0]
        assert [row.message for row in rows] == [news[1].message, news[2].message, news[0].message]
        assert [row.pending.due for row in await store.due(35.0, 2)] == [10.0, 20.0]
        assert await store.next_due(35.0) == 40.0
        assert await store.next_due(40.0) is None

    async def test_due_recipients_may_leave_out_queues_and_what_is_held(self, store: Store) -> None:
        near = new_message(store.next_id(), hop=OTHER_HOP, due=10.0)
        far = [new_message(store.next_id(), due=5.0) for _ in range(3)]
        await store.commit(Change(add=[near, *far]))
        skipping = DueFilter(skip_queues=frozenset({HOP.key}))
        assert [row.message for row in await store.due(50.0, 1, skipping)] == [near.message]
        only = DueFilter(queue=HOP.key, skip=frozenset({(far[0].message.id, 0), (near.message.id, 0)}))
        assert [row.message for row in await store.due(50.0, 2, only)] == [far[1].message, far[2].message]
        held = DueFilter(skip=frozenset({(new.message.id, 0) for new in far}))
        assert [row.message for row in await store.due(50.0, 1, held)] == [near.message]

    async def test_hasten_moves_only_what_waits_and_matches(self, store: Store) -> None:
        near = new_message(store.next_id(), hop=OTHER_HOP, due=900.0)
        far = new_message(store.next_id(), due=900.0, recipients=2)
        now = new_message(store.next_id(), due=10.0)
        await store.commit(Change(add=[near, far, now]))
        at = 500.123456789
        assert await store.hasten(at, HOP.key, None, [event(Kind.RETRY, far.message.id)]) == 2
        assert {row.due for row in await store.pending(far.message.id)} == {at}
        assert [row.pending.message for row in await store.due(at, 9)] == [now.message.id] + [far.message.id] * 2
        assert (await store.pending(now.message.id))[0].due == 10.0
        assert await store.hasten(at, message=near.message.id) == 1
        assert await store.hasten(at) == 0
        assert len(await store.tracking(TrackingFilter(kinds=(Kind.RETRY,)))) == 1

    async def test_hasten_leaves_what_is_held_back_alone_unless_it_is_asked_for(self, store: Store) -> None:
        later = new_message(store.next_id(), due=900.0)
        told = new_message(store.next_id(), due=NEVER + 700.0)
        silent = new_message(store.next_id(), due=2 * NEVER)
        await store.commit(Change(add=[later, told, silent]))

        async def due() -> list[float]:
            return [(await store.pending(new.message.id))[0].due for new in (later, told, silent)]

        assert await store.hasten(500.0) == 1
        assert await due() == [500.0, NEVER + 700.0, 2 * NEVER]
        assert await store.hasten(600.0, parked=Parked.REPORT) == 0
        assert await store.hasten(800.0, parked=Parked.REPORT) == 1
        assert await due() == [500.0, 800.0, 2 * NEVER]
        assert await store.hasten(100.0, HOP.key, parked=Parked.ONLY) == 1
        assert await store.hasten(90.0, HOP.key, parked=Parked.TOO) == 3
        assert await due() == [90.0] * 3

    async def test_hasten_takes_no_more_than_its_limit_a_call(self, store: Store) -> None:
        await store.commit(Change(add=[new_message(store.next_id(), due=900.0) for _ in range(5)]))
        assert [await store.hasten(500.0, HOP.key, limit=2) for _ in range(4)] == [2, 2, 1, 0]

    async def test_postpone_leaves_room_for_reports_and_expiry(self, store: Store) -> None:
        """Arrived at 50, delay after 100, expiring at 172,850; the hop is down until 900."""
        plain = new_message(store.next_id(), due=10.0, arrived=860.0)
        soon = new_message(store.next_id(), due=10.0, arrived=450.0)
        told = new_message(store.next_id(), due=10.0, arrived=50.0)
        late = new_message(store.next_id(), due=10.0, arrived=50.0)
        other = new_message(store.next_id(), due=10.0, hop=OTHER_HOP)
        later = new_message(store.next_id(), due=600.0)
        await store.commit(Change(add=[plain, soon, told, late, other, later]))
        await store.commit(Change(update=[dataclasses.replace(told.pending[0], delay_reported=True)]))
        assert await store.postpone(HOP.key, 500.0, 900.0, 100.0, limit=2) == 2
        assert await store.postpone(HOP.key, 500.0, 900.0, 100.0, limit=2) == 1
        assert await store.postpone(HOP.key, 500.0, 900.0, 100.0, limit=2) == 0
        dues = [(await store.pending(new.message.id))[0].due for new in (plain, soon, told, late, other, later)]
        assert dues == [900.0, 550.0, 900.0, 10.0, 10.0, 600.0]
        assert [row.message for row in await store.due(500.0, 9)] == [late.message, other.message]

    async def test_what_several_messages_owe_one_hop_is_one_answer(self, store: Store) -> None:
        here = [new_message(store.next_id(), recipients=2) for _ in range(3)]
        mixed = new_message(store.next_id(), recipients=2)
        mixed = dataclasses.replace(
            mixed, pending=(mixed.pending[0], dataclasses.replace(mixed.pending[1], hop=OTHER_HOP))
        )
        await store.commit(Change(add=[*here, mixed]))
        wanted = [mixed.message.id, here[2].message.id, here[0].message.id, QueueId(9, 1)]
        assert await store.owed(HOP.key, wanted) == [*here[0].pending, *here[2].pending, mixed.pending[0]]
        assert await store.owed(OTHER_HOP.key, wanted) == [mixed.pending[1]]
        assert await store.owed(HOP.key, []) == []

    async def test_messages_are_listed_by_id_filtered_and_paged(self, store: Store) -> None:
        news = [new_message(store.next_id(), hop=HOP if number % 2 else OTHER_HOP) for number in range(6)]
        bounce = new_message(store.next_id(), sender=None)
        await store.commit(Change(add=[*reversed(news), bounce]))
        every = [new.message for new in [*news, bounce]]
        assert await store.messages(MessageFilter()) == every
        assert await store.messages(MessageFilter(after=news[1].message.id, limit=2)) == every[2:4]
        assert await store.messages(MessageFilter(queue=OTHER_HOP.key)) == [new.message for new in news[::2]]
        assert await store.messages(MessageFilter(sender="<>")) == [bounce.message]
        assert await store.messages(MessageFilter(sender="GUY@Corp.Example")) == every[:-1]
        assert len(await store.messages(MessageFilter(recipient="R0@partner.example"))) == 7
        assert await store.messages(MessageFilter(recipient="nobody@partner.example")) == []

    async def test_queues_sum_up_what_waits_for_each_next_hop(self, store: Store) -> None:
        assert await store.queues() == []
        near = new_message(store.next_id(), hop=OTHER_HOP, due=70.0, arrived=20.0)
        far = new_message(store.next_id(), recipients=3, due=90.0, arrived=30.0)
        await store.commit(Change(add=[near, far]))
        tried = dataclasses.replace(far.pending[1], attempts=1, last_attempt=60.0, due=80.0, failure=refused())
        await store.commit(Change(update=[tried]))
        dns, mailbox = await store.queues()
        assert (dns.key, dns.kind, dns.domain, dns.connector) == (HOP.key, *dataclasses.astuple(HOP))
        assert (dns.recipients, dns.messages, dns.next_due, dns.oldest, dns.retrying) == (3, 1, 80.0, 30.0, 1)
        assert (dns.last_error, dns.cause) == ("452 4.2.2 mailbox full", "remote-mailbox-full")
        assert (mailbox.key, mailbox.recipients, mailbox.last_error) == ("mailbox", 1, "")

    async def test_message_events_become_tracking_rows_oldest_first(self, store: Store) -> None:
        events = [
            event(kind, "1-a", at) for kind, at in ((Kind.RECEIVE, 1.5), (Kind.DEFER, 2.0), (Kind.SEND, 3.0))
        ]
        await store.commit(Change(events=[*events, event(Kind.RECEIVE, "1-b"), event(Kind.FAULT, "1-a")]))
        assert await store.tracking(TrackingFilter(message="1-a")) == events
        assert await store.tracking(TrackingFilter(message_id="<1-a@corp.example>")) == events
        assert await store.tracking(TrackingFilter(message="1-a", message_id="<1-a@corp.example>")) == events
        assert await store.tracking(TrackingFilter(message="1-a", kinds=(Kind.SEND,))) == events[2:]
        assert await store.tracking(TrackingFilter(message="1-a", limit=1)) == events[:1]
        assert len(await store.tracking(TrackingFilter())) == 4

    async def test_old_tracking_rows_are_forgotten_oldest_first(self, store: Store) -> None:
        await store.commit(Change(events=[event(Kind.RECEIVE, f"1-{at:x}", float(at)) for at in range(1, 11)]))
        assert await store.forget(4.0) == 3
        assert await store.forget(4.0) == 0
        assert await store.forget(100.0, limit=2) == 2
        assert [row.at for row in await store.tracking(TrackingFilter())] == [6.0, 7.0, 8.0, 9.0, 10.0]

    async def test_octets_that_are_no_text_are_kept_exactly(self, store: Store) -> None:
        new = new_message(store.next_id(), hop=NextHop(HopKind.SMART_HOST, "[192.0.2.1], relay/2", "a/b"))
        odd = "caf\udce9 \u2603 \x00 '"
        headline = dataclasses.replace(new.message.headline, subject=odd, message_id=odd)
        new = dataclasses.replace(new, message=dataclasses.replace(new.message, headline=headline))
        told = dataclasses.replace(event(Kind.RECEIVE, new.message.id, text=odd), message_id=odd)
        await store.commit(Change(add=[new], events=[told]))
        assert await store.message(new.message.id) == new.message
        assert await store.tracking(TrackingFilter(message_id=odd)) == [told]
        (row,) = await store.queues()
        assert (row.domain, row.connector) == ("[192.0.2.1], relay/2", "a/b")
        assert len(await store.due(1000.0, 5, DueFilter(queue=row.key))) == 1
