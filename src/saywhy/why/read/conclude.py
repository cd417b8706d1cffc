"""From what was read about a recipient to what it means: a Failure as if we had seen it, and the reasons.

What was written stands: a code is never replaced.  Where a report names no code, the Failure's status is derived,
and its explanation says so.
"""

from __future__ import annotations

import re

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.classify import Confidence
from saywhy.why.entries import Act
from saywhy.why.read.entry import Entry
from saywhy.why.read.values import Recipient, Why
from saywhy.why.reasons import Diagnosis, diagnose
from saywhy.wire.report.values import Action

_ACTIONS = {action.value: action for action in Action}
_STEPS = {"MAIL": Step.MAIL, "RCPT": Step.RCPT, "DATA": Step.DATA, "EHLO": Step.EHLO, "HELO": Step.EHLO}
TOLD = "the report names it"
# What a program printed when it failed is no reason of a mail system's, unless it says more than these.
_VAGUE = frozenset({"remote-system-error", "remote-unavailable", "remote-refused"})
_SPOKEN = re.compile(r"[^\W\d_]{2}")  # words that decide nothing are `onhold` to Sisimai, no words `undefined`
_PROGRAM_FAILED = "delivery-agent-failed"


def recipient(entry: Entry, action: str, reporting: str) -> Recipient:
    """`action` stands for that of an entry that has none."""
    doing = _ACTIONS[entry.action or action or "failed"]
    status = _status(entry.status)
    diagnosis = diagnose(
        entry.diagnostic,
        reply_code=int(entry.reply_code) if entry.reply_code else 0,
        status=status,
        remote=entry.remote_mta,
        reporting=reporting,
        action=doing.value,
        step=_step(entry),
    )
    told = bool(entry.cause) and _known(entry.cause)
    if told:
        why = _told(entry.cause, doing, diagnosis)
    elif entry.meaning or (entry.program and diagnosis.cause in _VAGUE):
        why = _meant(entry, diagnosis)
    else:
        why = _why(diagnosis, entry)
    return Recipient(
        recipient=entry.recipient,
        action=doing,
        failure=_failure(entry, doing, status or diagnosis.status, why.cause),
        why=why,
        original_recipient=entry.original,
        status=entry.status,
        reply_code=entry.reply_code,
        diagnostic=entry.diagnostic,
        diagnostic_type=entry.diagnostic_type,
        remote_mta=entry.remote_mta,
        last_attempt=entry.last_attempt,
        retry_until=entry.retry_until,
        log_id=entry.log_id,
        told=told,
        provenance=entry.sources,
    )


def _step(entry: Entry) -> Step:
    """With a code of subject 1 it is the recipient that was refused, however late."""
    return (
        Step.NONE
        if entry.command == "DATA" and entry.status[1:3] == ".1"
        else _STEPS.get(entry.command, Step.NONE)
    )


def complaint(entry: Entry) -> Recipient:
    """Who complained: the message had been delivered, and nobody reports what was done with it."""
    cause = catalogue.cause("delivered")
    why = Why(
        cause.id,
        "feedback",
        False,
        cause.scope.value,
        Act.SENDER.value,
        cause.permanence.value,
        Confidence.HIGH,
        "a feedback report",
        "the recipient complained",
    )
    failure = Failure(Status(2, 0, 0), 250, cause.id, "", Evidence(Stage.REPORT), permanent=False)
    return Recipient(
        entry.recipient, None, failure, why, original_recipient=entry.original, provenance=entry.sources
    )


def _status(written: str) -> Status | None:
    try:
        return Status.parse(written) if written else None
    except ValueError:
        return None


def _failure(entry: Entry, action: Action, status: Status, cause: str) -> Failure:
    remote = entry.lines if entry.diagnostic_type == "smtp" else ()
    reply = int(entry.reply_code) if entry.reply_code else {2: 250, 4: 450}.get(status.class_, 550)
    evidence = Evidence(
        Stage.SEND if remote else Stage.REPORT, Step.NONE, remote_host=entry.remote_mta, reply=remote
    )
    permanent = action is not Action.DELAYED
    return Failure(status, reply, cause, entry.diagnostic, evidence, permanent, at=entry.last_attempt)


def _why(found: Diagnosis, entry: Entry) -> Why:
    filtered = found.reason == "userunknown" and _is_filtered(entry)
    undecided = found.reason == "undefined" and _SPOKEN.search(entry.diagnostic) is not None
    return Why(
        found.cause,
        "filtered" if filtered else "onhold" if undecided else found.reason,
        found.hard_bounce and not filtered,
        found.scope.value,
        found.act.value,
        found.permanence.value,
        found.confidence,
        found.rule.replace("in the reply", "in the report"),
        found.grounds,
        found.words,
        found.kumomta,
        found.sparkpost,
    )


def _is_filtered(entry: Entry) -> bool:
    """Sisimai calls `unknown` only what was refused at RCPT, or with a code of subject 1, or without SMTP."""
    smtp = bool(entry.reply_code) and not entry.program
    return smtp and entry.command != "RCPT" and entry.status[1:3] != ".1"


def _meant(entry: Entry, found: Diagnosis) -> Why:
    """What the system itself says: by a category, or because its notices always mean the same."""
    cause, reason = catalogue.cause(entry.meaning or _PROGRAM_FAILED), entry.reason
    names = cause.names
    return Why(
        cause.id,
        reason or names.sisimai,
        (reason or names.sisimai) in ("userunknown", "hostunknown", "hasmoved"),
        cause.scope.value,
        cause.act.value,
        found.permanence.value if cause.permanence is catalogue.Permanence.EITHER else cause.permanence.value,
        Confidence.MEDIUM,
        "the system says so, by a category or a notice of one meaning",
        "the system's own reading",
        kumomta=names.kumomta,
        sparkpost=names.sparkpost,
    )


def _told(id_: str, action: Action, found: Diagnosis) -> Why:
    """Our own reports name the cause."""
    cause = catalogue.cause(id_)
    waiting = action is Action.DELAYED and cause.permanence is not catalogue.Permanence.PERMANENT
    names = cause.names
    return Why(
        id_,
        names.sisimai,
        found.hard_bounce if found.cause == id_ else names.sisimai in ("userunknown", "hostunknown", "hasmoved"),
        cause.scope.value,
        (cause.waiting_act if waiting else cause.act).value,
        found.permanence.value if waiting else cause.permanence.value,
        Confidence.HIGH,
        TOLD,
        TOLD,
        kumomta=names.kumomta,
        sparkpost=names.sparkpost,
    )


def _known(cause: str) -> bool:
    try:
        catalogue.cause(cause)
    except catalogue.Unknown:
        return False
    return True
