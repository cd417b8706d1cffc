"""R1 with the real stages: in any organisation each accepted recipient ends in exactly one way, with a reason.

Random organisations: forwarding in circles, groups in groups and in themselves, lists, restrictions, broken
objects.  Categorizer, router, queue and reporter are the real ones; deliveries end as chance has it, and mail to
moderated recipients is approved, rejected or forgotten as chance has it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.config import defaults
from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.flow.deliver.answers import Answers
from saywhy.flow.queue.queue import Queue
from saywhy.flow.report.question import Asker
from saywhy.flow.report.reporter import Reporter
from saywhy.flow.route.select import RouteSelector
from saywhy.flow.stages import Submission, Transmission
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import MessageFilter, TrackingFilter
from saywhy.lab.clock import LoopClock, run_jumping
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Notify, Origin, Recipient
from saywhy.model.event import Event, Kind, NullSink
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.form import MessageFormat
from saywhy.model.organisation import (
    AcceptedDomain,
    Contact,
    DirectoryObject,
    ExpansionPermission,
    Folder,
    Group,
    Mailbox,
    Organisation,
    SendConnector,
    SendProtocol,
    TransportConfig,
)
from saywhy.model.outcome import Deferred, Delivered, Failed, Outcome, Relayed
from saywhy.model.queued import Headline, HopKind
from saywhy.model.status import Status
from saywhy.model.units import DAY

MANY = os.environ.get("SAYWHY_EXAMPLES") == "many"
NAMES = "abcdef"
CONTENT = b"Message-ID: <1@corp.example>\r\nSubject: x\r\n\r\nx\r\n"
INSIDE = Origin("Client", user="a", internal=True)
OUTSIDE = Origin("Internet", client_ip="192.0.2.7")
ENDS = (Kind.DELIVER, Kind.SEND, Kind.FAIL, Kind.DUPLICATE, Kind.EXPAND)


def at(text: str) -> Address:
    return Address.parse(text if "@" in text else f"{text}@corp.example")


FAX = SendConnector("Fax", ("FAX:*",), protocol=SendProtocol.PROGRAM, program=("/bin/fax",))
FOREIGN = ("FAX:+1", "PAGER:2")  # one that is carried, and one that is not

targets = st.sampled_from([*NAMES, "gone", "x@else.example", "y@else.example", "IMCEAFAX-+2B1"]).map(at)
senders = st.lists(st.sampled_from([*NAMES, "s@else.example"]).map(at), max_size=2).map(tuple)


def rare(value: object, otherwise: object) -> st.SearchStrategy[object]:
    return st.sampled_from([otherwise] * 7 + [value])


shared = {
    "accept_from": st.one_of(st.just(()), st.just(()), senders),
    "reject_from": st.one_of(st.just(()), st.just(()), senders),
    "require_sender_auth": rare(True, False),
    "max_receive_size": rare(10, 0),
    "unusable": rare("deleted", ""),
    "moderated": rare(True, False),
    "moderators": senders,
    "attributes": st.sampled_from([(), ("x=1",)]),
}


formats = st.sampled_from(MessageFormat)


def recipient(name: str) -> st.SearchStrategy[DirectoryObject | None]:
    own = (st.just(name), st.sampled_from([(at(name),), (at(name), at(f"{name}.2")), (at("a"), at(name))]))
    forwarding = {"forwarding_address": st.one_of(st.none(), targets), "deliver_and_forward": st.booleans()}
    return st.one_of(
        st.none(),
        st.builds(
            Mailbox,
            *own,
            forwarding_smtp_address=st.one_of(st.none(), targets),
            disabled=rare(True, False),
            home=rare("gone", ""),
            max_send_size=rare(10, 0),
            **forwarding,
            **shared,
        ),
        st.builds(Contact, *own, rare(None, at("x@else.example")) | targets, message_format=formats, **shared),
        st.builds(Contact, *own, foreign=st.sampled_from(FOREIGN), message_format=formats, **shared),
        st.builds(Folder, *own, permissions=st.sampled_from([(), ("Anonymous: Author",)]), **forwarding, **shared),
        st.builds(
            Group,
            *own,
            st.lists(targets, max_size=5).map(tuple),
            filter=st.sampled_from(["", "", "x = 1", "x ="]),
            managed_by=senders,
            expansion_permission=st.sampled_from([ExpansionPermission.ANYONE] * 3 + list(ExpansionPermission)),
            expansion_server=rare("mx2.corp.example", ""),
            hidden_members=rare(True, False),
            report_to_originator=rare(False, True),
            report_to_manager=st.booleans(),
            **shared,
        ),
    )


organisations = st.tuples(*map(recipient, NAMES)).map(lambda found: [each for each in found if each])
wishes = st.sampled_from([Notify.ABSENT, Notify.NEVER, Notify.FAILURE])  # successes are dropped for other reasons
envelopes = st.builds(
    Envelope,
    st.one_of(st.none(), st.sampled_from([*NAMES, "s@else.example"]).map(at)),
    st.lists(st.builds(Recipient, targets, wishes), min_size=1, max_size=6).map(tuple),
)

DONE = Relayed("mx.else.example", "192.0.2.9", ("250 2.0.0 ok",), dsn=False)
LATER = Failure(Status(4, 2, 0), 450, "remote-deferred", "later", Evidence(Stage.SEND), permanent=False)
NEVER = dataclasses.replace(LATER, status=Status(5, 1, 1), reply=550, permanent=True, cause="remote-user-unknown")


class World:
    """What became of one message; `luck` decides about each delivery in turn."""

    def __init__(
        self, items: Sequence[DirectoryObject], luck: Sequence[str], verdicts: Sequence[str] = ()
    ) -> None:
        self._verdicts = list(verdicts)
        self._organisation = Organisation(
            1,
            {"corp.example": AcceptedDomain("corp.example", default=True)},
            {item.name: item for item in items},
            send_connectors={each.name.lower(): each for each in (*defaults.SEND, FAX)},
            transport=TransportConfig(delay_after=30 * DAY),  # what is dropped are reports of failures
        )
        self._luck = list(luck)
        self.store = MemoryStore()
        self.copies: Counter[str] = Counter()

    async def live(self, envelope: Envelope, origin: Origin) -> None:
        clock = LoopClock()
        directory = TableDirectory(self.organisation)
        categorizer = Categorizer(self.organisation, directory, "mx.corp.example")
        queue = self.queue = Queue(
            self.store,
            categorizer,
            RouteSelector(self.organisation),
            self.deliver,
            Reporter(self.organisation, "mx.corp.example", clock),
            self.organisation,
            clock,
            NullSink(),
            ask=Asker(self.organisation, "mx.corp.example", clock),
        )
        self.answers = Answers(self.organisation, directory, queue.decide, clock, NullSink())
        await queue.start()
        headline = Headline("<1@corp.example>", "x")
        await queue.submit(Submission(self.store.next_id(), envelope, origin, headline, CONTENT, clock.now()))
        rounds = 0
        while await self.store.count() != (0, 0):
            rounds += 1
            assert rounds < 1000, "the queue never empties"
            await self.moderate()
            next_due = await self.store.next_due(clock.now())
            await _sleep_until(clock, next_due)
        await queue.stop(1.0)
        self.events = await self.store.tracking(TrackingFilter(limit=100_000))

    async def moderate(self) -> None:
        """Of what waits for a moderator, some is approved, some rejected, and some waits until it is too late."""
        for message in await self.store.messages(MessageFilter(queue="moderation")):
            word = self._verdicts.pop() if self._verdicts else "nobody"
            if word != "nobody":
                await self.queue.moderate(message.id, "", word == "approve", ("no",), "boss")

    def organisation(self) -> Organisation:
        return self._organisation

    async def deliver(self, transmission: Transmission) -> list[Outcome]:
        if transmission.hop.kind is HopKind.ARBITRATION:
            return await self.answers(transmission)
        out: list[Outcome] = []
        for pending in transmission.pending:
            word = self._luck.pop() if self._luck else "done"
            if word == "later":
                out.append(Deferred(LATER))
                continue
            if transmission.message.headline.message_id == "<1@corp.example>":
                self.copies[pending.mailbox or pending.foreign or str(pending.address)] += 1
            if word == "never":
                out.append(Failed(NEVER))
            else:
                out.append(Delivered(pending.mailbox) if pending.mailbox else DONE)
        return out


async def _sleep_until(clock: LoopClock, due: float | None) -> None:
    await asyncio.sleep(max(0.0, (due or 0) - clock.now()) + 1)


def check(
    items: list[DirectoryObject], envelope: Envelope, origin: Origin, luck: list[str], verdicts: list[str]
) -> None:
    world = World(items, luck, verdicts)
    run_jumping(world.live(envelope, origin))
    events = world.events
    approvals = sum(event.kind is Kind.APPROVE for event in events)  # each may bring it to the same people again
    assert all(count <= 1 + approvals for count in world.copies.values()), "somebody got it twice"
    assert set(world.copies) <= _reachable(envelope, items)
    first = next(event.message for event in events if event.kind is Kind.RECEIVE)
    ours, own = {first}, {first}
    for event in events:  # copies, and copies of copies
        if event.kind is Kind.COPY and event.data["of"] in ours:
            ours.add(event.message)
            if event.data["of"] in own and not event.data["group"]:  # for whom it is forwarded to
                own.add(event.message)
    _held_ones_are_decided(ours, events)
    ends = [event for event in events if event.message in ours and event.kind in ENDS]
    _each_ends_once(envelope, items, [event for event in ends if event.message in own])
    for message in ours:
        _failures_are_told(message, events)


def _each_ends_once(envelope: Envelope, items: list[DirectoryObject], ends: Sequence[Event]) -> None:
    """What leads to many has at least one end; whatever leads to one has one for each time that it was named."""
    named = Counter(str(each.address) for each in envelope.recipients)
    found = Counter(event.recipient for event in ends)
    assert set(named) <= set(found), "a recipient has no end"
    many = {
        address.key for item in items if isinstance(item, Group) or getattr(item, "deliver_and_forward", False)
        for address in item.addresses
    }  # fmt: skip
    for text, times in named.items():
        if not many:
            assert found[text] == times
        expanded = [event for event in ends if event.recipient == text and event.kind is Kind.EXPAND]
        assert len(expanded) <= len(items)


def _failures_are_told(message: str, events: Sequence[Event]) -> None:
    """Each failure is in one report, or was held back by a rule that the log names."""
    own = [event for event in events if event.message == message]
    failed = sum(event.kind is Kind.FAIL for event in own)
    reported = sum(
        int(event.data["recipients"])
        for event in own
        if event.kind is Kind.REPORT and event.data["kind"] == "failed"
    )
    dropped = [event for event in own if event.kind is Kind.DROP]
    assert all(event.data["rule"] for event in dropped)
    assert failed == reported + len(dropped)


def _held_ones_are_decided(ours: set[str], events: Sequence[Event]) -> None:
    """Whatever waited for a moderator was approved, rejected, or given up because nobody could or did decide."""
    counted = Counter(event.kind for event in events if event.message in ours)
    over = sum(
        event.kind is Kind.FAIL and event.cause in ("moderation-expired", "moderators-missing")
        for event in events
        if event.message in ours
    )
    held = counted[Kind.MODERATE]
    decided = counted[Kind.APPROVE] + counted[Kind.REJECT]
    assert decided <= held <= decided + over


def _reachable(envelope: Envelope, items: list[DirectoryObject]) -> set[str]:
    """The mailboxes and foreign addresses that the recipients can lead to when nothing is in the way."""
    owners: dict[str, list[DirectoryObject]] = {}
    for item in items:
        for address in item.addresses:
            owners.setdefault(address.key, []).append(item)
    waiting = [each.address for each in envelope.recipients]
    goals: set[str] = set()
    seen: set[str] = set()
    while waiting:
        address = waiting.pop()
        if str(address) in seen:
            continue
        seen.add(str(address))
        if address.domain != "corp.example":
            goals.add(str(address))
        if address.local.startswith("IMCEAFAX"):
            goals.add("FAX:+1")
        for item in owners.get(address.key, ()):
            if isinstance(item, Mailbox | Folder):
                goals.add(item.name)
            if isinstance(item, Contact) and item.foreign:
                goals.add(item.foreign)
            waiting += _leads(item, items)
    return goals


def _leads(item: DirectoryObject, items: list[DirectoryObject]) -> list[Address]:
    fields = ("forwarding_address", "forwarding_smtp_address", "external")
    out = [target for target in (getattr(item, field, None) for field in fields) if target is not None]
    if isinstance(item, Group):
        out += item.members
        if item.filter == "x = 1":
            out += [other.addresses[0] for other in items if "x=1" in other.attributes]
    return out


verdicts = st.lists(st.sampled_from(["approve", "approve", "reject", "nobody"]), max_size=8)
luck = st.lists(st.sampled_from(["done", "done", "never", "later"]), max_size=12)


@pytest.mark.timeout(1200 if MANY else 120)
@settings(max_examples=10_000 if MANY else 40)
@given(organisations, envelopes, st.sampled_from([INSIDE, OUTSIDE]), luck, verdicts)
def test_every_accepted_recipient_ends_in_one_way_with_a_logged_reason(
    items: list[DirectoryObject], envelope: Envelope, origin: Origin, luck: list[str], verdicts: list[str]
) -> None:
    check(items, envelope, origin, luck, verdicts)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@settings(max_examples=10_000, derandomize=False)
@given(organisations, envelopes, st.sampled_from([INSIDE, OUTSIDE]), luck, verdicts)
def test_ten_thousand_organisations_swallow_nobody(
    items: list[DirectoryObject], envelope: Envelope, origin: Origin, luck: list[str], verdicts: list[str]
) -> None:
    check(items, envelope, origin, luck, verdicts)
