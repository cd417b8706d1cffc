"""The one place that decides whether a report leaves (spec B7, errata 5, 61 to 68).

What is due follows from the outcome and, for successes, from NOTIFY.  What is due passes the rules in the spec's
order; the first that holds it back is named in the tracking event.  The rules read `Switches`: a switch whose
object is not there yet has its default, and whoever adds the object fills it in `switches`, nowhere else.

The spec's ninth switch, the cap on reports per sender and hour, is no rule here: for an honest sender each report
is a duty (RFC 5321 section 6.1), so a cap may gather reports into one that names every recipient, but never drop
one (errata 61).  Recipients of one message that fail together are one report already (reporter).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from saywhy.flow.stages import Settled
from saywhy.model.envelope import Notify
from saywhy.model.organisation import Organisation
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Outcome, Relayed
from saywhy.model.queued import Message
from saywhy.wire.report.values import Action

SUCCESSES = frozenset({Action.DELIVERED, Action.RELAYED, Action.EXPANDED})


class GroupReports(enum.Enum):
    """Who gets the reports about a group's members (spec B7.3)."""

    ORIGINATOR = "originator"
    MANAGER = "manager"  # failures only; the group's expansion has put the manager into the reverse-path
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Switches:
    """What holds for one message."""

    group_reports: GroupReports = GroupReports.ORIGINATOR  # B7.3
    connector_dsn: bool = True  # B7.4: the receive connector's DSN extension
    backscatter: bool = False  # B7.5, B8: the reverse-path is very probably forged, or the message hostile
    dial_plan_ndr: bool = True  # B7.6
    remote_domain_ndr: bool = True  # B7.7
    remote_domain_delivery_reports: bool = True  # B7.7
    delay_reports: bool = True  # B7.8


@dataclass(frozen=True, slots=True)
class Case:
    """One report that is due, before the rules."""

    action: Action
    notify: Notify
    null_path: bool
    internal: bool
    switches: Switches


def _null_path(case: Case) -> bool:
    return case.null_path


def _not_wanted(case: Case) -> bool:
    """RFC 3461 section 4.1: an absent NOTIFY asks for failures, and lets delays be told."""
    if case.notify is Notify.ABSENT:
        return case.action in SUCCESSES
    return not case.notify & _KEYWORDS[case.action]


_KEYWORDS = {
    Action.FAILED: Notify.FAILURE,
    Action.DELAYED: Notify.DELAY,
    Action.DELIVERED: Notify.SUCCESS,
    Action.RELAYED: Notify.SUCCESS,
    Action.EXPANDED: Notify.SUCCESS,
}


def _group_says_no(case: Case) -> bool:
    match case.switches.group_reports:
        case GroupReports.ORIGINATOR:
            return False
        case GroupReports.MANAGER:
            return case.action is not Action.FAILED
        case GroupReports.NOBODY:
            return True


def _connector_says_no(case: Case) -> bool:
    """A connector without DSN honours no NOTIFY; plain failure reports still leave (errata 68)."""
    return case.action in SUCCESSES and not case.switches.connector_dsn


def _backscatter(case: Case) -> bool:
    return case.switches.backscatter


def _dial_plan_says_no(case: Case) -> bool:
    return case.action is Action.FAILED and not case.switches.dial_plan_ndr


def _remote_domain_says_no(case: Case) -> bool:
    """Readers of our own are no remote domain."""
    if case.internal:
        return False
    switches = case.switches
    allowed = (
        switches.remote_domain_ndr if case.action is Action.FAILED else switches.remote_domain_delivery_reports
    )
    return not allowed


def _delays_off(case: Case) -> bool:
    return case.action is Action.DELAYED and not case.switches.delay_reports


# Spec B7 in its order: the name that the tracking event gives, and what holds a report back.
RULES: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("null-reverse-path", _null_path),
    ("notify", _not_wanted),
    ("group-reports", _group_says_no),
    ("connector-dsn", _connector_says_no),
    ("backscatter", _backscatter),
    ("dial-plan", _dial_plan_says_no),
    ("remote-domain", _remote_domain_says_no),
    ("delay-reports", _delays_off),
)


def held_back_by(case: Case) -> str:
    """The name of the first rule that holds the report back; empty when it leaves."""
    return next((name for name, holds_back in RULES if holds_back(case)), "")


def due(settled: Settled) -> Action | None:
    """The report that an outcome calls for: failures and delays always, successes where they were asked for."""
    action = _action(settled.outcome)
    if action in SUCCESSES and not settled.pending.recipient.notify & Notify.SUCCESS:
        return None
    return action


def _action(outcome: Outcome) -> Action | None:
    match outcome:
        case Failed():
            return Action.FAILED
        case Deferred():
            return Action.DELAYED
        case Delivered():
            return Action.DELIVERED
        case Relayed(dsn=True):
            return None  # the next hop took the wish along and reports itself (RFC 3461 section 5.2.2)
        case Relayed():
            return Action.RELAYED
        case Expanded(list=True):
            return Action.DELIVERED  # RFC 3461 section 5.2.7.1
        case Expanded():
            return Action.EXPANDED
        case _:
            assert_never(outcome)


def case(message: Message, settled: Settled, action: Action, organisation: Organisation) -> Case:
    return Case(
        action=action,
        notify=settled.pending.recipient.notify,
        null_path=message.envelope.sender is None,
        internal=message.origin.internal,
        switches=switches(message, organisation),
    )


def switches(message: Message, organisation: Organisation) -> Switches:
    """The switches of the objects that exist."""
    connector = organisation.receive_connectors.get(message.origin.connector.lower())
    return Switches(connector_dsn=connector is None or connector.dsn)
