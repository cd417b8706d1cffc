"""Whether a report leaves: what is due, and the rules that hold it back, in the spec's order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.report.decide import RULES, Case, GroupReports, Switches, due, held_back_by, switches
from saywhy.model.envelope import Notify
from saywhy.model.organisation import ReceiveConnector
from saywhy.model.outcome import Outcome, Relayed
from saywhy.wire.report.values import Action
from tests.flow.report.examples import (
    DELAYED,
    DELIVERED,
    EXPANDED,
    EXTERNAL,
    ORGANISATION,
    RELAYED,
    UNKNOWN,
    World,
    message,
    settled,
)

ABSENT, NEVER, SUCCESS = Notify.ABSENT, Notify.NEVER, Notify.SUCCESS
FAILURE, DELAY = Notify.FAILURE, Notify.DELAY


def case(
    action: Action, notify: Notify = ABSENT, *, null: bool = False, internal: bool = False, **on: object
) -> Case:
    return Case(action, notify, null, internal, replace(Switches(), **on))  # type: ignore[arg-type]


def test_the_rules_stand_in_the_order_of_the_specification() -> None:
    assert [name for name, _ in RULES] == [
        "null-reverse-path",
        "notify",
        "group-reports",
        "connector-dsn",
        "backscatter",
        "dial-plan",
        "remote-domain",
        "delay-reports",
    ]


@pytest.mark.parametrize(
    ("action", "notify", "leaves"),
    [
        (Action.FAILED, ABSENT, True),
        (Action.FAILED, FAILURE, True),
        (Action.FAILED, FAILURE | DELAY | SUCCESS, True),
        (Action.FAILED, DELAY, False),
        (Action.FAILED, SUCCESS, False),
        (Action.FAILED, NEVER, False),
        (Action.DELAYED, ABSENT, True),
        (Action.DELAYED, DELAY, True),
        (Action.DELAYED, FAILURE, False),
        (Action.DELAYED, SUCCESS | FAILURE, False),
        (Action.DELAYED, NEVER, False),
        (Action.DELIVERED, SUCCESS, True),
        (Action.DELIVERED, ABSENT, False),
        (Action.RELAYED, SUCCESS | FAILURE, True),
        (Action.RELAYED, FAILURE, False),
        (Action.EXPANDED, SUCCESS, True),
        (Action.EXPANDED, NEVER, False),
    ],
)
def test_r5_notify_decides_and_its_absence_asks_for_failures_and_lets_delays_be_told(
    action: Action, notify: Notify, leaves: bool
) -> None:
    assert held_back_by(case(action, notify)) == ("" if leaves else "notify")


@pytest.mark.parametrize("action", Action)
def test_r2_nothing_ever_leaves_for_a_null_reverse_path(action: Action) -> None:
    assert held_back_by(case(action, SUCCESS | FAILURE | DELAY, null=True)) == "null-reverse-path"


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        (case(Action.FAILED, group_reports=GroupReports.NOBODY), "group-reports"),
        (case(Action.DELAYED, group_reports=GroupReports.MANAGER), "group-reports"),
        (case(Action.DELIVERED, SUCCESS, connector_dsn=False), "connector-dsn"),
        (case(Action.FAILED, backscatter=True), "backscatter"),
        (case(Action.FAILED, dial_plan_ndr=False), "dial-plan"),
        (case(Action.FAILED, remote_domain_ndr=False), "remote-domain"),
        (case(Action.DELAYED, remote_domain_delivery_reports=False), "remote-domain"),
        (case(Action.DELAYED, delay_reports=False), "delay-reports"),
    ],
)
def test_a_switch_holds_back_and_is_named(held: Case, rule: str) -> None:
    assert held_back_by(held) == rule


@pytest.mark.parametrize(
    "leaving",
    [
        case(Action.FAILED, group_reports=GroupReports.MANAGER),
        case(Action.FAILED, connector_dsn=False),  # ordinary failure reports still go out
        case(Action.DELAYED, connector_dsn=False),
        case(Action.DELAYED, dial_plan_ndr=False),
        case(Action.FAILED, remote_domain_delivery_reports=False),
        case(Action.DELAYED, remote_domain_ndr=False),
        case(Action.FAILED, internal=True, remote_domain_ndr=False),  # our own readers are no remote domain
        case(Action.FAILED, delay_reports=False),
    ],
)
def test_a_switch_holds_back_only_what_it_is_about(leaving: Case) -> None:
    assert held_back_by(leaving) == ""


def test_the_first_rule_that_holds_back_is_the_one_that_is_named() -> None:
    everything_off = case(Action.FAILED, NEVER, null=True, backscatter=True, dial_plan_ndr=False)
    assert held_back_by(everything_off) == "null-reverse-path"
    assert held_back_by(replace(everything_off, null_path=False)) == "notify"
    assert held_back_by(replace(everything_off, null_path=False, notify=ABSENT)) == "backscatter"


@pytest.mark.parametrize(
    ("outcome", "notify", "action"),
    [
        (UNKNOWN, ABSENT, Action.FAILED),
        (UNKNOWN, NEVER, Action.FAILED),  # due, and held back by a rule that tracking names
        (DELAYED, ABSENT, Action.DELAYED),
        (DELIVERED, SUCCESS, Action.DELIVERED),
        (DELIVERED, ABSENT, None),
        (DELIVERED, FAILURE | DELAY, None),
        (RELAYED, SUCCESS, Action.RELAYED),
        (RELAYED, ABSENT, None),
        (Relayed("mx.test", "192.0.2.1", ("250 OK",), dsn=True), SUCCESS, None),
        (EXPANDED, SUCCESS, Action.EXPANDED),
        (EXPANDED, ABSENT, None),
    ],
)
def test_r6_successes_are_due_only_when_asked_for_and_not_when_the_next_hop_reports_itself(
    outcome: Outcome, notify: Notify, action: Action | None
) -> None:
    assert due(settled(outcome, notify=notify)) is action


def test_a_receive_connector_with_dsn_switched_off_is_the_connector_switch() -> None:
    off = {"internet": ReceiveConnector("Internet", ("smtp",), dsn=False)}
    arrived = message(origin=EXTERNAL)
    assert switches(arrived, ORGANISATION) == Switches()
    assert switches(arrived, replace(ORGANISATION, receive_connectors=off)) == Switches(connector_dsn=False)
    assert switches(arrived, replace(ORGANISATION, receive_connectors={})) == Switches()


def test_each_failure_and_delay_is_either_reported_or_suppressed_with_its_rule() -> None:
    results = [
        settled(UNKNOWN, "a@corp.example"),
        settled(UNKNOWN, "b@corp.example", NEVER),
        settled(DELAYED, "c@corp.example", FAILURE),
        settled(DELIVERED, "d@corp.example"),
    ]
    reports = World().report(message(), results)
    assert [report.about for report in reports.outgoing] == [(results[0],)]
    assert [(held.settled, held.rule) for held in reports.suppressed] == [
        (results[1], "notify"),
        (results[2], "notify"),
    ]
