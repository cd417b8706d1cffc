"""A fault of ours is a deferral as long as it lasts: no 5xx on the wire, no report before the message expires.

All places that make a Failure are found in the source and called (factories.py), and each is held against what
the catalogue says of its cause (why/entries.Fault).  What the queue makes of deferrals, and of its neighbours
breaking, is tried with chance; what a whole server does is told by the laboratory's scenarios.  The exceptions are
those of the catalogue: an administrator's choice to refuse; faults that no waiting mends, which pass the guard.
"""

from __future__ import annotations

import dataclasses
import random
from functools import cache

import pytest

from saywhy.flow.queue import storm
from saywhy.infra.errors import StoreError
from saywhy.lab.clock import run_jumping
from saywhy.lab.scenario import Scenario, Where, scenarios
from saywhy.model.event import Kind
from saywhy.model.failure import Refused
from saywhy.model.organisation import FullAction, StoreState, TransportConfig, UnreachableAction
from saywhy.model.outcome import Deferred
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.catalogue import Act, Fault
from tests.flow import factories
from tests.flow.factories import Made
from tests.flow.queue.desk import HOUR, STEADY, Desk, failure, running

# Where mail is refused because an administrator has chosen so: the places, and what was chosen.
CHOSEN = {
    "saywhy.flow.categorize.failures.ambiguous": "ambiguous_action = reject",
    "saywhy.flow.deliver.failures.mailbox": "store_full_action = reject",
    "saywhy.flow.deliver.store_failures.disabled": "store_state = disabled",
    "saywhy.flow.deliver.store_failures.offline": "store_state = offline, after offline_grace",
    "saywhy.flow.deliver.store_failures.store_full": "store_full_action = reject",
    "saywhy.flow.queue.failures.removed_by_administrator": "message remove --ndr",
    "saywhy.flow.receive.refusals.not_active": "a receive connector that is closed",
    "saywhy.flow.route.failures.no_connector": "unreachable_action = reject",
    "saywhy.flow.route.failures.no_path": "unreachable_action = reject",
}
# Our administrator can change them, and nothing is broken: somebody decided so, or the sender's own doing.
DECISIONS = {
    "automatic-mail-loop",
    "client-not-served",
    "content-filter-refused",
    "folder-full",
    "folder-message-limit",
    "folder-permission-missing",
    "hop-count-exceeded",
    "pickup-unreadable",
    "rule-refused",
    "sender-blocked",
    "sender-restricted",
}
AT_ONCE = {
    Fault.SETTINGS: {"5.2.4", "5.3.5", "5.4.8"},
    Fault.MESSAGE: {"5.3.0", "5.7.7"},
    Fault.ENTRY: {"5.1.0", "5.1.2", "5.1.3", "5.1.5", "5.1.6", "5.1.7", "5.3.2", "5.4.6"},
}
WAITS = tuple(id_ for id_ in catalogue.causes() if catalogue.cause(id_).fault is Fault.WAITS)


@cache
def everything() -> tuple[list[Made], set[factories.Place]]:
    return factories.made()


@cache
def ours() -> list[tuple[Made, catalogue.Cause]]:
    """What this server says in its own name, with the cause of each."""
    return [
        (each, catalogue.cause(each.failure.cause)) for each in everything()[0] if not each.failure.from_remote
    ]


def final(each: Made) -> bool:
    """It ends the recipient, or refuses the client for good."""
    return each.failure.permanent or each.failure.reply >= 500


def test_every_place_in_the_source_that_makes_a_failure_is_looked_at() -> None:
    places = factories.places()
    assert len(places) > 40
    assert places - everything()[1] == set()


def test_every_cause_that_our_administrator_must_act_on_says_what_its_fault_may_do() -> None:
    unmarked = {
        id_
        for id_ in catalogue.causes()
        if (cause := catalogue.cause(id_)).ours and cause.act is Act.OUR_ADMIN and cause.fault is Fault.NONE
    }
    assert unmarked == DECISIONS


def test_a_fault_that_waits_is_never_final_nor_a_5xx() -> None:
    found = [(each, cause) for each, cause in ours() if cause.fault is Fault.WAITS]
    assert len({each.by for each, _ in found}) > 20
    wrong = {(each.by, each.failure.line()) for each, _ in found if final(each) or each.failure.status.class_ != 4}
    assert wrong == set()


def test_what_an_administrator_may_choose_to_refuse_is_refused_in_these_places_only() -> None:
    refusing = {each.by for each, cause in ours() if cause.fault is Fault.CHOICE and final(each)}
    assert refusing == CHOSEN.keys()


def test_nobody_has_chosen_to_refuse_before_an_administrator_does() -> None:
    config = TransportConfig()
    assert config.store_full_action is FullAction.DEFER
    assert config.store_state is StoreState.ONLINE
    assert config.offline_grace == 0
    assert config.unreachable_action is UnreachableAction.QUEUE


@pytest.mark.parametrize("fault", AT_ONCE)
def test_a_fault_that_no_waiting_mends_has_a_code_of_the_list_and_passes_the_guard(fault: Fault) -> None:
    found = [(each.failure, cause) for each, cause in ours() if cause.fault is fault and each.failure.permanent]
    assert {str(failure.status) for failure, _ in found} <= AT_ONCE[fault]
    assert all(storm.guarded(cause, failure, expired=False) for failure, cause in found)


# -- the queue: what it makes of deferrals, and of its neighbours breaking --


class Trouble:
    """Neighbours that never get anything done: each time another fault of ours, or an error of their own."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        transport = dataclasses.replace(
            STEADY, expire_after=6 * HOUR, delay_after=HOUR, storm_messages=self.random.choice((0, 2))
        )
        self.desk = Desk(transport=transport, script=self.deliver)
        self.resolve = self.desk.categorize
        self.desk.categorize = self.categorize  # type: ignore[method-assign]
        self.desk.queue = self.desk.make()

    def outcome(self) -> Deferred:
        if self.random.random() < 0.1:
            raise self.random.choice([StoreError("full", full=True), RuntimeError("x"), OSError("x")])
        cause = self.random.choice(WAITS)
        made = failure(str(Status(4, self.random.randrange(8), self.random.randrange(10))), cause)
        return Deferred(made)

    def deliver(self, transmission):
        return [self.outcome() for _ in transmission.pending]

    async def categorize(self, message):
        found = await self.resolve(message)
        if message.envelope.sender is not None and self.random.random() < 0.3:
            return [dataclasses.replace(entry, outcome=self.outcome()) for entry in found]
        return found


async def sent(desk: Desk, *recipients: str) -> None:
    """A refusal at the end of the data is no loss, if it is one for now."""
    try:
        await desk.send(*recipients)
    except Refused as error:
        if error.failure.permanent or error.failure.reply >= 500:
            raise


async def lived(seed: int) -> None:
    trouble = Trouble(seed)
    desk, domains = trouble.desk, ("one.test", "two.test", "far.test")
    desk.unreachable.add("far.test")
    async with running(desk):
        for number in range(5):
            some = domains[: trouble.random.randrange(1, 4)]
            await sent(desk, *(f"r{number}@{domain}" for domain in some))
        last = desk.clock.now()
        await desk.settled(5 * HOUR)
        assert [report for report in desk.reports if report.kind == "failed"] == []
        assert desk.sink.of(Kind.FAIL, Kind.HOLD, Kind.REMOVE) == []
        await desk.settled(4 * HOUR)
        ended = desk.sink.of(Kind.FAIL, Kind.HOLD)
        assert all(event.at >= last for event in ended)
        assert ended


@pytest.mark.parametrize("seed", range(4))
def test_the_queue_reports_nothing_before_expiry_whatever_of_ours_is_broken(seed: int) -> None:
    run_jumping(lived(seed))


# -- the laboratory: what a whole server does --


def _expires(scenario: Scenario) -> bool:
    return "expire_after" in scenario.transport or "BY=" in scenario.source


@pytest.mark.parametrize(
    "scenario",
    [
        each
        for each in scenarios().values()
        if each.expected is not None
        and each.expected.where is not Where.NOTHING
        and each.made_by.value == "cause"
        and catalogue.cause(each.expected.cause).fault is Fault.WAITS
    ],
    ids=lambda scenario: scenario.id,
)
def test_a_scenario_of_a_fault_that_waits_defers_or_has_expired(scenario: Scenario) -> None:
    assert scenario.expected is not None
    assert scenario.expected.action in ("delayed", "deferred") or _expires(scenario)
