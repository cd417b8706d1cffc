"""The message events that the queue tells, each made in one place."""

from __future__ import annotations

from saywhy.flow.stages import Fork, OutgoingReport, Suppressed
from saywhy.model.event import Event, Kind
from saywhy.model.failure import Failure
from saywhy.model.outcome import Conversion, Delivered, Expanded, Relayed
from saywhy.model.queued import Message, Pending, QueueId


def _event(
    kind: Kind,
    message: Message,
    at: float,
    recipient: str = "",
    failure: Failure | None = None,
    text: str = "",
    data: dict[str, str | int | float | bool] | None = None,
) -> Event:
    return Event(
        kind=kind,
        at=at,
        message=str(message.id),
        message_id=message.headline.message_id,
        sender=str(message.envelope.sender or "<>"),
        recipient=recipient,
        status=str(failure.status) if failure else "",
        cause=failure.cause if failure else "",
        text=failure.line() if failure else text,
        data=data or {},
    )


def received(message: Message) -> Event:
    origin = message.origin
    recipients = message.envelope.recipients
    facts: dict[str, str | int | float | bool] = {
        "size": message.size,
        "recipients": len(recipients),
        "connector": origin.connector,
        "subject": message.headline.subject,
    }
    named = {
        "protocol": origin.protocol,
        "client-ip": origin.client_ip,
        "user": origin.user,
        "checks": origin.checks,
    }
    facts.update((name, value) for name, value in named.items() if value)
    recipient = str(recipients[0].address) if len(recipients) == 1 else ""
    return _event(Kind.RECEIVE, message, message.arrived, recipient, data=facts)


def delivered(message: Message, pending: Pending, outcome: Delivered, at: float) -> Event:
    data = _facts(message, pending, at) | {"mailbox": outcome.mailbox or pending.mailbox}
    data |= _converted(outcome.conversion)
    return _event(Kind.DELIVER, message, at, _name(pending), data=data)


def sent(message: Message, pending: Pending, outcome: Relayed, at: float) -> Event:
    data = _facts(message, pending, at) | {"remote-host": outcome.host, "remote-ip": outcome.ip}
    data |= _converted(outcome.conversion)
    return _event(Kind.SEND, message, at, _name(pending), text=" ".join(outcome.reply), data=data)


def _converted(conversion: Conversion | None) -> dict[str, str | int | float | bool]:
    if conversion is None:
        return {}
    facts = {"converted": "; ".join(conversion.done), "lost": "; ".join(conversion.lost)}
    return {name: told for name, told in facts.items() if told}


def expanded(message: Message, pending: Pending, outcome: Expanded, at: float) -> Event:
    data: dict[str, str | int | float | bool] = {"group": outcome.group, "members": outcome.members}
    return _event(Kind.EXPAND, message, at, _name(pending), data=data)


def copied(message: Message, copy: Message, fork: Fork, at: float) -> Event:
    """Of the copy, so that a trace of either finds the other."""
    data: dict[str, str | int | float | bool] = {
        "group": fork.group,
        "of": str(message.id),
        "recipients": len(copy.envelope.recipients),
        "reports-to": str((copy.envelope.sender if fork.alias else fork.sender) or ""),
    }
    return _event(Kind.COPY, copy, at, data=data)


def failed(message: Message, pending: Pending, failure: Failure, at: float) -> Event:
    data = _facts(message, pending, at) | failure.evidence.numbers()
    return _event(Kind.FAIL, message, at, _name(pending), failure, data=data)


def deferred(message: Message, pending: Pending, failure: Failure, at: float) -> Event:
    data = _facts(message, pending, at) | {"next": pending.due, "remote-host": failure.evidence.remote_host}
    data |= failure.evidence.numbers()
    return _event(Kind.DEFER, message, at, _name(pending), failure, data=data)


def poisoned(message: Message, crashes: int, limit: int, at: float) -> Event:
    return _event(Kind.POISON, message, at, data={"crashes": crashes, "limit": limit})


def removed(message: Message, pending: Pending, ndr: bool, at: float) -> Event:
    return _event(Kind.REMOVE, message, at, _name(pending), data={"ndr": ndr})


def duplicate(message: Message, pending: Pending, at: float) -> Event:
    return _event(Kind.DUPLICATE, message, at, _name(pending), data={"address": str(pending.address)})


def reported(message: Message, outgoing: OutgoingReport, report: QueueId, at: float) -> Event:
    data: dict[str, str | int | float | bool] = {
        "kind": outgoing.kind,
        "report": str(report),
        "recipients": len(outgoing.about),
    }
    return _event(Kind.REPORT, message, at, data=data)


def dropped(message: Message, suppressed: Suppressed, at: float) -> Event:
    recipient = _name(suppressed.settled.pending)
    facts: dict[str, str | int | float | bool] = {"rule": suppressed.rule}
    if message.origin.checks:
        facts["checks"] = message.origin.checks
    return _event(Kind.DROP, message, at, recipient, text=suppressed.rule, data=facts)


def moderation(message: Message, pending: Pending, at: float) -> Event:
    """`digests` are how the answer of a moderator is known when the recipient is no longer in the queue."""
    waits = pending.moderation
    asked = waits.asked if waits is not None else ()
    data: dict[str, str | int | float | bool] = {
        "item": waits.item if waits is not None else "",
        "until": waits.until if waits is not None else 0.0,
        "moderators": " ".join(str(each.address) for each in asked),
        "digests": " ".join(each.digest for each in asked),
        "number": pending.number,
    }
    return _event(Kind.MODERATE, message, at, _name(pending), data=data)


def moderated(kind: Kind, message: Message, pending: Pending, by: str, at: float) -> Event:
    """APPROVE or REJECT."""
    item = pending.moderation.item if pending.moderation is not None else ""
    data: dict[str, str | int | float | bool] = {"item": item, "by": by, "number": pending.number}
    return _event(kind, message, at, _name(pending), data=data)


def retried(message: Message, at: float) -> Event:
    return _event(Kind.RETRY, message, at)


def held(message: Message, pending: Pending, failure: Failure, at: float) -> Event:
    """The storm guard keeps it from being returned."""
    return _event(Kind.HOLD, message, at, _name(pending), failure, data=_facts(message, pending, at))


def suspended(message: Message, at: float) -> Event:
    return _event(Kind.SUSPEND, message, at)


def resumed(message: Message, at: float) -> Event:
    return _event(Kind.RESUME, message, at)


def redirected(message: Message, pending: Pending, at: float) -> Event:
    return _event(Kind.REDIRECT, message, at, _name(pending), data={"address": str(pending.address)})


def _name(pending: Pending) -> str:
    return str(pending.recipient.address)


def _facts(message: Message, pending: Pending, at: float) -> dict[str, str | int | float | bool]:
    return {
        "queue": pending.hop.key,
        "attempts": pending.attempts,
        "seconds": round(at - message.arrived, 3),
    }
