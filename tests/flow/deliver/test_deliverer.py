"""Who delivers what, and what an error of our own does to a message: nothing but wait."""

from __future__ import annotations

import pytest

from saywhy.flow.deliver.deliverer import Deliverer
from saywhy.flow.stages import Transmission
from saywhy.model.event import Event, Kind
from saywhy.model.outcome import Deferred, Delivered, Outcome
from saywhy.model.queued import HopKind, NextHop
from tests.flow.deliver.builders import FixedClock, transmission


class Events:
    def __init__(self) -> None:
        self.seen: list[Event] = []

    def emit(self, event: Event) -> None:
        self.seen.append(event)


def says(word: str) -> object:
    async def deliver(sent: Transmission) -> list[Outcome]:
        return [Delivered(word) for _ in sent.pending]

    return deliver


async def broken(_sent: Transmission) -> list[Outcome]:
    raise RuntimeError("a mistake")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(HopKind.MAILBOX, "local"), (HopKind.DNS, "remote"), (HopKind.SMART_HOST, "remote")],
)
async def test_each_kind_of_hop_has_its_way(kind: HopKind, expected: str) -> None:
    deliver = Deliverer(says("local"), says("remote"), FixedClock(), Events())  # type: ignore[arg-type]
    assert await deliver(transmission("a@dest.test", hop=NextHop(kind))) == [Delivered(expected)]


@pytest.mark.parametrize("kind", list(HopKind))
async def test_an_error_of_ours_makes_the_message_wait_and_is_logged(kind: HopKind) -> None:
    events = Events()
    deliver = Deliverer(broken, broken, FixedClock(), events)
    outcomes = await deliver(transmission("a@dest.test", "b@dest.test", hop=NextHop(kind)))
    assert len(outcomes) == 2
    for outcome in outcomes:
        assert isinstance(outcome, Deferred)
        assert (str(outcome.failure.status), outcome.failure.cause) == ("4.3.0", "server-fault")
    (event,) = events.seen
    assert event.kind is Kind.FAULT
    assert event.message == "1-7"
    assert "Error" in event.text
    assert "deliverer.py" in str(event.data["traceback"])
