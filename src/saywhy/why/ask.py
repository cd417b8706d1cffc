"""What a person may hold out and ask about: a code, a reply line, a line of a log, a report.

Everything comes from strangers and is cut to size before it is looked at.  A reply is found in the forms in
which people meet it: as on the wire, after `smtp;` in a Diagnostic-Code, between `#` and `##` in an Exchange
report, or in a Postfix log line, which also names the host and the step.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.classify import Verdict, classify_reply
from saywhy.why.entries import Code
from saywhy.why.template import clean

MAX_TEXT = 8000  # characters of a question
MAX_LINE = 1000  # characters of a line of a reply that are kept

_CODE_ALONE = re.compile(r"[<\s]*#?\s?([245]\.[0-9]{1,3}\.[0-9]{1,3})[>\s]*")
_FAMILY = re.compile(r"\s*#?([245])\.([0-7])(?:\.[xX*])?\s*")
_CODE_AFTER_HOST = re.compile(r"<?([A-Za-z0-9.-]{1,255}) #([245]\.[0-9]{1,3}\.[0-9]{1,3})>?")
_REPLY = re.compile(r"(?<![\w.:/-])([2-5][0-9]{2})(?=[ -]|$)(?!-[0-9]{2}-)")
_CODED = re.compile(r"(?<![\w.:/-])([45][0-9]{2})[ -][#(]?[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
_HOST_SAID = re.compile(r"\bhost ([A-Za-z0-9.-]{1,255})\[")
_IN_REPLY = re.compile(r"in reply to (end of DATA|[A-Z]{4,8})")
_RCPT_TO = re.compile(r"\bto=<([^<>\s]{1,254})>")
_STEPS = {
    "end of DATA": Step.END_OF_DATA,
    "HELO": Step.EHLO,
    **{step.value: step for step in (Step.EHLO, Step.STARTTLS, Step.AUTH, Step.MAIL, Step.RCPT, Step.DATA)},
}


class NotExplained(ValueError):
    """Nothing in the question can be explained; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """`code` is None when the catalogue does not have it: then only its class and subject can be told."""

    status: Status
    code: Code | None


@dataclass(frozen=True, slots=True)
class FamilyAnswer:
    """All codes of one class and subject, such as 5.1.x; `codes` are their names in order."""

    class_: int
    subject: int
    codes: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.class_}.{self.subject}.x"


@dataclass(frozen=True, slots=True)
class ReplyAnswer:
    """A reply, what it was classified as, and the same as a Failure for `explain`."""

    lines: tuple[str, ...]
    verdict: Verdict
    failure: Failure
    recipient: str = ""


def is_code(text: str) -> bool:
    return _CODE_ALONE.fullmatch(text) is not None or _CODE_AFTER_HOST.fullmatch(text.strip()) is not None


def is_family(text: str) -> bool:
    """`5.1.x` or `5.1`: no detail is named."""
    return _FAMILY.fullmatch(text) is not None


def ask_family(text: str) -> FamilyAnswer:
    """`5.1.x` -> all codes of this family; NotExplained if it names none."""
    found = _FAMILY.fullmatch(text)
    if found is None:
        raise NotExplained(f"{clean(text)!r} is not a family of codes such as 5.1.x")
    codes = tuple(name for name in catalogue.codes() if name.startswith(f"{found[1]}.{found[2]}."))
    return FamilyAnswer(int(found[1]), int(found[2]), codes)


def is_reply(text: str) -> bool:
    """Whether the text opens as a reply does, so that it cannot be meant as the name of a file."""
    return re.match(r"\s*#?[2-5][0-9]{2}(?:[ -]|\s*$)", text) is not None


def ask_code(text: str) -> CodeAnswer:
    """`5.1.1`, `#5.1.1` or `<server #5.1.1>` -> what it means; NotExplained if it is no code."""
    found = _CODE_ALONE.fullmatch(text) or _CODE_AFTER_HOST.fullmatch(text.strip())
    if found is None:
        raise NotExplained(f"{clean(text)!r} is not an enhanced status code such as 5.1.1")
    try:
        status = Status.parse(found[found.re.groups])
    except ValueError as error:
        raise NotExplained(str(error)) from None
    return CodeAnswer(status, find_code(status))


def find_code(status: Status) -> Code | None:
    try:
        return catalogue.code(str(status))
    except catalogue.Unknown:
        return None


def ask_reply(text: str, step: Step = Step.NONE, host: str = "") -> ReplyAnswer:
    """The reply in `text` -> its verdict; NotExplained if there is none, or one that is no refusal."""
    text = text[:MAX_TEXT]
    found = _refusal(text)
    lines = _lines(text[found.start() :].partition(" (in reply to ")[0].strip(), found[1])
    said = _HOST_SAID.search(text)
    host = host or (said[1] if said else "")
    step = step if step is not Step.NONE else _step(text)
    reply = int(found[1])
    # `550 4.4.7 ...` is void on the wire (RFC 2034 section 4), but reports of Exchange and ours have it.
    written = Status.find(lines[0][4:])
    mixed = reply >= 500 and written is not None and written[0].transient
    verdict = classify_reply(450 if mixed else reply, None, lines, step, host=host)
    evidence = Evidence(Stage.SEND, step, remote_host=host, reply=lines)
    failure = Failure(verdict.status, reply, verdict.cause, lines[0], evidence, verdict.status.permanent or mixed)
    to = _RCPT_TO.search(text)
    return ReplyAnswer(lines, verdict, failure, to[1] if to else "")


def _refusal(text: str) -> re.Match[str]:
    """The first 4yz or 5yz reply code in the text; one that an enhanced code follows is surest."""
    coded = None if is_reply(text) else _CODED.search(text)
    if coded is not None:
        return coded
    other = ""
    for found in _REPLY.finditer(text):
        if found[1][0] in "45":
            return found
        other = other or found[1]
    if other:
        raise NotExplained(f"{other} says that a command went well: there is no failure to explain")
    raise NotExplained("there is no reply code (such as 550) and no enhanced status code (such as 5.1.1) in it")


def _lines(text: str, code: str) -> tuple[str, ...]:
    """The lines of the reply that opens `text`, whether they stand below or behind one another."""
    out: list[str] = []
    for line in text.splitlines():
        if out and not line.startswith(code):
            break
        out.extend(re.split(rf"\s+(?={code}[ -][245]\.[0-9])", line))
    return tuple(clean(line.rstrip("#> \t"), MAX_LINE) for line in out)


def _step(text: str) -> Step:
    found = _IN_REPLY.search(text)
    return _STEPS.get(found[1], Step.NONE) if found else Step.NONE
