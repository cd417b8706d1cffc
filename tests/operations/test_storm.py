"""What the storm guard holds: shown, let go, returned."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.infra.store.protocol import Change
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.queued import NEVER, Headline, HopKind, Message, NewMessage, NextHop, Pending
from saywhy.model.status import Status
from saywhy.operations import holding
from tests.operations.conftest import NOW, refused

LOOPS = "held/mail-loops-back"
FAILURE = Failure(
    Status(5, 3, 5), 554, "mail-loops-back", "next hop is this server", Evidence(Stage.ROUTE), permanent=True
)


@pytest.fixture
async def held(store) -> None:
    recipient = Recipient(Address.parse("bob@partner.example"))
    message = Message(
        store.next_id(),
        Envelope(Address.parse("ann@here.example"), (recipient,)),
        Origin("Client"),
        NOW - 60,
        NOW + 60,
        10,
        Headline(),
    )
    hop = NextHop(HopKind.HELD, "mail-loops-back")
    pending = Pending(message.id, 0, recipient, recipient.address, hop, NEVER, failure=FAILURE)
    pending = dataclasses.replace(pending, suspended_at=NOW, suspended_alone=True)
    await store.commit(Change(add=[NewMessage(message, b"x", (pending,))]))


async def test_nothing_held_is_said_in_a_sentence(run) -> None:
    assert (await run("storm list")).text == "Nothing is held: no cause was about to return too many messages."


async def test_what_is_held_is_listed_by_cause_and_place_with_the_failure(run, held) -> None:
    (row,) = (await run("storm list")).rows
    assert row == {
        "storm": LOOPS,
        "cause": "mail-loops-back",
        "title": holding.title("mail-loops-back"),
        "place": "",
        "messages": 1,
        "recipients": 1,
        "oldest": NOW - 60,
        "error": "554 5.3.5 next hop is this server",
    }


async def test_the_queue_list_says_that_it_is_held(run, held) -> None:
    (row,) = (await run("queue list")).rows
    assert (row["queue"], row["status"], row["next"]) == (LOOPS, "held", 0.0)


async def test_a_storm_is_released_as_a_whole(run, held, queue) -> None:
    said = await run("storm release", storm=LOOPS)
    assert said.text == f"5 recipients of {LOOPS} will be routed and tried again now."
    assert queue.asked == [("release", LOOPS)]


async def test_a_storm_is_returned_as_a_whole(run, held, queue) -> None:
    said = await run("storm return", storm=LOOPS)
    assert said.text == f"6 recipients of {LOOPS} are given up; their senders get the report."
    assert queue.asked == [("give back", LOOPS)]


async def test_what_is_not_held_cannot_be_released(run, held, queue) -> None:
    error = await refused(run("storm release", storm="held/mail-loops-bak"))
    assert (error.code, error.cure) == ("not-found", f"did you mean {LOOPS}?")
    assert queue.asked == []
