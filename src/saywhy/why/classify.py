"""From a remote server's reply to a status and a cause (spec A5 with errata 49 to 57).

The code that the remote sent stands, whatever its words.  Without one the status is derived, in this order: a
`#x.y.z` in the text; the provider's own words; everybody's words; the reply code and the step; X.0.0.  A derived
status must never look like the remote's: `Verdict.derived` says so, and explanations say "probably".

The words also pick among the causes of a code that the remote did send, but only among those that its file in
codes/ lists; without words it is what the provider means by the code, else the likeliest cause.  Deterministic,
and some ten microseconds a reply: this is the path of every bounce.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.entries import SOURCES, By
from saywhy.why.phrases import common, numbers, providers
from saywhy.why.phrases.index import Meaning
from saywhy.why.phrases.words import Words, read_words

_HASHED = re.compile(r"#\s?([45]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
_PREFIX = re.compile(r"[2-5][0-9]{2}(?:[ -]|$)")
# Exchange wraps the next server's reply into its own: {LED=450 4.7.1 ...}, or responded with: "421 4.2.1 ...".
_INNER = re.compile(r'(?:LED=|responded with: ?"?)([45])([0-9]{2})[ -]([^"}]{0,500})')

# RFC 3463 sections 3.2 to 3.8 (errata 39): details that are errors for good.  With class 4 we derive X.n.0.
_PERMANENT_ONLY = frozenset(
    {
        *((1, 1), (1, 2), (1, 3), (1, 6), (2, 3), (3, 4), (5, 1), (5, 2), (5, 4), (6, 1)),
        *((7, 1), (7, 2), (7, 3), (7, 4), (7, 17), (7, 20), (7, 23), (7, 25), (7, 26), (7, 27), (7, 29)),
        (1, 10),
    }
)
# Causes of refused sessions: what was refused says more than the words.
_AT_STEP = {Step.AUTH: "smart-host-sign-in-failed", Step.STARTTLS: "tls-not-offered"}
# When neither words nor the catalogue know: by the subject of a permanent refusal.
_BY_SUBJECT = {5: "remote-protocol-error", 6: "remote-content-refused", 7: "remote-policy"}
# Errata 50: a URL in a bare 550 or 554 points at a page about the sender's network, hence a policy.
_POLICY = Meaning("remote-policy", 7, 1)
_LISTED = Meaning("remote-block-list", 7, 1)


# Codes that say more than a hint does: moved, mailbox full.
_EXACT_CODES = frozenset({(1, 6), (2, 2)})
# What does not exist is the sender's when MAIL is refused.
_NO_SUCH = frozenset({"remote-user-unknown", "remote-route-unknown"})
_NO_SENDER = Meaning("remote-sender-refused", 1, 8)
# Reply codes that say less than a single word does.
_SAY_NOTHING = frozenset({421, 450, 451, 452, 550, 552, 553, 554})

TAGGED = "the tag names it"


class Confidence(enum.Enum):
    """How sure the cause is; explanations never sell a guess as a fact."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`derived`: the remote gave no code and `status` is our reading; `rule` names what decided.

    `grounds` says in a few words why the confidence is what it is; `words` is the phrase that decided, if one did,
    and `reason` Sisimai's name for it where that is another than the cause's.
    """

    status: Status
    cause: str
    derived: bool
    rule: str
    confidence: Confidence
    grounds: str
    words: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Clue:
    """What the words of a reply mean, and which of them; `rule` is empty when they say nothing known.

    `tagged`: a tag of the mail system that said it; `exact`: a whole sentence.  Both stand against a code.
    `guess`: a single word that may mean much.
    """

    rule: str
    meaning: Meaning
    tagged: bool = False
    words: str = ""
    exact: bool = False
    guess: bool = False


@dataclass(frozen=True, slots=True)
class _Listed:
    """The causes that the catalogue has for a code: the likeliest of another server, all of others, all."""

    first: str
    theirs: frozenset[str]
    every: frozenset[str]
    by_provider: bool = False


_NO_CLUE = Clue("", Meaning("", 0, 0))


def classify_reply(
    reply_code: int,
    status: Status | None,
    lines: Sequence[str],
    step: Step,
    *,
    host: str = "",
    accepted: bool = False,
    tables: Sequence[str] = common.THEIRS,
) -> Verdict:
    """The verdict on a 4yz or 5yz reply.

    `lines` are the reply's texts, with or without codes at their beginning; `host` is the remote's name, for
    words that one provider uses in its own way; `accepted` says that an earlier RCPT of this transaction was
    accepted; `tables` are those whose words count, see phrases/common.
    """
    return _classified(reply_code, status, tuple(lines), step, host, accepted, tuple(tables))


@lru_cache(maxsize=256)  # a server refuses many messages in the same words
def _classified(
    reply_code: int,
    status: Status | None,
    lines: tuple[str, ...],
    step: Step,
    host: str,
    accepted: bool,
    tables: tuple[str, ...],
) -> Verdict:
    class_ = 4 if reply_code < 500 else 5
    texts, in_lines = _strip(lines, class_)
    if status is not None and status.class_ != class_:
        status = None  # RFC 2034 section 4: the classes must agree, or the code is void
    given = status or in_lines or _hashed(texts, class_)
    provider, clue = _clue(texts, host, tables)
    if step is Step.MAIL and clue.meaning.cause in _NO_SUCH:
        clue = replace(clue, meaning=_NO_SENDER)
    if given is not None:
        return _wrapped(texts, given) or _coded(given, clue, step, provider)
    if clue.rule:
        return _worded(class_, clue, reply_code, step)
    return _numbered(class_, reply_code, step, accepted)


def _wrapped(texts: Sequence[str], status: Status) -> Verdict | None:
    """What the server before had been told itself: the cause is the inner reply's, the status the outer one."""
    for text in texts:
        found = _INNER.search(text[:2000]) if "LED=" in text or "responded with" in text else None
        if found is not None:
            inner = classify_reply(int(found[1] + found[2]), None, (found[3],), Step.NONE)
            rule = f"code {status} in the reply, within it another: {inner.rule}"
            return replace(inner, status=status, derived=False, rule=rule)
    return None


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


def _clue(texts: Sequence[str], host: str, tables: Sequence[str]) -> tuple[str, Clue]:
    """The provider among entries.SOURCES (empty: nobody's) and what the words mean."""
    words = read_words(" ".join(texts))
    provider = _provider(host, words)
    hit = common.phrases().find(words.text, (provider,)) if provider else None
    if hit is not None:
        clue = Clue(f'words "{hit.phrase}" of this provider', hit.meaning, words=hit.phrase, exact=True)
    else:
        clue = _tagged(words) or _linked(words) or _said(words, tables)
    return providers.source_of(provider), clue


def _said(words: Words, tables: Sequence[str]) -> Clue:
    hit = common.phrases().find(words.text, tables)
    if words.block_list and (hit is None or hit.meaning.cause not in _SURE):
        return Clue(f"the block list {words.block_list} is named", _LISTED, exact=True)
    if hit is not None:
        return Clue(
            f'words "{hit.phrase}"',
            hit.meaning,
            words=hit.phrase,
            exact=hit.table in common.EXACT,
            guess=hit.table in common.GUESSES,
        )
    return Clue("a web address in the refusal", _POLICY) if words.url else _NO_CLUE


def _provider(host: str, words: Words) -> str:
    """By the remote's name, else by how it signs its replies: `[x.prod.protection.outlook.com]`, `gsmtp`."""
    found = providers.provider_of(host) if host else ""
    if found:
        return found
    for signature, name in providers.SIGNATURES.items():
        if signature in words.text:
            return name
    return next((named for tag in words.hosts if (named := providers.provider_of(tag))), "")


_SURE = frozenset(
    {
        *("remote-user-unknown", "remote-mailbox-full", "remote-mailbox-disabled", "remote-greylisted"),
        "remote-link-refused",
    }
)


def _tagged(words: Words) -> Clue | None:
    for tag in words.hosts:
        meaning = common.TAGS.get(tag)
        if meaning is not None:
            return Clue(f'tag "{tag}"', meaning, tagged=True)
    return None


def _linked(words: Words) -> Clue | None:
    for host in words.hosts:
        meaning = common.LINKS.get(host)
        if meaning is not None:
            return Clue(f"it points at {host}", meaning, exact=True)
    return None


def _coded(status: Status, clue: Clue, step: Step, provider: str) -> Verdict:
    listed = _causes_of(status, provider)
    rule = f"code {status} in the reply"
    if clue.meaning is _POLICY and status.subject not in (0, 7):
        clue = _NO_CLUE
    at_step = _cause_at(step, status)
    if at_step:
        return Verdict(
            status, at_step, False, f"{rule}, {step.value}", Confidence.HIGH, "what was refused says it"
        )
    cause = clue.meaning.cause
    told = (status.subject, status.detail) in _EXACT_CODES and not (clue.exact or clue.tagged)
    if cause and not told and (cause in listed.theirs or _fits(clue, status, listed)):
        if clue.guess:
            return _of_words(status, clue, f"{rule}, {clue.rule}", Confidence.LOW, "the code and a single word")
        grounds = TAGGED if clue.tagged else "the code and the words agree"
        return _of_words(status, clue, f"{rule}, {clue.rule}", Confidence.HIGH, grounds)
    if cause and clue.exact:
        grounds = "the words say it, and stand against the code"
        return _of_words(status, clue, f"{rule}, but {clue.rule}", Confidence.MEDIUM, grounds)
    if listed.by_provider:
        rule = f"{rule}, as {SOURCES[provider]} uses it"
        return Verdict(status, listed.first, False, rule, Confidence.HIGH, "this provider uses the code so")
    if len(listed.theirs) == 1:
        return Verdict(status, listed.first, False, rule, Confidence.HIGH, "the code has no other cause")
    return Verdict(status, listed.first, False, rule, Confidence.LOW, _likeliest(listed))


def _likeliest(listed: _Listed) -> str:
    number = len(listed.theirs)
    return f"the code alone, the likeliest of its {number} causes" if number else "the code alone, not one we know"


def _fits(clue: Clue, status: Status, listed: _Listed) -> bool:
    """Whether words may name a cause that the code's file lacks: X.n.0 says little, nor does a missing file."""
    if clue.tagged and clue.meaning.cause in listed.every:
        return True
    return (
        status.subject == 0 or status.detail == 0 or (not listed.theirs and clue.meaning.subject == status.subject)
    )


def _worded(class_: int, clue: Clue, reply_code: int, step: Step) -> Verdict:
    meaning = clue.meaning
    weak = clue.meaning is _POLICY and reply_code not in (550, 554)
    if weak or (clue.guess and _says_more(reply_code, step)):
        return _numbered(class_, reply_code, step, accepted=False)
    detail = meaning.detail
    if class_ == 4 and (meaning.subject, detail) in _PERMANENT_ONLY:
        detail = 0
    status = Status(class_, meaning.subject, detail)
    at_step = _cause_at(step, status)
    if at_step:
        return Verdict(status, at_step, True, clue.rule, Confidence.MEDIUM, "what was refused says it")
    if clue.tagged:
        return _of_words(status, clue, clue.rule, Confidence.HIGH, TAGGED, derived=True)
    if clue.guess:
        return _of_words(status, clue, clue.rule, Confidence.LOW, "a single word, no code", derived=True)
    grounds = "the words say it, no code does"
    return _of_words(status, clue, clue.rule, Confidence.MEDIUM, grounds, derived=True)


def _of_words(
    status: Status, clue: Clue, rule: str, confidence: Confidence, grounds: str, *, derived: bool = False
) -> Verdict:
    meaning = clue.meaning
    return Verdict(status, meaning.cause, derived, rule, confidence, grounds, clue.words, meaning.reason)


def _says_more(reply_code: int, step: Step) -> bool:
    """Whether a reply code says more than a single word does."""
    return reply_code not in _SAY_NOTHING and numbers.cell(reply_code, step, accepted=False)[0] > 0


def _numbered(class_: int, reply_code: int, step: Step, accepted: bool) -> Verdict:
    subject, detail = numbers.cell(reply_code, step, accepted)
    if (subject, detail) == numbers.TOO_MANY_NOW:
        class_ = 4
    status = Status(class_, subject, detail)
    where = numbers.COLUMNS[step].value
    rule = f"reply code {reply_code} {where}" if subject else f"reply code {reply_code} alone"
    cause = _cause_at(step, status) or _causes_of(status, "").first
    return Verdict(status, cause, True, rule, Confidence.LOW, "the reply code alone")


def _cause_at(step: Step, status: Status) -> str:
    """AUTH and STARTTLS refused for a reason of their own, not because the server is busy."""
    return _AT_STEP.get(step, "") if status.subject in (0, 5, 7) else ""


@lru_cache(maxsize=1024)
def _causes_of(status: Status, provider: str) -> _Listed:
    """What the catalogue has; what `provider` means by the code comes first."""
    try:
        listed = catalogue.code(str(status)).causes
    except catalogue.Unknown:
        listed = ()
    every = frozenset(likely.cause for likely in listed)
    theirs = [likely for likely in listed if likely.by is By.THEM]
    own = next((likely.cause for likely in theirs if provider and likely.provider == provider), "")
    common_ = next((likely.cause for likely in theirs if not likely.provider), "")
    first = own or common_ or _by_subject(status)
    return _Listed(first, frozenset(likely.cause for likely in theirs), every, bool(own))


def _by_subject(status: Status) -> str:
    if status.class_ == 4:
        return "remote-deferred"
    return _BY_SUBJECT.get(status.subject, "remote-refused")
