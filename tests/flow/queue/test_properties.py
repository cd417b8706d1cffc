"""R1: after 250 a recipient ends in exactly one of delivered, relayed, report, drop in the log; and only once."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.flow.queue.settings import QueueSettings
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import TrackingFilter
from saywhy.lab.clock import run_jumping
from saywhy.model.envelope import Notify
from saywhy.model.event import Kind
from saywhy.model.outcome import Delivered, Relayed
from saywhy.model.queued import QueueId
from tests.flow.queue.desk import (
    DONE,
    HOUR,
    LATER,
    NO_ANSWER,
    SENDER,
    STEADY,
    UNKNOWN,
    Desk,
    group,
    mailbox,
    running,
)

ENDS = {Kind.DELIVER, Kind.SEND, Kind.FAIL, Kind.REMOVE, Kind.DUPLICATE}


class Chance:
    """A world that does anything: per attempt, per recipient, with breaks and store faults in between."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.copies: Counter[tuple[QueueId, str]] = Counter()
        self.desk = Desk(
            transport=dataclasses.replace(
                STEADY, expire_after=6 * HOUR, report_expire_after=6 * HOUR, delay_after=HOUR, retry_jitter=0.1
            ),
            script=self.deliver,
            settings=QueueSettings(window=15, window_per_hop=6, max_attempts=3, content_bytes=200, idle=600),
            known={
                "jo@corp.example": mailbox("jo"),
                "jo.b@corp.example": mailbox("jo"),
                "staff@corp.example": group("a@one.test", "b@two.test", "jo@three.test"),
                "nobody@corp.example": UNKNOWN,
                "slow@corp.example": LATER,
            },
            unreachable={"far.test"},
        )

    def deliver(self, transmission):
        if self.random.random() < 0.05:
            raise RuntimeError("the deliverer broke")
        if self.random.random() < 0.2:
            return [NO_ANSWER] * len(transmission.pending)
        choices = [DONE, Delivered("jo"), UNKNOWN, LATER, NO_ANSWER]
        outcomes = self.random.choices(choices, weights=[4, 2, 1, 3, 1], k=len(transmission.pending))
        for pending, outcome in zip(transmission.pending, outcomes, strict=True):
            if isinstance(outcome, Delivered | Relayed):
                self.copies[pending.message, pending.mailbox or str(pending.address)] += 1
        return outcomes

    def recipients(self) -> list[str]:
        names = [*self.desk.known, "x@far.test"]
        names += [f"{name}@{domain}.test" for name in "abcd" for domain in ("one", "two", "three")]
        return self.random.sample(names, self.random.randint(1, 8))


async def _live(seed: int) -> None:
    chance = Chance(seed)
    desk = chance.desk
    sent = {}
    async with running(desk):
        desk.store.linger = chance.random.choice([0.0, 0.0, 0.2])
        for number in range(12):
            sender = SENDER if number % 4 else None
            notify = Notify.NEVER if number % 5 == 0 else Notify.ABSENT
            recipients = chance.recipients()
            sent[await desk.send(*recipients, sender=sender, notify=notify)] = recipients
            desk.store.before = [StoreError("no space", full=True)] * chance.random.choice([0, 0, 0, 2])
            await desk.settled(chance.random.choice([0, 0, 1, 400]))
            desk.store.before.clear()
            await _meddle(chance, sent)
        await desk.settled(HOUR)
        await desk.queue.stop(5.0)
        desk.queue = desk.make()
        await desk.queue.start()
        desk.known["slow@corp.example"] = mailbox("slow")
        await desk.settled(20 * HOUR)
        assert await desk.empty()
        assert set(chance.copies.values()) == {1}
        for message, recipients in sent.items():
            await _accounted(desk, str(message), recipients)


async def _meddle(chance: Chance, sent) -> None:
    if chance.random.random() < 0.2:
        await chance.desk.queue.remove(chance.random.choice(list(sent)), ndr=chance.random.random() < 0.5)
    if chance.random.random() < 0.2:
        await chance.desk.queue.retry(None, chance.random.choice(list(sent)))


async def _accounted(desk: Desk, message: str, recipients: list[str]) -> None:
    rows = await desk.store.tracking(TrackingFilter(message=message))
    ends = Counter(row.recipient for row in rows if row.kind in ENDS)
    expanded = Counter(row.recipient for row in rows if row.kind is Kind.EXPAND)
    members = sum(int(row.data["members"]) for row in rows if row.kind is Kind.EXPAND)
    for recipient in recipients:
        if recipient != "staff@corp.example":
            assert ends[recipient] == 1, (recipient, rows)
    assert sum(ends.values()) == len(recipients) - sum(expanded.values()) + members
    unhappy = sum(row.kind is Kind.FAIL for row in rows)
    reports = [row for row in rows if row.kind is Kind.REPORT and row.data["kind"] == "failed"]
    told = sum(int(row.data["recipients"]) for row in reports)
    dropped = sum(row.kind is Kind.DROP for row in rows)
    removed = sum(row.kind is Kind.REMOVE and bool(row.data["ndr"]) for row in rows)
    assert unhappy + removed <= told + dropped


@given(st.integers(min_value=0, max_value=2**32))
@settings(max_examples=40, deadline=None)
def test_r1_every_accepted_recipient_is_delivered_relayed_reported_or_dropped_in_the_log(seed: int) -> None:
    run_jumping(_live(seed))
