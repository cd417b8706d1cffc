"""What an expired recipient's Failure says: status per spec A6 rule 4 and erratum 48.

A code that a remote server sent is never rewritten: the last real error stands.  Errors that we observed
ourselves become permanent ones in mode `specific`.
"""

from __future__ import annotations

import dataclasses
from typing import assert_never

from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.organisation import ExpiryStatus
from saywhy.model.queued import Message, Pending
from saywhy.model.status import Status

MAX_HISTORY = 5  # different failures that a recipient's last one remembers

_EXPIRED = Status(4, 4, 7)
_SPECIFIC = {
    "4.4.1": "5.4.1",
    "4.4.2": "5.4.2",
    "4.4.0": "5.4.0",
    "4.4.9": "5.4.0",
    "4.2.1": "5.2.1",
    "4.2.2": "5.2.2",
    "4.3.1": "5.3.1",
    "4.6.5": "4.6.5",  # spec A2: it stays what it is
    "4.7.4": "5.7.4",
    "4.7.5": "5.7.5",
    "4.7.6": "5.7.6",
}
_SPECIFIC_BY_TAG = {"SMTPSEND.DNS.Refused": "5.0.0", "ROUTING.NoPath": "5.4.4"}  # spec 5.0.0 d, 5.4.4 d
_SPECIFIC_CAUSE = {
    "no-route": "5.0.0",
    "no-path-to-server": "5.4.4",
    "connector-out-of-scope": "5.4.3",
    "connector-gone": "5.4.3",
    "directory-unavailable": "5.4.3",  # spec A2 5.4.3 a: "cannot be read until expiry"
    "smart-host-sign-in-failed": "5.7.3",
}
# Spec A2: what we saw ourselves names itself when it has become permanent; everything else has expired.
_SPECIFIC_TAG = {
    "no-answer": "SMTPSEND.NoAnswer",
    "connection-lost": "SMTPSEND.BadConnection",
    "remote-timeout": "SMTPSEND.BadConnection",
}
_GENERAL_CAUSES = {"", "remote-deferred"}  # say no more than that it was deferred


def expired(message: Message, pending: Pending, mode: ExpiryStatus, now: float) -> Failure:
    """`pending.failure` is the last error, with those before it in its `because`."""
    last = pending.failure
    if last is None:
        evidence = Evidence(Stage.QUEUE, queue=pending.hop.key)
        return _failure(_status(None, mode), "expired", evidence, (), now, "")
    cause = "expired" if last.cause in _GENERAL_CAUSES else last.cause
    evidence = dataclasses.replace(last.evidence, queue=pending.hop.key)
    if evidence.limit < 0 and evidence.observed < 0:
        lifetime, age = int(message.expires - message.arrived), int(now - message.arrived)
        evidence = dataclasses.replace(evidence, limit=lifetime, observed=age)
    because = (dataclasses.replace(last, because=()), *last.because)
    tag = last.tag or _SPECIFIC_TAG.get(cause, "") if mode is ExpiryStatus.SPECIFIC else ""
    return _failure(_status(last, mode), cause, evidence, because, now, tag)


def _failure(
    status: Status, cause: str, evidence: Evidence, because: tuple[Failure, ...], now: float, tag: str
) -> Failure:
    return Failure(
        status=status,
        reply=550,
        cause=cause,
        text="message expired",
        evidence=evidence,
        permanent=True,
        tag=tag or "QUEUE.Expired",
        at=now,
        because=because,
    )


def _status(last: Failure | None, mode: ExpiryStatus) -> Status:
    match mode:
        case ExpiryStatus.CLASSIC:
            return _EXPIRED
        case ExpiryStatus.PERMANENT:
            return Status(5, 4, 7)
        case ExpiryStatus.TRANSIENT:
            return last.status if last else _EXPIRED
        case ExpiryStatus.SPECIFIC:
            return _specific(last)
        case _:
            assert_never(mode)


def _specific(last: Failure | None) -> Status:
    if last is None:
        return _EXPIRED
    if _sent_by_remote(last):
        return last.status
    by_what = (_SPECIFIC_BY_TAG.get(last.tag), _SPECIFIC_CAUSE.get(last.cause), _SPECIFIC.get(str(last.status)))
    text = next(filter(None, by_what), None)
    return Status.parse(text) if text else _EXPIRED


def _sent_by_remote(last: Failure) -> bool:
    """False for a status of ours beside a refusal: TLS refused for good is 4.7.5 while we wait for a change."""
    return last.from_remote and last.evidence.reply[0][:1] == str(last.status.class_)


def remember(failure: Failure, before: Failure | None) -> Failure:
    """`failure` with the different ones before it, newest first, so that an expiry can tell the story."""
    if before is None:
        return failure
    seen = {_sight(failure)}
    history = []
    for earlier in (dataclasses.replace(before, because=()), *before.because):
        if _sight(earlier) not in seen:
            seen.add(_sight(earlier))
            history.append(earlier)
    return dataclasses.replace(failure, because=tuple(history[: MAX_HISTORY - 1]))


def _sight(failure: Failure) -> tuple[str, str, str]:
    """What makes two failures the same for a reader."""
    return failure.line(), failure.cause, failure.evidence.remote_host
