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
from saywhy.why.classify import classify_reply
from saywhy.why.entries import By
from saywhy.wire.report.values import Action, RecipientReport

_REPLY = re.compile(r"([245][0-9]{2})(?:[ -]|$)")
_SUCCESS = {Action.DELIVERED: "delivered", Action.RELAYED: "relayed", Action.EXPANDED: "expanded"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A Failure, and the rule that gave its cause."""

    failure: Failure
    rule: str


def read_fields(fields: RecipientReport, cause: str = "") -> Reading:
    """`cause` is what the report names itself, and then stands."""
    words = fields.diagnostic.lines
    remote = words if fields.diagnostic.type == "smtp" else ()
    found = _REPLY.match(words[0]) if words else None
    reply = int(found[1]) if found is not None else _usual_reply(fields.status)
    evidence = Evidence(
        Stage.SEND if remote else Stage.REPORT, Step.NONE, remote_host=fields.remote_mta, reply=remote
    )
    rule = "the report names it" if cause else ""
    if not cause:
        cause, rule = _cause(fields, reply, remote)
    permanent = fields.action is not Action.DELAYED
    text = " ".join(words)
    return Reading(Failure(fields.status, reply, cause, text, evidence, permanent, at=fields.last_attempt), rule)


def _cause(fields: RecipientReport, reply: int, remote: tuple[str, ...]) -> tuple[str, str]:
    if fields.action in _SUCCESS:
        return _SUCCESS[fields.action], f"Action is {fields.action.value}"
    if not remote and not fields.remote_mta and _seen_by_sender(fields.status):
        return _own_cause(fields.status), f"code {fields.status} of the reporting server itself"
    verdict = classify_reply(
        reply if reply // 100 in (4, 5) else _usual_reply(fields.status),
        fields.status if fields.status.subject or fields.status.detail else None,
        fields.diagnostic.lines,
        Step.NONE,
        host=fields.remote_mta,
    )
    return verdict.cause, verdict.rule.replace("in the reply", "in the report")


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
