"""What a dialect is: a way to know a system's reports and a way to read them.

`textual` makes one for a system that writes for people only: signs that only this system's notices have, and the
rules of `text` that it follows.  Adding a system is adding a file to dialects/ and its line to the list there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from saywhy.why.read import codes, command, text
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.original import addressed
from saywhy.why.read.plain import holds
from saywhy.why.read.signs import FAILURE
from saywhy.why.read.values import From, Kind


@dataclass(frozen=True, slots=True)
class Dialect:
    """`read` gives None for a message that it does not know."""

    name: str
    read: Callable[[Mail], Found | None]


@dataclass(frozen=True, slots=True)
class Other:
    """A reader of what is no delivery report: feedback, MDN, auto-replies ..."""

    name: str
    kind: Kind
    read: Callable[[Mail], Found | None]


def textual(
    name: str,
    system: str,
    *,
    signs: Sequence[str] = (),
    pattern: str = "",
    rules: Sequence[text.Rule] = text.ALL,
    action: str = "",
    finish: Callable[[Mail, Found], None] | None = None,
) -> Dialect:
    """A dialect of notices that have one of the `signs` in them, or match `pattern`."""
    compiled = re.compile(pattern, re.M) if pattern else None

    def read(mail: Mail) -> Found | None:
        notice = mail.start
        for sign in signs:
            if sign in notice:
                break
        else:
            if compiled is None or compiled.search(notice) is None:
                return None
        found = Found(name, system, text.recipients(mail, rules), action=action or action_of(mail))
        if finish is not None:
            finish(mail, found)
        complete(mail, found)
        command.add(mail, found)
        return found if found.entries else None

    return Dialect(name, read)


# What is done about the message, where no field says it.
_FAILED = re.compile(
    r"permanent(?:ly)? (?:fatal |delivery )?(?:error|failure|fail)|failed permanently|given up|giving up|could "
    r"not be delivered for|"
    r"fatal errors?|has been returned|was returned|not going to try again|will not be retried|no further "
    r"(?:delivery )?attempts|"
    r"returned to (?:you|sender)|message expired|too long in the queue|in the queue too long"
)
_DELAYED = re.compile(
    r"this is a warning (?:message )?only|not yet been delivered|have been delayed|has been delayed|is delayed|"
    r"was delayed|delayed (?:\d+|for) |"
    r"delivery (?:is |has been |was )?(?:being )?delayed|delivery[- ]delay|warning[: -]{1,3}(?:message|could "
    r"not|mail|delayed)|still (?:being )?(?:trying|in the queue|retrying|attempting)|"
    r"will (?:be )?(?:retried|keep (?:on )?trying|continue|try again|be attempted)|continue (?:to )?try|"
    r"temporary failure report|transient non-fatal|not need to re-?send|"
    r"attempts will continue|transient (?:error|failure|delivery)|temporarily deferred|message delayed|mail "
    r"delayed|verzögert|retardé|retrasad[oa]|ritardat[oa]|vertraagd|"
    r"atrasad[oa]|задержан|отложен|遅延|延迟|延遲|försenad|opóźnion"
)
_DELIVERED = re.compile(
    r"\bsuccessful(?:ly)? (?:mail )?deliver|was successfully (?:delivered|relayed)|message (?:was|has been) "
    r"(?:successfully )?delivered|relayed to (?:the following|these|a)|"
    r"delivered to the following|erfolgreich zugestellt|successfully delivered"
)
_NOT = re.compile(r"(?:not|n't|undelivered|unable|fail)")
_DELAYED_SUBJECT = re.compile(
    r"delay|warning|deferred|verzögert|retard|retras|ritardo|atras|not yet|still trying|temporar"
)


# One of these is in every text that the patterns above match.
_STEMS = (
    *(
        "delay",
        "warning",
        "yet",
        "still",
        "retr",
        "continu",
        "try",
        "attempted",
        "temporar",
        "transient",
        "send",
        "success",
        "delivered",
        "relayed",
    ),
    *(
        "verzögert",
        "retard",
        "retras",
        "ritard",
        "vertraag",
        "atras",
        "задерж",
        "отлож",
        "遅延",
        "延迟",
        "延遲",
        "försenad",
        "opóźnion",
        "erfolgreich",
        "deferred",
    ),
)


def action_of(mail: Mail) -> str:
    """What the words say: failed unless they speak of a delay or of success."""
    subject, notice = mail.subject.lower(), mail.lower
    if not holds(notice, _STEMS) and not holds(subject, _STEMS):
        return "failed"
    if _DELAYED_SUBJECT.search(subject) or _DELAYED.search(notice):
        if _FAILED.search(notice) and not (_DELAYED_SUBJECT.search(subject) and _DELAYED.search(notice)):
            return "failed"
        return "delayed"
    success = _DELIVERED.search(subject) or _DELIVERED.search(notice)
    if (
        success
        and not _NOT.search(notice[max(0, success.start() - 40) : success.start()])
        and not _FAILED.search(notice)
    ):
        return "relayed" if "relayed" in success[0] else "delivered"
    return "failed"


_REASON_LABEL = re.compile(
    r"(?:reason|because|error|problem|details?|diagnos|cause|response|said|explanation|message|grund|motivo|raison|fehler)[^\n:]{0,60}:",
    re.I,
)


def complete(mail: Mail, found: Found) -> None:
    """Recipients without a reason get the paragraph of the notice that holds one; local parts get their domain."""
    if not found.entries:
        return
    bare = [entry for entry in found.entries if not entry.reply_code and not entry.status]
    if len(bare) != len(found.entries) or len(bare) > 5:
        return
    reason = _reason(mail, bare)
    if reason is None:
        return
    start, words, certain = reason
    for entry in bare:
        if re.search(r"\w{2}", entry.diagnostic) and not certain:
            continue
        text.describe(mail, entry, words, start)


def _reason(mail: Mail, entries: list[Entry]) -> tuple[int, str, bool] | None:
    """The first paragraph with a code, else the first behind the address: where, what, has it a code."""
    notice = mail.notice
    last = max(notice.lower().rfind(entry.recipient.lower()) for entry in entries)
    after: tuple[int, str] | None = None
    labelled: tuple[int, str] | None = None
    for match in _PARAGRAPH.finditer(notice[: text.MAX_DIAGNOSTIC * 8]):
        words = match[0]
        if codes.reply_code(words) or (match.start() > last >= 0 and codes.status_code(words)):
            return match.start(), words, True
        if match.start() > last >= 0 and re.search(r"\w", words):
            after = after or (match.start(), words)
            if labelled is None and _REASON_LABEL.search(words):
                labelled = (match.start(), words)
    chosen = labelled or after
    if chosen is None:
        return _before(notice, last)
    if chosen[1].rstrip().endswith(":"):  # a heading: what it announces
        rest = _PARAGRAPH.search(notice, chosen[0] + len(chosen[1]))
        if rest is not None:
            return rest.start(), rest[0], False
    return chosen[0], chosen[1], False


def _before(notice: str, last: int) -> tuple[int, str, bool] | None:
    """The paragraphs above the address, three at the most."""
    for match in reversed(list(_PARAGRAPH.finditer(notice[: max(last, 0)]))):
        if match[0].rstrip().endswith(":") or _OPENING.match(match[0]):
            continue
        if FAILURE.search(match[0].lower()):
            return match.start(), match[0][:1000], False
    own = _PARAGRAPH.search(notice, notice.rfind("\n\n", 0, last) + 2 if last > 0 else 0)
    if own is not None and own.start() <= last < own.end() and FAILURE.search(own[0].lower()):
        return own.start(), own[0][:1000], False  # the sentence with the address says no more than that it failed
    return None


_OPENING = re.compile(
    r"\s*(?:hi\b|hello|dear|this (?:message|is)|the original message was|"
    r"your message(?![^\n]{0,60}\bwithin \d)|an error has occurred|"
    r"-{3,})",
    re.I,
)


_PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")


def from_original(mail: Mail) -> Entry | None:
    """The only address that the returned message went to, where the report names none."""
    address = addressed(mail)
    if not address:
        return None
    entry = Entry(address)
    entry.note("recipient", From.ORIGINAL, "the only address in To of the returned message")
    return entry


__all__ = ["Dialect", "Other", "action_of", "complete", "from_original", "textual"]
