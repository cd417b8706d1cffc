"""A Failure in the words of a reader: what happened, who must act, what to do (spec A0.6, A0.7).

The texts come from the cause's file, their placeholders from the Failure's Evidence.  A status that we derived
from a remote's words or number is said to be probable only.  Internal facts go to our administrator alone; near
misses are in the Evidence only when the sender may see them.  Some ten microseconds once a cause was used.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cache

from saywhy.model.failure import Failure
from saywhy.why import catalogue, facts
from saywhy.why.entries import Act, Cause, Permanence, Scope
from saywhy.why.template import Template, compile_template
from saywhy.why.words import ENGLISH, Frame, frame, mark

__all__ = ["Act", "Explanation", "Reader", "Scope", "explain", "for_administrators"]

_PROBABLY = mark("The other server gave no exact reason; this is the most probable one.")
_WAIT = (
    mark(
        "Nothing has to be done now: delivery is tried again automatically, and if it fails for good you are told."
    ),
    mark("If it is urgent, reach the recipient in another way."),
)


class Reader(enum.Enum):
    """For whom: the sender, the administrator of this server, the administrator of the other one."""

    SENDER = "sender"
    ADMIN = "admin"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`steps` are to be numbered; `facts` are label and value, in the order to show them."""

    title: str
    happened: str
    steps: tuple[str, ...]
    act: Act
    facts: tuple[tuple[str, str], ...] = ()
    scope: Scope = Scope.MESSAGE


@dataclass(frozen=True, slots=True)
class _Wording:
    """A cause's texts, compiled; `fields` are the placeholders that any of them has."""

    cause: Cause
    happened: Template
    waiting: Template
    steps: dict[Reader, tuple[Template, ...]]
    fields: tuple[str, ...]


def explain(failure: Failure, reader: Reader, *, recipient: str = "", lang: str = ENGLISH) -> Explanation:
    """Never raises: a cause that the catalogue lacks gets the general explanation of a refusal.

    `lang` is a language tag, for senders: administrators read English, and so does who asks for a language that
    is not there.
    """
    words = frame(lang if reader is Reader.SENDER else ENGLISH)
    wording = _wording_of(failure, words)
    cause = wording.cause
    values = {name: facts.value(name, failure, recipient, cause.unit, words) for name in wording.fields}
    waiting = not failure.permanent and cause.permanence is not Permanence.PERMANENT
    happened = (wording.waiting if waiting else wording.happened).fill(values)
    return Explanation(
        title=words.say(cause.title),
        happened=f"{words.say(_PROBABLY)} {happened}" if is_derived(failure) else happened,
        steps=tuple(map(words.say, _WAIT))
        if waiting and reader is Reader.SENDER
        else _steps(wording.steps[reader], values),
        act=cause.waiting_act if waiting else cause.act,
        facts=facts.shown(failure, cause.unit, internal=reader is Reader.ADMIN),
        scope=cause.scope,
    )


def for_administrators(failure: Failure) -> facts.Facts:
    """The facts alone that `explain` gives the administrator."""
    return facts.shown(failure, _wording_of(failure, frame(ENGLISH)).cause.unit, internal=True)


def numbers(failure: Failure, words: Frame) -> tuple[str, str]:
    """What was observed and what is allowed, in the cause's unit; empty for what was not seen."""
    unit = _wording_of(failure, words).cause.unit
    return facts.value("observed", failure, "", unit, words), facts.value("limit", failure, "", unit, words)


def is_derived(failure: Failure) -> bool:
    """Whether a remote refused without saying this status: then it is our reading of its reply.

    An expiry has a status of its own; what it says was read from the last attempt.
    """
    reply = failure.evidence.reply
    if not reply or failure.cause == "expired":
        return False
    last = failure.because[0] if facts.is_expiry(failure) and failure.because else failure
    if last.tag:  # a judgement of ours, whatever the words
        return False
    return not any(str(last.status) in line for line in reply)


def _steps(templates: tuple[Template, ...], values: dict[str, str]) -> tuple[str, ...]:
    """The steps that have something to say: one that is optional as a whole may be empty."""
    return tuple(step for template in templates if (step := template.fill(values)))


def _wording_of(failure: Failure, words: Frame) -> _Wording:
    for id_ in (failure.cause, "remote-refused" if failure.permanent else "remote-deferred"):
        try:
            return _wording(id_, words)
        except catalogue.Unknown:
            continue
    raise AssertionError("the catalogue has lost its general causes")


@cache
def _wording(id_: str, words: Frame) -> _Wording:
    cause = catalogue.cause(id_)
    compiled = {
        Reader.SENDER: _compiled(tuple(map(words.say, cause.sender))),
        Reader.ADMIN: _compiled(cause.admin),
        Reader.THEIRS: _compiled(cause.theirs),
    }
    happened, waiting = _compiled((words.say(cause.happened), words.say(cause.waiting)))
    every = [happened, waiting, *(step for steps in compiled.values() for step in steps)]
    return _Wording(cause, happened, waiting, compiled, tuple(sorted(set().union(*(t.fields for t in every)))))


def _compiled(texts: tuple[str, ...]) -> tuple[Template, ...]:
    return tuple(compile_template(text) for text in texts)
