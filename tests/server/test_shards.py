"""Several shards asked as one queue."""

from __future__ import annotations

import pytest

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import MessageFilter, Store, TrackingFilter
from saywhy.model.queued import HopKind, NextHop, QueueId
from saywhy.operations.context import Away, QueueReads
from saywhy.server.shards import ADMIN, READS, Access, Shards, access
from tests.operations.conftest import NOW, FakeQueue, enqueue

ELSEWHERE = NextHop(HopKind.DNS, "elsewhere.example", "Internet")


@pytest.fixture
def stores() -> dict[int, MemoryStore]:
    return {shard: MemoryStore(shard) for shard in (1, 2, 7)}


@pytest.fixture
def queues(stores: dict[int, MemoryStore]) -> dict[int, FakeQueue]:
    return {shard: FakeQueue(store) for shard, store in stores.items()}


@pytest.fixture
def shards(stores: dict[int, MemoryStore], queues: dict[int, FakeQueue]) -> Shards:
    return Shards(lambda: {shard: access(stores[shard], queues[shard]) for shard in stores})


async def test_a_next_hop_of_several_shards_is_one_row_with_their_sums(
    shards: Shards, stores: dict[int, MemoryStore]
) -> None:
    await enqueue(stores[1], "a@partner.example", "b@partner.example")
    await enqueue(stores[2], "c@partner.example", tried=True)
    await enqueue(stores[7], "d@elsewhere.example", hop=ELSEWHERE)
    elsewhere, partner = await shards.queues()
    assert (elsewhere.key, elsewhere.messages) == ("dns/elsewhere.example/Internet", 1)
    assert (partner.recipients, partner.messages, partner.retrying) == (3, 2, 1)
    assert (partner.next_due, partner.oldest) == (NOW + 600, NOW - 3600)
    assert "no answer" in partner.last_error
    assert await shards.queues("dns/partner.example/Internet") == [partner]
    assert await shards.count() == (3, 4)
    [cause] = await shards.causes()
    assert (cause.cause, cause.recipients) == ("no-answer", 1)


async def test_messages_are_listed_by_id_page_by_page(shards: Shards, stores: dict[int, MemoryStore]) -> None:
    ids = [await enqueue(stores[shard], f"x{shard}@partner.example") for shard in (7, 2, 1, 2)]
    assert [message.id for message in await shards.messages(MessageFilter())] == sorted(ids)
    first = await shards.messages(MessageFilter(limit=3))
    assert [message.id for message in first] == sorted(ids)[:3]
    rest = await shards.messages(MessageFilter(after=first[-1].id, limit=3))
    assert [message.id for message in rest] == [QueueId(7, 1)]


async def test_what_names_a_message_goes_to_its_shard_alone(
    shards: Shards, stores: dict[int, MemoryStore], queues: dict[int, FakeQueue]
) -> None:
    second = await enqueue(stores[2], "x@partner.example")
    found = await shards.message(second)
    assert found is not None
    assert found.id == second
    assert [pending.number for pending in await shards.pending(second)] == [0]
    assert await shards.retry(None, second) == 2
    assert await shards.remove(second, True)
    assert [queue.asked for queue in queues.values()] == [
        [],
        [("retry", None, second), ("remove", second, True)],
        [],
    ]


async def test_a_shard_that_there_is_none_of_has_nothing(shards: Shards) -> None:
    nowhere = QueueId(5, 1)
    assert await shards.message(nowhere) is None
    assert await shards.pending(nowhere) == []
    assert await shards.retry(None, nowhere) == 0
    assert not await shards.remove(nowhere, False)
    assert await shards.tracking(TrackingFilter(message=str(nowhere))) == []


async def test_all_shards_retry_and_the_sum_is_told(shards: Shards, queues: dict[int, FakeQueue]) -> None:
    assert await shards.retry("mailbox", None) == 6
    assert all(queue.asked == [("retry", "mailbox", None)] for queue in queues.values())


async def test_the_history_of_a_message_id_is_gathered_from_all(
    shards: Shards, stores: dict[int, MemoryStore]
) -> None:
    first = await enqueue(stores[1], "x@partner.example")
    events = await shards.tracking(TrackingFilter(message=str(first)))
    assert [event.message for event in events] == ["1-1"]
    everything = await shards.tracking(TrackingFilter(message_id="<1-1@worcester.example>"))
    assert [event.message for event in everything] == ["1-1"]


async def test_a_shard_that_is_away_is_an_error_and_not_an_empty_part(stores: dict[int, MemoryStore]) -> None:
    async def away(method: str, *arguments: object) -> object:
        raise Away("worker 2 is being started again")

    accesses: dict[int, Access] = {1: access(stores[1], FakeQueue(stores[1])), 2: away}
    with pytest.raises(Away):
        await Shards(lambda: accesses).queues()


async def test_nothing_but_the_protocols_methods_can_be_asked_for(stores: dict[int, MemoryStore]) -> None:
    with pytest.raises(KeyError):
        await access(stores[1], FakeQueue(stores[1]))("close")


def test_every_question_of_the_protocols_is_answered_by_all_shards_together() -> None:
    assert {"queues", "messages", "tracking"} <= READS
    assert all(hasattr(Shards, name) for name in READS | ADMIN)
    assert all(hasattr(Store, name) for name in vars(QueueReads) if not name.startswith("_"))
