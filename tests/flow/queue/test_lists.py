"""Copies for the members of lists, and a categorizer that has to wait (a directory over a network)."""

from __future__ import annotations

import asyncio
import dataclasses

from saywhy.flow.stages import Fork, Resolved
from saywhy.infra.store.protocol import TrackingFilter
from saywhy.lab.clock import jumping
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Recipient
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred, Expanded
from saywhy.model.queued import HopKind, Message
from tests.flow.queue.desk import CONTENT, MINUTE, SENDER, UNKNOWN, Desk, every, running

OWNER = Fork(Address.parse("owner@corp.example"), "staff")


def staff(fork: Fork) -> list[Resolved]:
    nobody = Recipient(Address.parse("x@x.test"))
    members = [Address.parse(text) for text in ("a@one.test", "b@two.test")]
    first = Resolved(nobody, Address.parse("staff@corp.example"), outcome=Expanded("staff", 2, list=True))
    return [first, *(Resolved(Recipient(member), member, fork=fork) for member in members)]


class ListDesk(Desk):
    """The members keep the recipient that the categorizer gave them."""

    async def categorize(self, message: Message) -> list[Resolved]:
        found = await super().categorize(message)
        return [
            dataclasses.replace(each, recipient=Recipient(each.address)) if each.fork else each for each in found
        ]


@jumping
async def test_the_members_of_a_list_get_a_copy_with_the_owner_s_reverse_path() -> None:
    async with running(ListDesk(known={"staff@corp.example": staff(OWNER)})) as desk:
        message = await desk.send("staff@corp.example", "c@one.test", notify=Notify.SUCCESS)
        await desk.settled(MINUTE)
        [copied] = await desk.store.tracking(TrackingFilter(kinds=(Kind.COPY,)))
        assert copied.data == {
            "group": "staff",
            "of": str(message),
            "recipients": 2,
            "reports-to": "owner@corp.example",
        }
        assert copied.sender == "owner@corp.example"
        assert await desk.fates(message) == {("staff@corp.example", Kind.EXPAND): 1, ("c@one.test", Kind.SEND): 1}
        sent = {attempt.recipients: str(attempt.message) for attempt in desk.attempts}
        assert sent == {
            ("c@one.test",): str(message),
            ("a@one.test",): copied.message,
            ("b@two.test",): copied.message,
        }
        assert await desk.empty()


@jumping
async def test_a_failure_of_a_member_is_reported_to_the_owner_or_to_nobody() -> None:
    for fork, readers in ((OWNER, ["owner@corp.example"]), (Fork(None, "staff"), [])):
        desk = ListDesk(known={"staff@corp.example": staff(fork)}, script=every(UNKNOWN))
        async with running(desk):
            await desk.send("staff@corp.example")
            await desk.settled(MINUTE)
            told = [
                str(report.envelope.recipients[0].address) for report in desk.reports if report.kind == "failed"
            ]
            assert told == readers * 2
            drops = await desk.store.tracking(TrackingFilter(kinds=(Kind.DROP,)))
            assert bool(drops)  # the owner's own reports fail here, too, and have the null path


@jumping
async def test_a_list_that_could_not_be_categorized_at_first_is_copied_later() -> None:
    later: list[Resolved] = staff(OWNER)
    desk = ListDesk(known={"staff@corp.example": Deferred(dataclasses.replace(UNKNOWN.failure, permanent=False))})
    async with running(desk):
        message = await desk.send("staff@corp.example")
        await desk.settled()
        assert await desk.store.count() == (1, 1)
        desk.known["staff@corp.example"] = later
        await desk.settled(15 * MINUTE)
        assert await desk.fates(message) == {("staff@corp.example", Kind.EXPAND): 1}
        assert sorted(attempt.recipients for attempt in desk.attempts) == [("a@one.test",), ("b@two.test",)]
        assert await desk.empty()


class SlowDesk(Desk):
    """A directory that answers after a second."""

    async def categorize(self, message: Message) -> list[Resolved]:
        await asyncio.sleep(1)
        return await super().categorize(message)


@jumping
async def test_a_report_enters_the_submission_queue_where_its_reader_has_to_be_looked_up_first() -> None:
    async with running(SlowDesk(script=every(UNKNOWN))) as desk:
        await desk.send("a@one.test", content=CONTENT)
        await desk.settled()  # the attempt has failed, and its report waits to be categorized
        assert [row.kind for row in await desk.store.queues()] == [HopKind.SUBMISSION]
        await desk.settled(MINUTE)
        assert [attempt.recipients for attempt in desk.attempts] == [("a@one.test",), (SENDER,)]
        assert await desk.empty()
