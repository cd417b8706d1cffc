"""`moderation list|approve|reject`: what is shown, what is asked of the queue, what is refused."""

from __future__ import annotations

import dataclasses

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Change
from saywhy.model.address import Address
from saywhy.model.moderation import Asked, Moderation
from saywhy.model.queued import HopKind, NextHop, QueueId
from saywhy.operations.context import Context
from tests.operations.conftest import NOW, FakeQueue, Run, enqueue, refused

STAFF = "staff@worcester.example"
BOSS = Address("boss", "worcester.example")


async def hold(store: MemoryStore, *recipients: str) -> QueueId:
    """A message whose first recipient waits for the boss."""
    message = await enqueue(store, *recipients)
    [first, *_] = await store.pending(message)
    waits = Moderation("staff", NOW - 60, NOW + 60, (Asked(BOSS, "x"),))
    held = dataclasses.replace(first, hop=NextHop(HopKind.MODERATION), moderation=waits)
    await store.commit(Change(update=[held]))
    return message


async def test_the_list_shows_what_waits_for_whom(run: Run, store: MemoryStore, context: Context) -> None:
    assert (await run("moderation list")).text == "Nothing waits for a moderator."
    message = await hold(store, STAFF, "bob@partner.example")
    [row] = (await run("moderation list")).rows
    assert row == {
        "message": str(message),
        "sender": "guy@worcester.example",
        "recipient": STAFF,
        "item": "staff",
        "moderators": [str(BOSS)],
        "since": NOW - 60,
        "until": NOW + 60,
        "subject": "Secret",
    }


async def test_the_list_goes_page_by_page(run: Run, store: MemoryStore) -> None:
    first, second = await hold(store, STAFF), await hold(store, STAFF)
    page = await run("moderation list", limit=1)
    assert [row["message"] for row in page.rows] == [str(first)]
    assert page.text == f"There are more: --after {first} shows the next."
    assert [row["message"] for row in (await run("moderation list", after=str(first))).rows] == [str(second)]


async def test_decisions_go_to_the_queue_with_whoever_decides(
    run: Run, store: MemoryStore, queue: FakeQueue
) -> None:
    message = await hold(store, STAFF)
    approved = await run("moderation approve", message=str(message))
    assert approved.text == f"Message {message} was approved for 1 recipient."
    await run("moderation reject", message=str(message), item="staff", comment=["No.", "Never."])
    assert queue.asked == [
        ("moderate", message, "", True, (), "root (administrator)"),
        ("moderate", message, "staff", False, ("No.", "Never."), "root (administrator)"),
    ]


async def test_what_does_not_wait_cannot_be_decided(run: Run, store: MemoryStore) -> None:
    message = await enqueue(store, STAFF)
    error = await refused(run("moderation approve", message=str(message), item="staff"))
    assert (error.code, error.why) == ("not-found", "it does not wait for a moderator of staff")
