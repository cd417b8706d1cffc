"""What a diagnostic means, in our words and in those of other systems: the one call for who reads reports.

`diagnose` takes what a report or a log says about one recipient and answers with the cause, the three axes of our
own (permanence, scope, who must act), Sisimai's reason, hard or soft, KumoMTA's class and SparkPost's number, the
confidence, and the words that decided with their place in the text.  The words of other systems are for
interchange; each cause names its nearest in its file under causes/.

Answers are kept, as the same few sentences come back all day.  Any text gets an answer; only its first
`MAX_TEXT` characters are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.classify import TAGGED, Confidence, Verdict, classify_reply
from saywhy.why.entries import Act, By, Cause, Permanence, Scope

MAX_TEXT = 2000  # characters of a diagnostic that are read

# Sisimai's reasons that are hard bounces whatever the code; `notaccept` is one unless the refusal is temporary.
HARD = frozenset({"userunknown", "hostunknown", "hasmoved"})
HARD_UNLESS_TEMPORARY = frozenset({"notaccept"})

_SUCCESS = {"delivered": "delivered", "relayed": "relayed", "expanded": "expanded"}
_REPLY = re.compile(r"(?<![\w.:/-])([45][0-9]{2})(?=[ -]|$)(?!-[0-9]{2}-)")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why one recipient did not get the message.

    `cause` is an id of the catalogue; `reason` one of names.SISIMAI, `kumomta` of names.KUMOMTA, `sparkpost` of
    names.SPARKPOST.  `status` is the code that was used, `derived` when nobody wrote it and it is our reading.
    `rule` says what decided and `grounds` why the confidence is what it is; `words` are those of the text that
    decided, empty when a code did, and `span` is where they stand in it (characters; None without words).
    """

    cause: str
    reason: str
    hard_bounce: bool
    kumomta: str
    sparkpost: int
    permanence: Permanence
    scope: Scope
    act: Act
    status: Status
    derived: bool
    confidence: Confidence
    rule: str
    grounds: str
    words: str = ""
    span: tuple[int, int] | None = None


@lru_cache(maxsize=4096)
def diagnose(
    text: str,
    *,
    reply_code: int = 0,
    status: Status | None = None,
    remote: str = "",
    reporting: str = "",
    action: str = "",
    step: Step = Step.NONE,
) -> Diagnosis:
    """The meaning of a diagnostic.

    `text` is as written, with or without codes; `reply_code` the SMTP reply, 0 when none was seen (one is then
    looked for in the text); `status` the report's Status field if it has one (X.0.0 counts as none); `remote` the
    host that said it, `reporting` the one that reports, each empty when not known: they tell a provider's own
    meanings; `action` of the report in lower case (`failed`, `delayed`, `delivered`, ...); `step` of the session.
    """
    del reporting  # hosts of the reporting side do not yet change a meaning
    if action in _SUCCESS:
        return _success(_SUCCESS[action], status)
    text = text[:MAX_TEXT]
    known = status if status is not None and (status.subject or status.detail) else None
    reply = _reply(reply_code, text, status, action)
    verdict = _own(known, text, remote) or classify_reply(reply, known, (text,), step, host=remote)
    cause = catalogue.cause(verdict.cause)
    permanence = _permanence(cause, action, verdict.status)
    return _diagnosis(cause, permanence, verdict)


def hard_bounce(reason: str, permanence: Permanence) -> bool:
    """Sisimai's rule: the address itself is no good, so that another message would not get there either."""
    if reason in HARD:
        return True
    return reason in HARD_UNLESS_TEMPORARY and permanence is not Permanence.TRANSIENT


def _diagnosis(cause: Cause, permanence: Permanence, verdict: Verdict) -> Diagnosis:
    waits = permanence is Permanence.TRANSIENT and cause.permanence is not Permanence.PERMANENT
    return Diagnosis(
        cause=cause.id,
        reason=cause.names.sisimai,
        hard_bounce=hard_bounce(cause.names.sisimai, permanence),
        kumomta=cause.names.kumomta,
        sparkpost=cause.names.sparkpost,
        permanence=permanence,
        scope=cause.scope,
        act=cause.waiting_act if waits else cause.act,
        status=verdict.status,
        derived=verdict.derived,
        confidence=verdict.confidence,
        rule=verdict.rule,
        grounds=verdict.grounds,
    )


def _success(id_: str, status: Status | None) -> Diagnosis:
    rule = f"Action is {id_}"
    code = status or Status(2, 0, 0)
    verdict = Verdict(code, id_, status is None, rule, Confidence.HIGH, rule)
    return _diagnosis(catalogue.cause(id_), Permanence.PERMANENT, verdict)


def _reply(given: int, text: str, status: Status | None, action: str) -> int:
    """The reply code that the classifier goes by: of the class of the status if there is one."""
    class_ = status.class_ if status is not None and status.class_ != 2 else 0
    reply = given if 400 <= given < 600 else 0
    if not reply and (found := _REPLY.search(text)) is not None:
        reply = int(found[1])
    if reply and class_ in (0, reply // 100):
        return reply
    return {4: 450, 5: 550}.get(class_, 450 if action == "delayed" else 550)


def _own(status: Status | None, text: str, remote: str) -> Verdict | None:
    """What only a sending server sees for itself: nobody answers, no such domain, no time left."""
    if status is None or remote or not (status.subject == 4 or (status.subject, status.detail) == (1, 2)):
        return None
    if _REPLY.search(text) is not None:
        return None
    said = classify_reply(450 if status.transient else 550, status, (text,), Step.NONE)
    if said.grounds == TAGGED:
        return None
    try:
        listed = catalogue.code(str(status)).causes
    except catalogue.Unknown:
        return None
    cause = next((likely.cause for likely in listed if likely.by is By.US), listed[0].cause)
    rule = f"code {status} of the reporting server itself"
    return Verdict(status, cause, False, rule, Confidence.MEDIUM, "what the server saw for itself")


def _permanence(cause: Cause, action: str, status: Status) -> Permanence:
    """From what is being done about it; then from the cause; the code's class comes last."""
    if action == "delayed":
        return Permanence.TRANSIENT
    if cause.permanence is not Permanence.EITHER:
        return cause.permanence
    if status.class_ == 4:
        return Permanence.TRANSIENT
    return Permanence.PERMANENT
