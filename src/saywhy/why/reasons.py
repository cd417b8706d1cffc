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
from saywhy.why.phrases import common
from saywhy.why.phrases.frames import Framed, unframe
from saywhy.why.phrases.words import MAX_TEXT, locate

# Sisimai's reasons that are hard bounces whatever the code; `notaccept` is one unless the refusal is temporary.
HARD = frozenset({"userunknown", "hostunknown", "hasmoved"})
HARD_UNLESS_TEMPORARY = frozenset({"notaccept"})

# Words about an unknown user are `filtered` to Sisimai after DATA, and where the code speaks of the mailbox
# (X.2.0, X.2.1) and nobody says that RCPT was refused.  A delay without reason is `expired`.
_OF_MAILBOX = frozenset({0, 1})
_UNDECIDED = "undefined"
# What a message is that reports no delivery, by the kinds of why/read.
OF_KIND = {"feedback": "feedback", "auto-reply": "vacation"}

_SUCCESS = {"delivered": "delivered", "relayed": "relayed", "expanded": "expanded"}
_CODED = re.compile(r"(?<![\w.:/-])([45][0-9]{2})[ -][#(]?[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
_REPLY = re.compile(r"(?<![\w.:/-])([45][0-9]{2})(?=[ -]|$)(?!-[0-9]{2}-)")
_WELL = re.compile(r"\s*2[0-9]{2}(?:[ -]|$)")
_STATUS = re.compile(r"(?:^|\b[245][0-9]{2}[ -][#(]?|#|\()([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")


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
    return _diagnosed(text[:MAX_TEXT], reply_code, status, remote[:255], reporting[:255], action, step)


@lru_cache(maxsize=2048)  # of texts that are cut to MAX_TEXT: a few megabytes
def _diagnosed(
    written: str, reply_code: int, status: Status | None, remote: str, reporting: str, action: str, step: Step
) -> Diagnosis:
    text = _repaired(written)
    if action in _SUCCESS or (not action and _went_well(text, reply_code)):
        return _success(_SUCCESS.get(action, "delivered"), status)
    framed = unframe(text)
    step = step if step is not Step.NONE else framed.step
    class_ = 0 if status is None else status.class_
    asked = _Asked(reply_code, _worth(status), class_, remote, reporting, action, step)
    verdict = _verdict(asked, text[framed.start : framed.end], framed.framed)
    if framed.framed and not verdict.words and verdict.confidence is Confidence.LOW:
        outer = classify_reply(
            verdict.status.class_ * 100 + 50, None, (text[: framed.start],), step, tables=common.FRAME
        )
        verdict = outer if outer.words else verdict
    span = _span(text, framed, verdict.words) if verdict.words and text == written else None
    return _diagnosis(verdict, asked, span)


def _span(text: str, framed: Framed, words: str) -> tuple[int, int] | None:
    """Where the words stand, first among those of the other server."""
    found = locate(text[framed.start : framed.end], words)
    if found is not None:
        return found[0] + framed.start, found[1] + framed.start
    return locate(text, words)


def hard_bounce(reason: str, class_: int, permanence: Permanence) -> bool:
    """Sisimai's rule: the address itself is no good, so that another message would not get there either."""
    if reason in HARD:
        return True
    passing = class_ == 4 or permanence is Permanence.TRANSIENT
    return reason in HARD_UNLESS_TEMPORARY and not passing


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known beside the text."""

    reply_code: int
    status: Status | None
    class_: int  # of the report's status, 0 without one
    remote: str
    reporting: str
    action: str
    step: Step


def _worth(status: Status | None) -> Status | None:
    """X.0.0 says no more than the reply's class does."""
    return status if status is None or status.subject or status.detail else None


def _repaired(text: str) -> str:
    """UTF-8 that somebody read as Latin-1 or Windows-1252, as it was meant; any other text as it is."""
    if text.isascii():
        return text
    for charset in ("latin-1", "cp1252"):
        try:
            return text.encode(charset).decode("utf-8")
        except ValueError:
            continue
    if "\u00c3" not in text:
        return text
    return text.encode("latin-1", "ignore").decode("utf-8", "ignore")


def _went_well(text: str, reply_code: int) -> bool:
    """A reply of class 2 and none of another: `250 2.1.5 Ok`."""
    if reply_code:
        return reply_code // 100 == 2
    return _WELL.match(text) is not None and _REPLY.search(text) is None


def _verdict(asked: _Asked, text: str, framed: bool) -> Verdict:
    found = _CODED.search(text) or _REPLY.search(text)
    status = asked.status or _status_in(text)
    reply = _reply(asked, status, int(found[1]) if found else 0)
    own = not (framed or found or asked.reply_code)
    # A code of network and routing is mostly the reporting server's own, even in the form of a reply.
    saw = own or (not framed and status is not None and status.subject == 4)
    host = asked.remote or asked.reporting
    verdict = classify_reply(
        reply, status, (text,), asked.step, host=host, tables=common.OWN if saw else common.QUOTED
    )
    timed_out = status is not None and (status.subject, status.detail) == (4, 7)
    if ((own and not asked.remote) or timed_out) and not verdict.words and verdict.grounds != TAGGED:
        return _own_code(status) or verdict
    return verdict


def _status_in(text: str) -> Status | None:
    found = _STATUS.search(text)
    try:
        return _worth(Status.parse(found[1])) if found else None
    except ValueError:
        return None


def _reply(asked: _Asked, status: Status | None, in_text: int) -> int:
    """The reply code that the classifier goes by: of the class of the status if there is one."""
    class_ = status.class_ if status is not None and status.class_ != 2 else 0
    given = asked.reply_code if 400 <= asked.reply_code < 600 else in_text
    if given and class_ in (0, given // 100):
        return given
    return {4: 450, 5: 550}.get(class_, 450 if asked.action == "delayed" else 550)


def _own_code(status: Status | None) -> Verdict | None:
    """What only a sending server sees for itself: nobody answers, no such domain, no time left."""
    if status is None or not (status.subject == 4 or (status.subject, status.detail) == (1, 2)):
        return None
    try:
        listed = catalogue.code(str(status)).causes
    except catalogue.Unknown:
        return None
    cause = next((likely.cause for likely in listed if likely.by is By.US), listed[0].cause)
    rule = f"code {status} of the reporting server itself"
    return Verdict(status, cause, False, rule, Confidence.MEDIUM, "what the server saw for itself")


def _diagnosis(verdict: Verdict, asked: _Asked, span: tuple[int, int] | None) -> Diagnosis:
    cause = catalogue.cause(verdict.cause)
    permanence = _permanence(cause, asked.action, verdict.status)
    reason = verdict.reason or cause.names.sisimai
    if reason == "userunknown" and not _at_recipient(verdict, asked.step):
        reason = "filtered"
    if reason == _UNDECIDED and asked.action == "delayed":
        reason = "expired"
    waits = permanence is Permanence.TRANSIENT and cause.permanence is not Permanence.PERMANENT
    return Diagnosis(
        cause=cause.id,
        reason=reason,
        hard_bounce=hard_bounce(reason, asked.class_ or verdict.status.class_, permanence),
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
        words=verdict.words,
        span=span,
    )


def _at_recipient(verdict: Verdict, step: Step) -> bool:
    if step in (Step.DATA, Step.END_OF_DATA):
        return False
    status = verdict.status
    of_mailbox = not verdict.derived and status.subject == 2 and status.detail in _OF_MAILBOX
    return step is Step.RCPT or not of_mailbox


def _success(id_: str, status: Status | None) -> Diagnosis:
    rule = f"Action is {id_}"
    code = status or Status(2, 0, 0)
    verdict = Verdict(code, id_, status is None, rule, Confidence.HIGH, rule)
    return _diagnosis(verdict, _Asked(0, status, code.class_, "", "", id_, Step.NONE), None)


def _permanence(cause: Cause, action: str, status: Status) -> Permanence:
    """From what is being done about it; then from the cause; the code's class comes last."""
    if action == "delayed":
        return Permanence.TRANSIENT
    if cause.permanence is not Permanence.EITHER:
        return cause.permanence
    return Permanence.TRANSIENT if status.class_ == 4 else Permanence.PERMANENT
