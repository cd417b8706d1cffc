"""From a remote server's reply to a status and a cause (spec A5 with errata 49 to 57).

The code that the remote sent stands, whatever its words.  Without one the status is derived, in this order: a
`#x.y.z` in the text; the provider's own words; everybody's words; the reply code and the step; X.0.0.  A derived
status must never look like the remote's: `Verdict.derived` says so, and explanations say "probably".

The words also pick among the causes of a code that the remote did send, but only among those that its file in
codes/ lists.  Deterministic, and some ten microseconds a reply: this is the path of every bounce.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.entries import By
from saywhy.why.phrases import common, numbers, providers
from saywhy.why.phrases.index import Meaning, PhraseIndex, Words, read_words

_COMMON = PhraseIndex(common.ROWS)
_HASHED = re.compile(r"#\s?([45]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
_PREFIX = re.compile(r"[2-5][0-9]{2}(?:[ -]|$)")

# RFC 3463 sections 3.2 to 3.8 (errata 39): details that are errors for good.  With class 4 we derive X.n.0.
_PERMANENT_ONLY = frozenset(
    {(1, 1), (1, 2), (1, 3), (1, 6), (2, 3), (3, 4), (5, 1), (5, 2), (5, 4), (6, 1), (7, 1), (7, 2), (7, 3)}
)
# Causes of refused sessions: what was refused says more than the words.
_AT_STEP = {Step.AUTH: "smart-host-sign-in-failed", Step.STARTTLS: "tls-not-offered"}
# When neither words nor the catalogue know: by the subject of a permanent refusal.
_BY_SUBJECT = {5: "remote-protocol-error", 6: "remote-content-refused", 7: "remote-policy"}
# Errata 50: a URL in a bare 550 or 554 points at a page about the sender's network, hence a policy.
_POLICY = Meaning("remote-policy", 7, 1)
_LISTED = Meaning("remote-block-list", 7, 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`derived`: the remote gave no code and `status` is our reading; `rule` names what decided."""

    status: Status
    cause: str
    derived: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Clue:
    """What the words of a reply mean, and which of them; `rule` is empty when they say nothing known."""

    rule: str
    meaning: Meaning


_NO_CLUE = Clue("", Meaning("", 0, 0))


def classify_reply(
    reply_code: int,
    status: Status | None,
    lines: Sequence[str],
    step: Step,
    *,
    host: str = "",
    accepted: bool = False,
) -> Verdict:
    """The verdict on a 4yz or 5yz reply.

    `lines` are the reply's texts, with or without codes at their beginning; `host` is the remote's name, for
    words that one provider uses in its own way; `accepted` says that an earlier RCPT of this transaction was
    accepted.
    """
    class_ = 4 if reply_code < 500 else 5
    texts, in_lines = _strip(lines, class_)
    if status is not None and status.class_ != class_:
        status = None  # RFC 2034 section 4: the classes must agree, or the code is void
    given = status or in_lines or _hashed(texts, class_)
    clue = _clue(texts, host)
    if given is not None:
        return _coded(given, clue, step)
    if clue.rule:
        return _worded(class_, clue, reply_code, step)
    return _numbered(class_, reply_code, step, accepted)


def _strip(lines: Sequence[str], class_: int) -> tuple[list[str], Status | None]:
    """The texts without codes, and the first enhanced code of the reply's class that opened one of them."""
    texts: list[str] = []
    first: Status | None = None
    for line in lines:
        if _PREFIX.match(line):
            line = line[4:]
        if line[1:2] == "." and (found := Status.find(line)) is not None:
            if first is None and found[0].class_ == class_:
                first = found[0]
            line = found[1]
        texts.append(line)
    return texts, first


def _hashed(texts: Sequence[str], class_: int) -> Status | None:
    """`#5.1.1` anywhere in the text: older servers' way (spec A5 step 2)."""
    for text in texts:
        if "#" in text and (found := _HASHED.search(text[:2000])) is not None:
            try:
                status = Status.parse(found[1])
            except ValueError:
                continue
            if status.class_ == class_:
                return status
    return None


def _clue(texts: Sequence[str], host: str) -> Clue:
    words = read_words(texts)
    table = _provider(host, words)
    found = table.find(words.text) if table is not None else None
    if found is not None:
        return Clue(f'words "{found[0]}" of this provider', found[1])
    tagged = _tagged(words)
    if tagged.rule:
        return tagged
    found = _COMMON.find(words.text)
    if words.block_list and (found is None or found[1].cause not in _SURE):
        return Clue(f"the block list {words.block_list} is named", _LISTED)
    if found is not None:
        return Clue(f'words "{found[0]}"', found[1])
    return Clue("a web address in the refusal", _POLICY) if words.url else _NO_CLUE


def _provider(host: str, words: Words) -> PhraseIndex | None:
    """By the remote's name, else by a name that it signs its reply with: `[x.prod.protection.outlook.com]`."""
    table = providers.rows_for(host) if host else None
    for name in words.tags if table is None else ():
        table = table or providers.rows_for(name)
    return table


_SURE = frozenset({"remote-user-unknown", "remote-mailbox-full", "remote-mailbox-disabled", "remote-greylisted"})


def _tagged(words: Words) -> Clue:
    for tag in words.tags:
        meaning = common.TAGS.get(tag)
        if meaning is not None:
            return Clue(f'tag "{tag}"', meaning)
    return _NO_CLUE


def _coded(status: Status, clue: Clue, step: Step) -> Verdict:
    first, listed = _causes_of(status)
    rule = f"code {status} in the reply"
    at_step = _cause_at(step, status)
    if at_step:
        return Verdict(status, at_step, False, f"{rule}, {step.value}")
    cause = clue.meaning.cause
    if cause and cause != first and (cause in listed or _fits(cause, clue.meaning, status, listed)):
        return Verdict(status, cause, False, f"{rule}, {clue.rule}")
    return Verdict(status, first, False, rule)


def _fits(cause: str, meaning: Meaning, status: Status, listed: frozenset[str]) -> bool:
    """Whether words may name a cause that the code's file lacks: X.0.0 says nothing, nor does a missing file."""
    if status.subject == 0:
        return True
    return not listed and meaning.subject == status.subject and cause != ""


def _worded(class_: int, clue: Clue, reply_code: int, step: Step) -> Verdict:
    meaning = clue.meaning
    if clue.meaning is _POLICY and reply_code not in (550, 554):
        return _numbered(class_, reply_code, step, accepted=False)
    detail = meaning.detail
    if class_ == 4 and (meaning.subject, detail) in _PERMANENT_ONLY:
        detail = 0
    status = Status(class_, meaning.subject, detail)
    return Verdict(status, _cause_at(step, status) or meaning.cause, True, clue.rule)


def _numbered(class_: int, reply_code: int, step: Step, accepted: bool) -> Verdict:
    subject, detail = numbers.cell(reply_code, step, accepted)
    if (subject, detail) == numbers.TOO_MANY_NOW:
        class_ = 4
    status = Status(class_, subject, detail)
    where = numbers.COLUMNS[step].value
    rule = f"reply code {reply_code} {where}" if subject else f"reply code {reply_code} alone"
    return Verdict(status, _cause_at(step, status) or _causes_of(status)[0], True, rule)


def _cause_at(step: Step, status: Status) -> str:
    """AUTH and STARTTLS refused for a reason of their own, not because the server is busy."""
    return _AT_STEP.get(step, "") if status.subject in (0, 5, 7) else ""


@lru_cache(maxsize=512)
def _causes_of(status: Status) -> tuple[str, frozenset[str]]:
    """The likeliest cause that another server gives this code, and all of them."""
    try:
        listed = [likely.cause for likely in catalogue.code(str(status)).causes if likely.by is By.THEM]
    except catalogue.Unknown:
        listed = []
    if listed:
        return listed[0], frozenset(listed)
    if status.class_ == 4:
        return "remote-deferred", frozenset()
    return _BY_SUBJECT.get(status.subject, "remote-refused"), frozenset()
