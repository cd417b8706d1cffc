"""Whether a report leaves: what is due, and the rules that hold it back, in the spec's order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.report.decide import RULES, Case, Switches, due, held_back_by, switches
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Origin, ReversePath
from saywhy.model.organisation import AcceptedDomain, DomainType, ReceiveConnector, TransportConfig
from saywhy.model.outcome import Outcome, Relayed
from saywhy.model.queued import Message
from saywhy.model.report_switches import DialPlan, Lockdown, RemoteDomain
from saywhy.wire.report.values import Action
from tests.flow.report.examples import (
    CONTENT,
    DELAYED,
    DELIVERED,
    EXPANDED,
    EXTERNAL,
    GUY,
    NOW,
    ORGANISATION,
    RELAYED,
    STRANGER,
    UNKNOWN,
    World,
    message,
    settled,
)

ABSENT, NEVER, SUCCESS = Notify.ABSENT, Notify.NEVER, Notify.SUCCESS
FAILURE, DELAY = Notify.FAILURE, Notify.DELAY


def case(action: Action, notify: Notify = ABSENT, *, null: bool = False, **on: object) -> Case:
    return Case(action, notify, null, replace(Switches(), **on))  # type: ignore[arg-type]


def found(arrived: Message, now: float = NOW, **objects: object) -> Switches:
    """The switches in an organisation with these objects."""
    return switches(arrived, CONTENT, replace(ORGANISATION, **objects), now)  # type: ignore[arg-type]


def test_the_rules_stand_in_the_order_of_the_specification() -> None:
    assert [name for name, _ in RULES] == [
        "null-reverse-path",
        "notify",
        "moderation",
        "connector-dsn",
        "forged-reverse-path",
        "reverse-path-nowhere",
        "unverified-reverse-path",
        "dial-plan",
        "lockdown",
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
        (case(Action.DELIVERED, SUCCESS, connector_dsn=False), "connector-dsn"),
        (case(Action.FAILED, reverse_path=ReversePath.FORGED), "forged-reverse-path"),
        (case(Action.DELIVERED, SUCCESS, reverse_path=ReversePath.FORGED), "forged-reverse-path"),
        (case(Action.DELAYED, reverse_path=ReversePath.NOWHERE), "reverse-path-nowhere"),
        (
            case(Action.FAILED, reverse_path=ReversePath.UNVERIFIED, unverified_ndr=False),
            "unverified-reverse-path",
        ),
        (case(Action.FAILED, dial_plan_ndr=False), "dial-plan"),
        (case(Action.FAILED, lockdown=True), "lockdown"),
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
        case(Action.FAILED, reverse_path=ReversePath.VERIFIED, unverified_ndr=False),
        case(Action.FAILED, reverse_path=ReversePath.UNKNOWN, unverified_ndr=False),
        case(Action.FAILED, reverse_path=ReversePath.UNVERIFIED),
        case(Action.FAILED, connector_dsn=False),  # ordinary failure reports still go out
        case(Action.DELAYED, connector_dsn=False),
        case(Action.DELAYED, dial_plan_ndr=False),
        case(Action.FAILED, remote_domain_delivery_reports=False),
        case(Action.DELAYED, remote_domain_ndr=False),
        case(Action.DELAYED, lockdown=True),
        case(Action.FAILED, delay_reports=False),
    ],
)
def test_a_switch_holds_back_only_what_it_is_about(leaving: Case) -> None:
    assert held_back_by(leaving) == ""


def test_the_first_rule_that_holds_back_is_the_one_that_is_named() -> None:
    off = {
        "reverse_path": ReversePath.FORGED,
        "dial_plan_ndr": False,
        "lockdown": True,
        "remote_domain_ndr": False,
    }
    everything_off = case(Action.FAILED, NEVER, null=True, **off)
    assert held_back_by(everything_off) == "null-reverse-path"
    assert held_back_by(replace(everything_off, null_path=False)) == "notify"
    wanted = replace(everything_off, null_path=False, notify=ABSENT)
    for rule, switch in (
        ("forged-reverse-path", {"reverse_path": ReversePath.NOWHERE}),
        ("reverse-path-nowhere", {"reverse_path": ReversePath.UNKNOWN}),
        ("dial-plan", {"dial_plan_ndr": True}),
        ("lockdown", {"lockdown": False}),
        ("remote-domain", {"remote_domain_ndr": True}),
    ):
        assert held_back_by(wanted) == rule
        wanted = replace(wanted, switches=replace(wanted.switches, **switch))
    assert held_back_by(wanted) == ""


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
    arrived = message(STRANGER, EXTERNAL)
    assert found(arrived) == Switches()
    assert found(arrived, receive_connectors=off) == Switches(connector_dsn=False)
    assert found(arrived, receive_connectors={}) == Switches()


def test_the_most_specific_remote_domain_of_the_reader_decides() -> None:
    remote_domains = {
        "*": RemoteDomain("Default", "*", ndr=False),
        "*.elsewhere.example": RemoteDomain("Below", "*.elsewhere.example", delivery_reports=False),
        "elsewhere.example": RemoteDomain("Elsewhere", "elsewhere.example"),
    }
    for domain, expected in (
        ("elsewhere.example", Switches()),
        ("ELSEWHERE.example", Switches()),
        ("a.b.elsewhere.example", Switches(remote_domain_delivery_reports=False)),
        ("notelsewhere.example", Switches(remote_domain_ndr=False)),
        ("[192.0.2.1]", Switches(remote_domain_ndr=False)),
        ("corp.example", Switches()),  # our own readers are no remote domain
    ):
        assert found(message(Address("ann", domain), EXTERNAL), remote_domains=remote_domains) == expected


def test_a_reader_in_a_domain_that_only_passes_through_is_outside() -> None:
    remote_domains = {"*": RemoteDomain("Default", "*", ndr=False)}
    for type_, held in (
        (DomainType.AUTHORITATIVE, False),
        (DomainType.INTERNAL_RELAY, False),
        (DomainType.EXTERNAL_RELAY, True),
    ):
        domains = {"corp.example": AcceptedDomain("corp.example", type_)}
        switched = found(message(GUY), domains=domains, remote_domains=remote_domains)
        assert switched.remote_domain_ndr is not held


def test_a_lockdown_is_for_the_remote_domain_of_everything_and_ends_by_the_clock() -> None:
    lockdowns = {"virus": Lockdown("virus", NOW - 60, NOW + 60), "spam": Lockdown("spam", NOW - 60, NOW - 1)}
    named = {"partner.example": RemoteDomain("Partner", "partner.example")}
    stranger = message(STRANGER, EXTERNAL)
    assert found(stranger, lockdowns=lockdowns) == Switches(lockdown=True)
    assert found(stranger, now=NOW + 60, lockdowns=lockdowns) == Switches()
    assert found(message(GUY), lockdowns=lockdowns) == Switches()
    partner = message(Address("bob", "partner.example"), EXTERNAL)
    assert found(partner, lockdowns=lockdowns, remote_domains=named) == Switches()


def test_delay_reports_are_switched_for_readers_inside_and_outside_apart() -> None:
    for inside in (True, False):
        config = TransportConfig(report_internal_delays=inside, report_external_delays=not inside)
        assert found(message(GUY), transport=config).delay_reports is inside
        assert found(message(STRANGER, EXTERNAL), transport=config).delay_reports is not inside


def test_a_message_belongs_to_the_dial_plan_of_its_connector_or_of_its_stamp() -> None:
    plans = {
        "phones": DialPlan("Phones", "client", ndr=False),
        "fax": DialPlan("Fax", ndr=False),
        "quiet": DialPlan("Quiet", "Elsewhere"),
    }
    outside = Origin("Internet", "ESMTP", "198.51.100.9")

    def off(arrived: Message, content: bytes = CONTENT) -> bool:
        return not switches(arrived, content, replace(ORGANISATION, dial_plans=plans), NOW).dial_plan_ndr

    assert off(message())  # through "Client"
    assert not off(message(origin=outside))
    assert off(message(origin=replace(outside, internal=True)), b"X-SayWhy-Dial-Plan: FAX\r\n" + CONTENT)
    assert not off(message(origin=outside), b"X-SayWhy-Dial-Plan: fax\r\n" + CONTENT)  # a stranger's stamp
    assert not off(message(), b"X-SayWhy-Dial-Plan: Quiet\r\n" + CONTENT)  # the stamp goes first
    assert off(message(), b"X-SayWhy-Dial-Plan: nonsense\r\n" + CONTENT)
    assert off(message(), CONTENT + b"X-SayWhy-Dial-Plan: Quiet\r\n")  # in the body it is none


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


def test_the_notice_that_a_deadline_has_passed_is_no_delay_that_a_switch_may_hold_back() -> None:
    late = replace(case(Action.DELAYED, delay_reports=False), promised=True)
    assert held_back_by(late) == ""
    assert held_back_by(replace(late, notify=DELAY)) == ""
    assert held_back_by(replace(late, notify=FAILURE)) == "notify"
    assert held_back_by(replace(late, promised=False)) == "delay-reports"


@pytest.mark.parametrize(("notify", "rule"), [(ABSENT, ""), (FAILURE, ""), (DELAY, ""), (NEVER, "notify")])
def test_that_a_message_left_the_reach_of_its_deadline_only_never_keeps_from_the_sender(
    notify: Notify, rule: str
) -> None:
    assert held_back_by(replace(case(Action.RELAYED, notify), promised=True)) == rule
