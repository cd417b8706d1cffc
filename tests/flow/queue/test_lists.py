"""Copies for the members of lists and for who is forwarded to, and a categorizer that has to wait."""

from __future__ import annotations

import asyncio
import dataclasses

from saywhy.flow.stages import Fork, Resolved, Transmission
from saywhy.infra.store.protocol import TrackingFilter
from saywhy.lab.clock import jumping
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Recipient
from saywhy.model.event import Kind
from saywhy.model.outcome import Deferred, Expanded, Outcome
from saywhy.model.queued import HopKind, Message
from tests.flow.queue.desk import CONTENT, DONE, LATER, MINUTE, SENDER, UNKNOWN, Desk, every, running

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


# -- forwarded copies --

FORWARDED = Fork(None, "", 2, alias=True)
AWAY = "away@corp.example"


def forwarded(*to: str, keeps: bool = False) -> list[Resolved]:
    """`away` forwards; with `keeps`, to its own mailbox as well."""
    nobody = Recipient(Address.parse("x@x.test"))
    own = [Resolved(nobody, Address.parse(AWAY), "away")] if keeps else []
    return own + [Resolved(nobody, Address.parse(each), fork=FORWARDED) for each in to]


class Contents(Desk):
    """Keeps what is delivered."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.sent: list[tuple[str, bytes, Message]] = []

    async def deliver(self, transmission: Transmission) -> list[Outcome]:
        self.sent.append((str(transmission.pending[0].address), transmission.content, transmission.message))
        return await super().deliver(transmission)


@jumping
async def test_who_is_forwarded_to_gets_a_stamped_copy_under_the_senders_own_wishes() -> None:
    async with running(Contents(known={AWAY: forwarded("a@one.test", keeps=True)})) as desk:
        message = await desk.send(AWAY, "c@one.test", notify=Notify.SUCCESS)
        await desk.settled(MINUTE)
        sent = {address: (content, copy) for address, content, copy in desk.sent}
        stamp = f"X-SayWhy-Loop: {message}\r\n".encode()
        assert sent["a@one.test"][0] == stamp * 2 + CONTENT
        assert {sent[own][0] for own in (AWAY, "c@one.test")} == {CONTENT}
        copy = sent["a@one.test"][1]
        assert copy.id != message
        assert (copy.size, copy.headline.stamps) == (len(stamp) * 2 + len(CONTENT), 2)
        assert (str(copy.envelope.sender), copy.envelope.recipients[0].notify) == (SENDER, Notify.SUCCESS)
        [copied] = await desk.store.tracking(TrackingFilter(kinds=(Kind.COPY,)))
        assert copied.data == {"group": "", "of": str(message), "recipients": 1, "reports-to": SENDER}
        assert await desk.empty()


@jumping
async def test_all_who_are_forwarded_to_share_a_copy_and_its_failures_go_to_the_sender() -> None:
    desk = Contents(known={AWAY: forwarded("a@one.test", "b@one.test")}, script=every(UNKNOWN))
    async with running(desk):
        await desk.send(AWAY)
        await desk.settled(MINUTE)
        assert len(await desk.store.tracking(TrackingFilter(kinds=(Kind.COPY,)))) == 1
        assert {str(report.envelope.recipients[0].address) for report in desk.reports} == {SENDER}
        assert await desk.empty()


@jumping
async def test_a_recipient_that_forwards_only_when_it_is_looked_up_again_leaves_for_a_copy() -> None:
    later = Deferred(dataclasses.replace(UNKNOWN.failure, permanent=False))
    async with running(Contents(known={AWAY: later})) as desk:
        message = await desk.send(AWAY)
        await desk.settled()
        desk.known[AWAY] = forwarded("a@one.test")
        await desk.settled(15 * MINUTE)
        [(address, content, _)] = desk.sent
        assert (address, content.count(b"X-SayWhy-Loop: ")) == ("a@one.test", 2)
        assert await desk.store.pending(message) == []
        assert await desk.empty()


@jumping
async def test_who_keeps_a_copy_that_is_sorted_again_is_not_forwarded_a_second_time() -> None:
    desk = Contents(known={AWAY: forwarded("a@one.test", keeps=True)})
    desk.script = lambda sent: [LATER if sent.hop.kind is HopKind.MAILBOX else DONE]
    async with running(desk):
        await desk.send(AWAY)
        await desk.settled()
        assert await desk.queue.resubmit("mailbox") == 1
        await desk.settled(MINUTE)
        assert len(desk.times("mailbox")) == 2
        assert len(desk.times("one.test")) == 1
