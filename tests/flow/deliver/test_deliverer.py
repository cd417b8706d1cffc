"""Who delivers what, and what an error of our own does to a message: nothing but wait."""

from __future__ import annotations

import pytest

from saywhy.flow.deliver.deliverer import Deliverer
from saywhy.flow.stages import Transmission
from saywhy.model.event import Event, Kind
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Delivered, Outcome
from saywhy.model.queued import HopKind, NextHop, Pending
from tests.flow.deliver.builders import FixedClock, transmission


class Way:
    """Delivers by saying its name; a look at it meets `failure`."""

    def __init__(self, name: str, failure: Failure | None = None) -> None:
        self.name = name
        self.failure = failure
        self.looked: list[object] = []

    async def __call__(self, sent: Transmission) -> list[Outcome]:
        return [Delivered(self.name) for _ in sent.pending]

    async def check(self, what: Pending | NextHop) -> Failure | None:
        self.looked.append(what)
        return self.failure


class Broken:
    async def __call__(self, _sent: Transmission) -> list[Outcome]:
        raise RuntimeError("a mistake")

    async def check(self, _what: object) -> Failure | None:
        raise RuntimeError("a mistake")


class Events:
    def __init__(self) -> None:
        self.seen: list[Event] = []

    def emit(self, event: Event) -> None:
        self.seen.append(event)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(HopKind.MAILBOX, "local"), (HopKind.DNS, "remote"), (HopKind.SMART_HOST, "remote")],
)
async def test_each_kind_of_hop_has_its_way(kind: HopKind, expected: str) -> None:
    deliver = Deliverer(Way("local"), Way("remote"), FixedClock(), Events())
    assert await deliver(transmission("a@dest.test", hop=NextHop(kind))) == [Delivered(expected)]


@pytest.mark.parametrize("kind", list(HopKind))
async def test_an_error_of_ours_makes_the_message_wait_and_is_logged(kind: HopKind) -> None:
    events = Events()
    deliver = Deliverer(Broken(), Broken(), FixedClock(), events)
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


async def test_a_look_goes_where_the_mail_would_go() -> None:
    local, remote = Way("local"), Way("remote")
    deliver = Deliverer(local, remote, FixedClock(), Events())
    (pending,) = transmission("a@dest.test", hop=NextHop(HopKind.MAILBOX)).pending
    assert await deliver.check(pending.hop, pending) is None
    assert await deliver.check(NextHop(HopKind.DNS, "dest.test", "Internet"), None) is None
    assert await deliver.check(NextHop(HopKind.MAILBOX), None) is None
    assert (local.looked, remote.looked) == ([pending], [NextHop(HopKind.DNS, "dest.test", "Internet")])


async def test_a_look_that_breaks_finds_that_something_is_in_the_way() -> None:
    events = Events()
    failure = await Deliverer(Broken(), Broken(), FixedClock(), events).check(NextHop(HopKind.DNS, "x.test"), None)
    assert failure is not None
    assert failure.cause == "server-fault"
    assert events.seen[0].kind is Kind.FAULT
