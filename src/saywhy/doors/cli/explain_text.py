"""The answers of `saywhy explain` as a screen of text: no colour, nothing that needs a wide terminal.

Strangers' words come cleaned of control characters (why/template.clean) and wrapped.
"""

from __future__ import annotations

import textwrap
from typing import assert_never

from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import ask, catalogue
from saywhy.why.entries import SOURCES, Act, By, Code, Likely
from saywhy.why.explain import Explanation, Reader, explain
from saywhy.why.read.values import ReadRecipient, ReadReport
from saywhy.why.teaching import CLASS_WORDS, class_of, subject_of
from saywhy.why.template import clean

WIDTH = 79
MAX_IN_FULL = 3  # recipients of a report; the others get a line each
MAX_LISTED = 50

_WHO = {
    Act.SENDER: "the sender",
    Act.OUR_ADMIN: "the administrator of the mail system that sent it",
    Act.THEIR_ADMIN: "the administrator of the mail system on the other side",
    Act.RECIPIENT: "the recipient",
    Act.NOBODY: "nobody: it is a matter of waiting",
}
_STEPS_OF = {
    Reader.SENDER: "What the sender can do",
    Reader.ADMIN: "What the administrator of the sending mail system can do",
    Reader.THEIRS: "What the administrator of the other mail system can do",
}
_OTHERS = {
    Reader.SENDER: (Reader.ADMIN, "the administrator"),
    Reader.ADMIN: (Reader.THEIRS, "the other side's administrator"),
    Reader.THEIRS: (Reader.SENDER, "the sender"),
}

Answer = ask.CodeAnswer | ask.ReplyAnswer | ReadReport


def render(answer: Answer, reader: Reader, again: str) -> str:
    """The whole screen; `again` is the command that asks the same."""
    match answer:
        case ask.CodeAnswer():
            lines = _code(answer)
        case ask.ReplyAnswer():
            lines = _reply(answer, reader)
        case ReadReport():
            lines = _report(answer, reader)
        case _:
            assert_never(answer)
    return "\n".join([*lines, "", *_commands(answer, reader, again)])


def short(question: str) -> str:
    return repr(clean(question, 80))


def _commands(answer: Answer, reader: Reader, again: str) -> list[str]:
    command, _, rest = again.partition(" explain ")
    more = f"As JSON:  {command} explain --json {rest}"
    if isinstance(answer, ask.CodeAnswer):
        return [more]
    other, name = _OTHERS[reader]
    return [f"For {name}:  {command} explain --for {other.value} {rest}", more]


# A code


def _code(answer: ask.CodeAnswer) -> list[str]:
    status, code = answer.status, answer.code
    lines = [f"{status}  {code.title if code else 'not in the catalogue'}", ""]
    lines += [f"  {status.class_:<7}{class_of(status)}", f"   .{status.subject:<5}{subject_of(status)}"]
    if code is None:
        what = "What its detail means is not known here; the words of the reply that came with it say more."
        return [*lines, "", *_wrapped(f"{what} Give the whole reply to have them read.")]
    lines += [f"     .{status.detail:<3}{code.detail}", "", "What it means"]
    for meaning in code.meanings:
        when = f" (when {meaning.when})" if meaning.when else ""
        lines += _wrapped(f"{SOURCES[meaning.source]}: {meaning.text}{when}", "  ")
    if code.usage:
        lines += ["", *_wrapped(f"Note: {code.usage}")]
    return lines + _causes(code)


def _causes(code: Code) -> list[str]:
    remote = [likely for likely in code.causes if likely.by is By.THEM]
    own = [likely for likely in code.causes if likely.by is By.US]
    lines: list[str] = []
    for heading, group in (("another server says it", remote), ("saywhy itself says it", own)):
        if group:
            lines += ["", f"Causes when {heading}, likeliest first, and what tells them apart"]
            for number, likely in enumerate(group, 1):
                lines += _cause_line(number, likely)
    return lines


def _cause_line(number: int, likely: Likely) -> list[str]:
    cause = catalogue.cause(likely.cause)
    return [
        *_wrapped(f"{cause.title} ({cause.id})", f"{number:>3}. ", "     "),
        *_wrapped(f"when: {likely.when}. To act: {_WHO[cause.act]}.", "     "),
    ]


# A reply


def _reply(answer: ask.ReplyAnswer, reader: Reader) -> list[str]:
    verdict = answer.verdict
    lines = [line for text in answer.lines for line in _wrapped(text)]
    return [
        *lines,
        "",
        *_labelled("Status", _status(verdict.status)),
        *_labelled("Cause", f"{catalogue.cause(verdict.cause).title} ({verdict.cause})"),
        *_labelled("Read from", verdict.rule + _derived(answer)),
        *_explained(answer.failure, reader, answer.recipient),
    ]


def _derived(answer: ask.ReplyAnswer) -> str:
    if not answer.verdict.derived:
        return ""
    return f"; the reply has no status code of its own, {answer.verdict.status} is derived and so only probable"


def _status(status: Status) -> str:
    code = ask.find_code(status)
    title = f" {code.title}" if code else ""
    return f"{status}{title} ({CLASS_WORDS[status.class_]}; {subject_of(status)})"


def _explained(failure: Failure, reader: Reader, recipient: str) -> list[str]:
    explanation = explain(failure, reader, recipient=recipient)
    return [
        "",
        "What happened",
        *_wrapped(explanation.happened, "  "),
        "",
        *_wrapped(f"Who must act: {_WHO[explanation.act]}"),
        "",
        _STEPS_OF[reader],
        *_steps(explanation),
    ]


def _steps(explanation: Explanation) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(explanation.steps, 1):
        lines += _wrapped(step, f"{number:>3}. ", "     ")
    return lines


# A report


def _report(report: ReadReport, reader: Reader) -> list[str]:
    lines = _wrapped(f"A delivery report of {clean(report.reporting) or 'an unnamed server'}")
    if report.subject:
        lines += _labelled("Subject", clean(report.subject))
    for recipient in report.recipients[:MAX_IN_FULL]:
        lines += ["", "-" * WIDTH, *_recipient(recipient, reader)]
    rest = report.recipients[MAX_IN_FULL:]
    if rest:
        lines += ["", "-" * WIDTH, f"And {len(rest)} more"]
        lines += [line for recipient in rest[:MAX_LISTED] for line in _one_line(recipient)]
        if len(rest) > MAX_LISTED:
            lines.append(f"  ... and {len(rest) - MAX_LISTED} that only the JSON lists")
    return lines


def _recipient(recipient: ReadRecipient, reader: Reader) -> list[str]:
    failure = recipient.failure
    cause = catalogue.cause(failure.cause)
    rule = "the report itself" if recipient.told else recipient.rule
    said = [line for text in failure.evidence.reply for line in _labelled("It said", clean(text))]
    if failure.text and not said:
        said = _labelled("Words", clean(failure.text))
    return [
        f"{clean(recipient.address) or 'a recipient without address'}: {recipient.action.value}",
        "",
        *_labelled("Status", _status(failure.status)),
        *_labelled("Cause", f"{cause.title} ({cause.id})"),
        *_labelled("Read from", rule),
        *(_labelled("Server", clean(failure.evidence.remote_host)) if failure.evidence.remote_host else []),
        *said,
        *_explained(failure, reader, recipient.address),
    ]


def _one_line(recipient: ReadRecipient) -> list[str]:
    failure = recipient.failure
    title = catalogue.cause(failure.cause).title
    text = f"{clean(recipient.address)}: {recipient.action.value}, {failure.status}, {title}"
    return _wrapped(text, "  ", "      ")


# Lines


def _labelled(label: str, text: str) -> list[str]:
    return _wrapped(text, f"{label + ':':<11}", " " * 11)


def _wrapped(text: str, first: str = "", more: str = "") -> list[str]:
    wrapped = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=more or first, break_on_hyphens=False
    )
    return wrapped or [first.rstrip()]
