"""Settled recipients -> the fields of the status part (spec B4, errata 14, 29 to 33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from saywhy.flow.stages import Settled
from saywhy.model.failure import Failure
from saywhy.model.outcome import Conversion, Deferred, Delivered, Expanded, Failed, Outcome, Relayed
from saywhy.model.queued import Message, Pending
from saywhy.model.status import Status
from saywhy.wire.report.values import Action, DeliveryReport, Diagnostic, RecipientReport

DELIVERED = Status(2, 1, 5)
HANDED_ON = Status(2, 0, 0)
WITH_LOSS = Status(2, 6, 4)  # by a conversion (errata 13)
OWN_WORDS = "x-saywhy"  # what no remote server said must not look as if one had (RFC 3464 section 2.3.6)


def delivery_report(
    message: Message,
    settled: Sequence[Settled],
    acts: Sequence[str],
    action: Action,
    hostname: str,
    now: float,
    *,
    several: bool = False,
) -> DeliveryReport:
    """`acts` says for each recipient who has to act, empty where nobody is asked.

    `several`: on more messages than `message`; nothing is said that is one message's alone.
    """
    report = DeliveryReport(
        reporting_mta=hostname,
        recipients=tuple(_recipient(message, *pair, action, now) for pair in zip(settled, acts, strict=True)),
        envid=message.envelope.envid,
        received_from=message.origin.helo,
        received_from_ip=message.origin.client_ip,
        arrival=message.arrived,
        deliver_by=message.envelope.by.at if message.envelope.by is not None else 0.0,
    )
    if several:
        return replace(report, envid="", received_from="", received_from_ip="", arrival=0.0, deliver_by=0.0)
    return report


def happened_at(settled: Settled, now: float) -> float:
    """When the news came about: a failure at its own time, anything else with the last attempt."""
    given_up = settled.outcome.failure.at if isinstance(settled.outcome, Failed) else 0.0
    return given_up or settled.pending.last_attempt or now


def leads_on(pending: Pending) -> bool:
    """The recipient is a contact or a group, and its mail goes to another address."""
    return not pending.mailbox and pending.address != pending.recipient.address


def failure_of(outcome: Outcome) -> Failure | None:
    return outcome.failure if isinstance(outcome, Failed | Deferred) else None


def status_of(outcome: Outcome) -> Status:
    """The code of the report.  A delayed one is of class 4 (R14), whatever was observed."""
    match outcome:
        case Failed(failure):
            return failure.status
        case Deferred(failure):
            return failure.status.with_class(4)
        case Delivered(conversion=Conversion(lost=lost)) | Relayed(conversion=Conversion(lost=lost)) if lost:
            return WITH_LOSS
        case Delivered():
            return DELIVERED
        case Relayed() | Expanded():
            return HANDED_ON
        case _:
            assert_never(outcome)


def remote_of(outcome: Outcome) -> tuple[str, tuple[str, ...]]:
    """The remote server that replied, by name or literal, and its reply; empty when none did."""
    match outcome:
        case Failed(failure) | Deferred(failure):
            evidence = failure.evidence
            host = evidence.remote_host or (f"[{evidence.remote_ip}]" if evidence.remote_ip else "")
            return (host, evidence.reply) if evidence.reply else ("", ())
        case Relayed(host=host, ip=ip, reply=reply):
            return (host or f"[{ip}]", reply) if reply else ("", ())
        case Delivered() | Expanded():
            return "", ()
        case _:
            assert_never(outcome)


def _recipient(message: Message, settled: Settled, act: str, action: Action, now: float) -> RecipientReport:
    failure, recipient = failure_of(settled.outcome), settled.pending.recipient
    remote, reply = remote_of(settled.outcome)
    return RecipientReport(
        final=str(recipient.address),
        action=action,
        status=status_of(settled.outcome),
        original=recipient.original,
        remote_mta=remote,
        diagnostic=_diagnostic(failure, reply),
        last_attempt=settled.pending.last_attempt or happened_at(settled, now),
        final_log_id=str(settled.pending.message),
        will_retry_until=message.expires if action is Action.DELAYED else 0.0,
        cause=failure.cause if failure else "",
        act=act,
    )


def _diagnostic(failure: Failure | None, reply: tuple[str, ...]) -> Diagnostic:
    if reply:
        return Diagnostic("smtp", reply)
    return Diagnostic(OWN_WORDS, (failure.line(),)) if failure else Diagnostic()
