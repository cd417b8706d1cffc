"""From the fields of one recipient (RFC 3464 section 2.3) to a Failure with its cause.

The words of the diagnostic are classified like a reply on the wire, whoever said them, and the report's Status
counts as the code.  Only what a sending server sees for itself (nobody answers, no such domain, no time left) gets
the likeliest cause that the catalogue has for a server's own use of the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.classify import TAGGED, Confidence, classify_reply
from saywhy.why.entries import By
from saywhy.wire.report.values import Action, RecipientReport

_REPLY = re.compile(r"([245][0-9]{2})(?:[ -]|$)")
_SUCCESS = {Action.DELIVERED: "delivered", Action.RELAYED: "relayed", Action.EXPANDED: "expanded"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A Failure, the rule that gave its cause, and how sure that is."""

    failure: Failure
    rule: str
    confidence: Confidence
    grounds: str


@dataclass(frozen=True, slots=True)
class _Found:
    cause: str
    rule: str
    confidence: Confidence
    grounds: str


def read_fields(fields: RecipientReport, cause: str = "") -> Reading:
    """`cause` is what the report names itself, and then stands."""
    words = fields.diagnostic.lines
    remote = words if fields.diagnostic.type == "smtp" else ()
    opening = _REPLY.match(words[0]) if words else None
    reply = int(opening[1]) if opening is not None else _usual_reply(fields.status)
    evidence = Evidence(
        Stage.SEND if remote else Stage.REPORT, Step.NONE, remote_host=fields.remote_mta, reply=remote
    )
    named = "the report names it"
    found = _Found(cause, named, Confidence.HIGH, named) if cause else _cause(fields, reply, remote)
    permanent = fields.action is not Action.DELAYED
    text = " ".join(words)
    failure = Failure(fields.status, reply, found.cause, text, evidence, permanent, at=fields.last_attempt)
    return Reading(failure, found.rule, found.confidence, found.grounds)


def _cause(fields: RecipientReport, reply: int, remote: tuple[str, ...]) -> _Found:
    if fields.action in _SUCCESS:
        rule = f"Action is {fields.action.value}"
        return _Found(_SUCCESS[fields.action], rule, Confidence.HIGH, rule)
    verdict = classify_reply(
        reply if reply // 100 == fields.status.class_ else _usual_reply(fields.status),
        fields.status if fields.status.subject or fields.status.detail else None,
        fields.diagnostic.lines,
        Step.NONE,
        host=fields.remote_mta,
    )
    alone = not remote and not fields.remote_mta and _seen_by_sender(fields.status)
    if alone and verdict.grounds != TAGGED:
        rule = f"code {fields.status} of the reporting server itself"
        return _Found(_own_cause(fields.status), rule, Confidence.MEDIUM, "what the server saw for itself")
    rule = verdict.rule.replace("in the reply", "in the report")
    return _Found(verdict.cause, rule, verdict.confidence, verdict.grounds)


def _seen_by_sender(status: Status) -> bool:
    """Network and routing, and a domain that does not exist."""
    return status.subject == 4 or (status.subject, status.detail) == (1, 2)


def _own_cause(status: Status) -> str:
    """The likeliest cause of a server's own code; without one, what a remote would most likely mean."""
    general = "remote-deferred" if status.transient else "remote-refused"
    try:
        listed = catalogue.code(str(status)).causes
    except catalogue.Unknown:
        return general
    return next((likely.cause for likely in listed if likely.by is By.US), listed[0].cause)


def _usual_reply(status: Status) -> int:
    return {2: 250, 4: 450}.get(status.class_, 550)
