"""The Failures of this stage, one function each (spec A2, A4).  Texts are for strangers: no names of ours."""

from __future__ import annotations

from collections.abc import Sequence

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.outcome import Failed
from saywhy.model.status import Status

MAX_NAME = 500  # characters of a chain or a list of names in Evidence


def _failed(status: str, cause: str, tag: str, text: str, evidence: Evidence) -> Failure:
    return Failure(Status.parse(status), 550, cause, text, evidence, permanent=True, tag=tag)


def _seen(*, name: str = "", observed: int = -1, limit: int = -1, near: tuple[str, ...] = ()) -> Evidence:
    return Evidence(Stage.CATEGORIZE, name=name, observed=observed, limit=limit, near=near)


def chain(names: Sequence[str]) -> str:
    """`a -> b -> a`; of a long chain its end, which is where the trouble is."""
    text = " -> ".join(names)
    return text if len(text) <= MAX_NAME else "... " + text[-MAX_NAME:]


def too_many_recipients(observed: int, limit: int) -> Failure:
    evidence = _seen(name="max_recipients", observed=observed, limit=limit)
    tag = "RESOLVER.ADR.RecipLimit"
    return _failed("5.5.3", "too-many-recipients", tag, "too many recipients", evidence)


def not_found(passed: Sequence[str], near: tuple[str, ...] = ()) -> Failure:
    """`passed` are the groups and contacts that led to the address; empty when the sender wrote it."""
    evidence = _seen(name=chain(passed), near=near)
    return _failed("5.1.1", "recipient-unknown", "RESOLVER.ADR.RecipNotFound", "not found", evidence)


def target_not_found(passed: Sequence[str]) -> Failure:
    """A contact leads to an address of ours that nobody has (spec 5.1.1 e)."""
    evidence = _seen(name=chain(passed))
    return _failed("5.1.1", "recipient-unknown", "RESOLVER.FWD.NotFound", "not found", evidence)


def ambiguous(names: Sequence[str]) -> Failure:
    evidence = _seen(name=", ".join(names)[:MAX_NAME])
    return _failed("5.1.4", "recipient-ambiguous", "RESOLVER.ADR.Ambiguous", "ambiguous address", evidence)


def loop(passed: Sequence[str]) -> Failure:
    text = "forwarding loop in the directory"
    return _failed("5.4.6", "directory-loop", "RESOLVER.FWD.Loop", text, _seen(name=chain(passed)))


def too_deep(passed: Sequence[str], limit: int) -> Failure:
    evidence = _seen(name=chain(passed), observed=len(passed), limit=limit)
    text = "too many steps of forwarding in the directory"
    return _failed("5.4.6", "directory-loop", "RESOLVER.FWD.Depth", text, evidence)


def no_members(passed: Sequence[str]) -> Failure:
    text = "the group has no members to deliver to"
    return _failed("5.2.4", "group-not-expandable", "RESOLVER.GRP.NoMembers", text, _seen(name=chain(passed)))


def too_many_members(passed: Sequence[str], observed: int, limit: int) -> Failure:
    evidence = _seen(name=chain(passed), observed=observed, limit=limit)
    text = "the group has too many members"
    return _failed("5.2.4", "group-not-expandable", "RESOLVER.GRP.TooManyMembers", text, evidence)


def _directory_down(evidence: Evidence) -> Failure:
    return Failure(
        Status(4, 3, 0),
        451,
        "directory-unavailable",
        "recipient directory not available",
        evidence,
        permanent=False,
        tag="RESOLVER.ADR.DirectoryDown",
    )


def directory_down(why: str) -> Failure:
    return _directory_down(_seen(name=why[:MAX_NAME]))


def directory_down_at_rcpt(why: str) -> Failure:
    return _directory_down(Evidence(Stage.RECEIVE, Step.RCPT, name=why[:MAX_NAME]))


def user_unknown(near: tuple[str, ...]) -> Failure:
    """The refusal at RCPT, in the words that other servers' bounce parsers know (spec 5.1.1 a)."""
    evidence = Evidence(Stage.RECEIVE, Step.RCPT, near=near)
    return Failure(Status(5, 1, 1), 550, "recipient-unknown", "User unknown", evidence, permanent=True)


USER_UNKNOWN = Failed(user_unknown(()))  # thousands a second in an address harvest: made once
