"""Settled recipients -> the Page that text and HTML lay out: the part for the person who wrote the message.

A reader outside the organisation gets no near misses and no facts of ours beyond this server's name (spec B5).
Numbers of things shown are bounded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from saywhy.flow.report import diagnose, phrases
from saywhy.flow.report.facts import failure_of, happened_at, leads_on, remote_of, status_of
from saywhy.flow.report.occasion import Occasion, title
from saywhy.flow.report.own_words import own_words
from saywhy.flow.report.page import Block, Page
from saywhy.flow.report.parties import parties
from saywhy.flow.stages import Settled
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Relayed
from saywhy.why.explain import Act, Explanation, Reader, Scope, explain
from saywhy.why.facts import OR
from saywhy.why.words import ENGLISH
from saywhy.wire.report.clean import MAX_SUBJECT, line, name
from saywhy.wire.report.values import Action

MAX_WORDS = 12  # lines of a remote's reply
MAX_HELP = 10  # lines of the organisation's own text

_ASTRAY = "recipient-ambiguous"  # its cures hold for any address of ours that leads nowhere
_NO_ADDRESS = ".Format"  # the tag of a file's recipient that is none
_SUCCESS = Explanation("", "", (), Act.NOBODY)


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient with the words for it; a success needs none."""

    settled: Settled
    explanation: Explanation

    @property
    def act(self) -> str:
        """Who has to act, as the catalogue names them; empty for a success."""
        return "" if self.explanation is _SUCCESS else self.explanation.act.value

    @property
    def address(self) -> str:
        """As accepted in RCPT: where mail goes from there is not the sender's to know (errata 29)."""
        return line(_written(self.settled))


def told(settled: Settled, language: str) -> Told:
    failure = failure_of(settled.outcome)
    if failure is None:
        return Told(settled, _SUCCESS)
    if failure.evidence.near:  # the report's own line says them, to those who may read them
        failure = replace(failure, evidence=replace(failure.evidence, near=()))
    if leads_on(settled.pending):
        return Told(settled, _beyond(failure, language))
    return Told(settled, explain(failure, Reader.SENDER, recipient=_written(settled), lang=language))


def _written(settled: Settled) -> str:
    """The recipient; what stands in a file and is no address (spec 5.1.3 b) as it stands there."""
    failure = failure_of(settled.outcome)
    if failure is not None and failure.tag.endswith(_NO_ADDRESS) and failure.evidence.name:
        return failure.evidence.name
    return str(settled.pending.recipient.address)


def _beyond(failure: Failure, language: str) -> Explanation:
    """A contact's target or a group's member failed: not the address that the sender wrote, nor theirs to mend.

    The message still is.
    """
    explanation = explain(failure, Reader.SENDER, lang=language)
    if explanation.act is not Act.SENDER or explanation.scope is Scope.MESSAGE:
        return explanation
    ours = explain(replace(failure, cause=_ASTRAY), Reader.SENDER, lang=language)
    return replace(explanation, steps=ours.steps, act=ours.act)


def page(occasion: Occasion, action: Action, recipients: Sequence[Told], more: int = 0) -> Page:
    """`more` recipients are named in further reports."""
    say, frame = occasion.say, occasion.frame
    codes = [f"<{name(occasion.hostname)} #{status_of(one.settled.outcome)}>" for one in recipients]
    settled = [one.settled for one in recipients]
    return Page(
        frame=frame,
        action=action,
        title=say(phrases.TITLE[action]),
        title_in_english=occasion.in_english(phrases.TITLE[action]),
        subject=subject(occasion, action),
        sent=occasion.time(occasion.sent),
        head=say(phrases.HEAD[action]),
        head_in_english=occasion.in_english(phrases.HEAD[action]),
        blocks=tuple(_block(occasion, *pair) for pair in zip(recipients, codes, strict=True)),
        more=frame.count(*phrases.MORE, more) if more else "",
        help=tuple(map(line, occasion.config.report_help_text.splitlines()[:MAX_HELP])),
        diagnostics=diagnose.diagnostics(occasion, settled) if occasion.shows_diagnostics else None,
        diagnostics_in_words="" if frame.language == ENGLISH else say(phrases.FOR_ADMINISTRATORS),
        codes=tuple(dict.fromkeys(codes)),
    )


def subject(occasion: Occasion, action: Action) -> str:
    """The original's subject behind the kind of report, at most MAX_SUBJECT characters (spec B2)."""
    more = f" (+{len(occasion.originals) - 1})" if occasion.originals else ""
    full = f"{occasion.say(phrases.PREFIX[action])} {title(occasion, occasion.message)}{more}"
    return full if len(full) <= MAX_SUBJECT else full[: MAX_SUBJECT - 3].rstrip() + "..."


def _block(occasion: Occasion, one: Told, code: str) -> Block:
    match one.settled.outcome:
        case Failed(failure):
            return _trouble(occasion, one, failure, code, "")
        case Deferred(failure):
            patience = occasion.say(phrases.PATIENCE).format(time=occasion.time(occasion.message.expires))
            return _trouble(occasion, one, failure, code, patience)
        case Delivered():
            happened = occasion.say(phrases.DELIVERED)
        case Relayed():
            server = remote_of(one.settled.outcome)[0] or occasion.say(phrases.OTHER_SERVER)
            happened = occasion.say(phrases.RELAYED).format(server=name(server))
        case Expanded():
            happened = occasion.say(phrases.EXPANDED)
        case _:
            assert_never(one.settled.outcome)
    return Block(one.address, occasion.time(happened_at(one.settled, occasion.now)), happened, code)


def _trouble(occasion: Occasion, one: Told, failure: Failure, code: str, patience: str) -> Block:
    boxes, verdict = parties(
        one.explanation.act, occasion.frame, internal=occasion.internal, waiting=bool(patience)
    )
    server, words = remote_of(one.settled.outcome)
    said = _said(occasion, server) if words else ""
    if failure.evidence.comment:
        said, words = occasion.say(phrases.MODERATOR_WROTE), failure.evidence.comment
    own = own_words(occasion, one.settled)
    return Block(
        address=one.address,
        when=occasion.time(happened_at(one.settled, occasion.now)),
        subject=occasion.subject(one.settled.pending.message),
        happened=line(one.explanation.happened) if own is None else "",
        code=code,
        hint=" ".join(
            filter(None, (_about_another(occasion, one), _did_you_mean(occasion, failure.evidence.near)))
        ),
        patience=patience,
        steps=tuple(map(line, one.explanation.steps)) if own is None else (),
        parties=boxes,
        verdict=verdict,
        server=said,
        words=tuple(map(line, words[:MAX_WORDS])),
        own=own,
    )


def _about_another(occasion: Occasion, one: Told) -> str:
    """The address that the sender wrote is there; where its mail goes has failed, and is not named (errata 29)."""
    if one.explanation.scope not in (Scope.RECIPIENT, Scope.DOMAIN) or not leads_on(one.settled.pending):
        return ""
    return occasion.say(phrases.ABOUT_ANOTHER).format(address=one.address)


def _did_you_mean(occasion: Occasion, near: tuple[str, ...]) -> str:
    """Near misses name addresses of ours: they are for readers of ours alone (spec 5.1.1 Extra)."""
    if not near or not occasion.internal:
        return ""
    first, last = ", ".join(map(line, near[:-1])), line(near[-1])
    both = occasion.say(OR).format(first=first, last=last) if first else last
    return occasion.say(phrases.DID_YOU_MEAN).format(addresses=both)


def _said(occasion: Occasion, server: str) -> str:
    return occasion.say(phrases.SAID).format(server=name(server) or occasion.say(phrases.OTHER_SERVER))
