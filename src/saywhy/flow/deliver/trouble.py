"""The one place that decides what a trouble on the way means: the attempt ends, or something else is tried first.

Facts in, a decision out; no IO and no state.  RFC 5321 sections 3.1, 4.2.4, 4.5.4.1 and 5.1, RFC 7504, errata 22,
41, 52, 55 and 60c.  Left out: how long to wait before the next attempt and when to give up, which are the queue's.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from saywhy.flow.deliver import failures
from saywhy.flow.deliver.facts import (
    DELIVERBY,
    ESMTP,
    Break,
    Lacking,
    NoConnection,
    NoSignIn,
    NoTls,
    Refusal,
    Scene,
    Trouble,
)
from saywhy.flow.stages import Host
from saywhy.model.evidence import Step
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Failed

MAX_SUMMARY = 200  # characters about one host in Evidence.hosts
TOO_MANY_RECIPIENTS = (5, 3)  # X.5.3, RFC 3463 section 3.6


class Move(enum.Enum):
    """What to do after a trouble, for the recipients that it concerns."""

    STOP = "stop"  # the failure is their outcome of this attempt
    REST = "rest"  # another transaction with the same host takes them
    WHOLE = "whole"  # another transaction with the same host, by DATA instead of BDAT
    NEXT_HOST = "next host"
    NEW_CONNECTION = "new connection"  # to the same host: the session from the pool had gone stale
    IN_CLEAR = "in clear"  # a new connection to the same host, without TLS


@dataclass(frozen=True, slots=True)
class Decision:
    """`failure` counts where `move` leads to nothing better."""

    move: Move
    failure: Failure


# A refusal before a transaction is about the host, in one it is about the message or the recipient (errata 60c).
AFTER_REFUSAL: Mapping[Step, Move] = {
    Step.GREETING: Move.NEXT_HOST,
    Step.EHLO: Move.NEXT_HOST,
    Step.MAIL: Move.STOP,
    Step.RCPT: Move.STOP,
    Step.DATA: Move.STOP,
    Step.END_OF_DATA: Move.STOP,
}

# These speak of the host: closing (421) at any step; takes no mail at all (521, RFC 7504) before a recipient.
HOST_CODES: Mapping[int, frozenset[Step]] = {
    421: frozenset(Step),
    521: frozenset(Step) - {Step.RCPT, Step.DATA, Step.END_OF_DATA},
}

# The command, not the message, was refused: something on the way offers CHUNKING and cannot do it.  DATA may
# follow in a new transaction (RFC 3030 section 2, errata 60h); never with BINARYMIME, which is never declared.
NO_BDAT = frozenset({500, 502, 503, 504})

# After the final dot the message may have arrived: another host could deliver it twice.
AFTER_BREAK: Mapping[Step, Move] = dict.fromkeys(Step, Move.NEXT_HOST) | {Step.END_OF_DATA: Move.STOP}


def decide(trouble: Trouble, scene: Scene) -> Decision:
    match trouble:
        case NoConnection():
            return Decision(Move.NEXT_HOST, failures.no_connection(trouble, scene))
        case NoTls():
            move = Move.IN_CLEAR if scene.may_clear else Move.NEXT_HOST
            return Decision(move, failures.no_tls(trouble, scene))
        case NoSignIn():
            return Decision(Move.NEXT_HOST, failures.no_sign_in(trouble, scene))
        case Refusal():
            failure = failures.refusal(trouble, scene)
            return Decision(_after_refusal(trouble, failure, scene), failure)
        case Break():
            return Decision(_after_break(trouble, scene), failures.session_broken(trouble, scene))
        case Lacking():
            move = Move.NEXT_HOST if trouble.extension in (ESMTP, DELIVERBY) else Move.STOP
            return Decision(move, failures.lacking(trouble, scene))
        case _:
            assert_never(trouble)


def _after_refusal(trouble: Refusal, failure: Failure, scene: Scene) -> Move:
    if trouble.step is Step.STARTTLS:
        return Move.IN_CLEAR if scene.may_clear else Move.NEXT_HOST
    if trouble.step in HOST_CODES.get(trouble.reply.code, ()):
        # A server that closes an idle session says 421: no word on the message that came next.
        return Move.NEW_CONNECTION if _stale(trouble.step, scene) else Move.NEXT_HOST
    if trouble.command == "BDAT" and trouble.reply.code in NO_BDAT:
        return Move.WHOLE
    if trouble.accepted and (failure.status.subject, failure.status.detail) == TOO_MANY_RECIPIENTS:
        return Move.REST  # RFC 5321 section 4.5.3.1.10
    return AFTER_REFUSAL.get(trouble.step, Move.STOP)


def _after_break(trouble: Break, scene: Scene) -> Move:
    if _stale(trouble.step, scene) and not trouble.timed_out:
        return Move.NEW_CONNECTION
    if scene.may_clear and _around_handshake(trouble.step, scene.tls):
        return Move.IN_CLEAR
    return AFTER_BREAK[trouble.step]


def _stale(step: Step, scene: Scene) -> bool:
    """A session from the pool that ended while idle, or at the first word of the next message."""
    return scene.reused and step in (Step.NONE, Step.MAIL)


def _around_handshake(step: Step, tls: str) -> bool:
    """At STARTTLS, or at the first word in the encrypted session."""
    return step is Step.STARTTLS or (step is Step.EHLO and bool(tls))


@dataclass(frozen=True, slots=True)
class Tried:
    """A host that was no use, and why."""

    host: Host
    failure: Failure

    @property
    def summary(self) -> str:
        evidence = self.failure.evidence
        said = evidence.reply[0] if evidence.reply else self.failure.text
        detail = f" ({evidence.name})" if evidence.name and not evidence.reply else ""
        return f"{self.host.name} [{self.host.ip}]:{self.host.port}: {said}{detail}"[:MAX_SUMMARY]


def verdict(tried: Sequence[Tried], *, give_up: bool = False) -> Failure:
    """No host took the mail: the failure that counts, with all of them in its evidence.

    `give_up`: that none of them answered is final (the connector's upgrade_connect_failures, spec 5.4.1 b).

    The most preferred hosts' word stands: it is final when each of them, over one of its addresses, refused for
    good.  Otherwise the mail waits, and of the passing troubles the most telling one is named.
    """
    best = min(each.host.preference for each in tried)
    top = [each for each in tried if each.host.preference == best]
    final = [each for each in top if each.failure.permanent]
    if {each.host.name for each in final} == {each.host.name for each in top}:
        return with_hosts(final[0].failure, tried)
    passing = [each.failure for each in tried if not each.failure.permanent]
    telling = with_hosts(min(passing, key=_telling), tried)
    return failures.no_answer_for_good(telling) if give_up and telling.cause == "no-answer" else telling


def _telling(failure: Failure) -> int:
    """Low for the remote's own words, high for what lies with us."""
    if failure.from_remote:
        return 0
    return 2 if failure.cause == "system-resources" else 1


def with_hosts(failure: Failure, tried: Sequence[Tried]) -> Failure:
    hosts = tuple(each.summary for each in tried)
    return replace(failure, evidence=replace(failure.evidence, hosts=hosts))


def outcome(failure: Failure) -> Deferred | Failed:
    return Failed(failure) if failure.permanent else Deferred(failure)
