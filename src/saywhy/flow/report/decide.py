"""The one place that decides whether a report leaves (spec B7, errata 5, 61 to 68).

What is due follows from the outcome and, for successes, from NOTIFY.  What is due passes the rules in the spec's
order; the first that holds it back is named in the tracking event.  The rules read `Switches`, which `switches`
fills from the message and the organisation's objects.  The spec's third switch is no rule here: a group whose
reports do not go to the sender has given its members a copy of the message with another reverse-path (errata 66),
for which the first rule holds reports back, or which leads to the owner.

The spec's ninth switch, the cap on reports per sender and hour, is no rule here: for an honest sender each report
is a duty (RFC 5321 section 6.1), so what is above the cap is gathered into one report that names every recipient
(flow/queue/cap, errata 61).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from saywhy.flow.report.dial_plan import dial_plan
from saywhy.flow.report.reader import remote_domain
from saywhy.flow.stages import Settled
from saywhy.model import address_space
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, ReversePath
from saywhy.model.moderation import Notices
from saywhy.model.organisation import DirectoryObject, Organisation
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Outcome, Relayed
from saywhy.model.queued import Message
from saywhy.wire.report.values import Action

MODERATION = frozenset({"moderator-refused", "moderation-expired"})  # causes
SUCCESSES = frozenset({Action.DELIVERED, Action.RELAYED, Action.EXPANDED})


@dataclass(frozen=True, slots=True)
class Switches:
    """What holds for one message."""

    connector_dsn: bool = True  # B7.4: the receive connector's DSN extension
    reverse_path: ReversePath = ReversePath.UNKNOWN  # B7.5, B8: as it was found when the message came
    unverified_ndr: bool = True  # B8: reports on messages of which nothing proves the sender
    dial_plan_ndr: bool = True  # B7.6
    lockdown: bool = False  # B7.7, B8: the remote domain that is for everything has its NDRs off for a while
    recipients: Mapping[str, DirectoryObject] = field(default_factory=dict)  # who has `moderation_notices`
    remote_domain_ndr: bool = True  # B7.7
    remote_domain_delivery_reports: bool = True  # B7.7
    delay_reports: bool = True  # B7.8


@dataclass(frozen=True, slots=True)
class Case:
    """One report that is due, before the rules."""

    action: Action
    notify: Notify
    null_path: bool
    switches: Switches
    promised: bool = False  # a deadline of the sender's makes it a duty (RFC 2852)
    moderation: bool = False  # a moderator, or that none decided, and its sender is not to hear of it


def _null_path(case: Case) -> bool:
    return case.null_path


def _not_wanted(case: Case) -> bool:
    """RFC 3461 section 4.1: an absent NOTIFY asks for failures, and lets delays be told."""
    if case.promised and case.action is Action.RELAYED:
        return bool(case.notify & Notify.NEVER)  # RFC 2852 section 4.1.4, errata 18 d
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


def _moderation_is_silent(case: Case) -> bool:
    return case.action is Action.FAILED and case.moderation


def _connector_says_no(case: Case) -> bool:
    """A connector without DSN honours no NOTIFY; plain failure reports still leave (errata 68)."""
    return case.action in SUCCESSES and not case.switches.connector_dsn


def _forged(case: Case) -> bool:
    """Whoever has that address did not send the message (errata 63)."""
    return case.switches.reverse_path is ReversePath.FORGED


def _nowhere(case: Case) -> bool:
    """Nobody can have that address (errata 64)."""
    return case.switches.reverse_path is ReversePath.NOWHERE


def _unverified(case: Case) -> bool:
    switches = case.switches
    return switches.reverse_path is ReversePath.UNVERIFIED and not switches.unverified_ndr


def _dial_plan_says_no(case: Case) -> bool:
    return case.action is Action.FAILED and not case.switches.dial_plan_ndr


def _locked_down(case: Case) -> bool:
    return case.action is Action.FAILED and case.switches.lockdown


def _remote_domain_says_no(case: Case) -> bool:
    switches = case.switches
    if case.action is Action.FAILED:
        return not switches.remote_domain_ndr
    return not switches.remote_domain_delivery_reports


def _delays_off(case: Case) -> bool:
    """The notice that a sender's deadline has passed is a duty (errata 67)."""
    return case.action is Action.DELAYED and not case.switches.delay_reports and not case.promised


# Spec B7 in its order: the name that the tracking event gives, and what holds a report back.
RULES: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("null-reverse-path", _null_path),
    ("notify", _not_wanted),
    ("moderation", _moderation_is_silent),
    ("connector-dsn", _connector_says_no),
    ("forged-reverse-path", _forged),
    ("reverse-path-nowhere", _nowhere),
    ("unverified-reverse-path", _unverified),
    ("dial-plan", _dial_plan_says_no),
    ("lockdown", _locked_down),
    ("remote-domain", _remote_domain_says_no),
    ("delay-reports", _delays_off),
)


def held_back_by(case: Case) -> str:
    """The name of the first rule that holds the report back; empty when it leaves."""
    return next((name for name, holds_back in RULES if holds_back(case)), "")


def due(settled: Settled) -> Action | None:
    """The report that an outcome calls for: failures and delays always, successes where they were asked for."""
    action = _action(settled.outcome)
    if action not in SUCCESSES or _promised(settled.outcome):
        return action
    return action if settled.pending.recipient.notify & Notify.SUCCESS else None


def _promised(outcome: Outcome) -> bool:
    """RFC 2852: N's delayed report, and the relayed one where the next hop knows no deadlines or T asks for it."""
    match outcome:
        case Relayed(told=told):
            return told
        case Deferred(failure):
            return failure.cause == "deadline-missed"
        case _:
            return False


def _action(outcome: Outcome) -> Action | None:
    match outcome:
        case Failed():
            return Action.FAILED
        case Deferred():
            return Action.DELAYED
        case Delivered():
            return Action.DELIVERED
        case Relayed(told=True):
            return Action.RELAYED
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


def case(message: Message, settled: Settled, action: Action, switches: Switches) -> Case:
    return Case(
        action=action,
        notify=settled.pending.recipient.notify,
        null_path=message.envelope.sender is None,
        switches=switches,
        promised=_promised(settled.outcome),
        moderation=_is_silent(message, settled.outcome, switches),
    )


def _is_silent(message: Message, outcome: Outcome, switches: Switches) -> bool:
    """Whether the moderated recipient's `moderation_notices` leave this sender out."""
    if not isinstance(outcome, Failed) or outcome.failure.cause not in MODERATION:
        return False
    item = switches.recipients.get(outcome.failure.evidence.name.lower())
    notices = item.moderation_notices if item is not None else Notices.ALWAYS
    return notices is Notices.NEVER or (notices is Notices.INTERNAL and not message.origin.internal)


def switches(message: Message, content: bytes, organisation: Organisation, now: float) -> Switches:
    """What the organisation's objects say about reports on `message` at epoch seconds `now`."""
    connector = organisation.receive_connectors.get(message.origin.connector.lower())
    plan = dial_plan(message, content, organisation)
    found = Switches(
        connector_dsn=connector is None or connector.dsn,
        reverse_path=message.origin.reverse_path,
        unverified_ndr=organisation.transport.report_unverified,
        dial_plan_ndr=plan is None or plan.ndr,
        recipients=organisation.recipients,
    )
    reader = message.envelope.sender
    return found if reader is None else _for_reader(found, reader, organisation, now)


def _for_reader(found: Switches, reader: Address, organisation: Organisation, now: float) -> Switches:
    config, elsewhere = organisation.transport, remote_domain(reader, organisation)
    if elsewhere is None:
        return replace(found, delay_reports=config.report_internal_delays)
    locked = elsewhere.domain == address_space.EVERYTHING and organisation.locked_down(now)
    return replace(
        found,
        lockdown=locked,
        remote_domain_ndr=elsewhere.ndr,
        remote_domain_delivery_reports=elsewhere.delivery_reports,
        delay_reports=config.report_external_delays,
    )
