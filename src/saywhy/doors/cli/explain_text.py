"""The answers of `saywhy explain` as a screen of text: no colour, nothing that needs a wide terminal.

Strangers' words come cleaned of control characters (why/template.clean) and wrapped.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import assert_never

from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import ask, catalogue
from saywhy.why.entries import SOURCES, Act, By, Code, Likely
from saywhy.why.explain import Explanation, Reader, explain
from saywhy.why.read.values import Kind, Recipient, Report
from saywhy.why.teaching import ARTICLE, CLASS_WORDS, CORRECTIONS, class_of, subject_of
from saywhy.why.template import clean
from saywhy.why.words import ENGLISH, Frame, frame

WIDTH = 79
MAX_IN_FULL = 3  # recipients of a report; the others get a line each
MAX_LISTED = 50
MAX_TITLED = 6  # causes of a code that are told with title and who must act
ON_ONE_SCREEN = 6  # causes of a code; with more, each group is told by its likeliest
LIKELIEST = 3

_WHO = {
    Act.SENDER: "the sender",
    Act.OUR_ADMIN: "the administrator of the mail system that sent it",
    Act.THEIR_ADMIN: "the administrator of the mail system on the other side",
    Act.RECIPIENT: "the recipient",
    Act.NOBODY: "nobody: it is a matter of waiting",
}
_ACTS = {
    Act.SENDER: "the sender",
    Act.OUR_ADMIN: "the sending administrator",
    Act.THEIR_ADMIN: "the other administrator",
    Act.RECIPIENT: "the recipient",
    Act.NOBODY: "nobody, wait",
}
_STEPS_OF = {
    Reader.SENDER: "What the sender can do",
    Reader.ADMIN: "What the administrator of the sending mail system can do",
    Reader.THEIRS: "What the administrator of the other mail system can do",
}
# The sentences of the report's frame, which are translated (flow/report/phrases).
_REPORTS_WORDS = {
    Act.SENDER: "you",
    Act.OUR_ADMIN: "your mail server",
    Act.THEIR_ADMIN: "the recipient's server",
    Act.RECIPIENT: "the recipient",
    Act.NOBODY: "nobody: wait",
}
_OTHERS = {
    Reader.SENDER: (Reader.ADMIN, "the administrator"),
    Reader.ADMIN: (Reader.THEIRS, "the other side's administrator"),
    Reader.THEIRS: (Reader.SENDER, "the sender"),
}

Answer = ask.CodeAnswer | ask.FamilyAnswer | ask.ReplyAnswer | Report


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom the screen is, in which language the sender reads, and the command that asks the same."""

    reader: Reader
    lang: str
    again: str
    all: bool = False  # however many screens it takes
    evidence: bool = False  # where in a report each value stands


def render(answer: Answer, wish: Wish) -> str:
    """The whole screen."""
    match answer:
        case ask.CodeAnswer():
            lines = _code(answer, wish)
        case ask.FamilyAnswer():
            lines = _family(answer)
        case ask.ReplyAnswer():
            lines = _reply(answer, wish)
        case Report():
            lines = _report(answer, wish)
        case _:
            assert_never(answer)
    return "\n".join([*lines, "", *_commands(answer, wish)])


def short(question: str) -> str:
    return repr(clean(question, 80))


def _commands(answer: Answer, wish: Wish) -> list[str]:
    command, _, rest = wish.again.partition(" explain ")
    more = f"As JSON:  {command} explain --json {rest}"
    if isinstance(answer, ask.CodeAnswer):
        return [f"A cause:  {command} causes NAME", more]
    if isinstance(answer, ask.FamilyAnswer):
        return [f"A code:   {command} explain CODE", more]
    other, name = _OTHERS[wish.reader]
    return [f"For {name}:  {command} explain --for {other.value} {rest}", more]


# A code


def _code(answer: ask.CodeAnswer, wish: Wish) -> list[str]:
    status, code = answer.status, answer.code
    lines = [f"{status}  {code.title if code else 'not in the catalogue'}", ""]
    lines += _wrapped(f"{status.class_:<6} {class_of(status)}", "  ", " " * 9)
    lines += [f"   .{status.subject:<5}{subject_of(status)}"]
    if code is None:
        what = "What its detail means is not known here; the words of the reply that came with it say more."
        return [*lines, "", *_wrapped(f"{what} Give the whole reply to have them read.")]
    lines += [f"     .{status.detail:<3}{code.detail}", "", "What it means"]
    for meaning in code.meanings:
        when = f" (when {meaning.when})" if meaning.when else ""
        lines += _wrapped(f"{SOURCES[meaning.source]}: {meaning.text}{when}", "  ")
    for label, text in (("Note", code.usage), ("Correction", code.correction)):
        if text:
            lines += ["", *_wrapped(f"{label}: {text}")]
    return lines + _causes(code, wish)


def _family(answer: ask.FamilyAnswer) -> list[str]:
    status, family = Status(answer.class_, answer.subject, 0), (answer.class_, answer.subject)
    lines = [f"{answer.name}  {subject_of(status).capitalize()}", ""]
    lines += _wrapped(f"{answer.class_}    {class_of(status)}", "  ", "       ")
    lines += [f"   .{status.subject:<3}{subject_of(status)}"]
    if family in ARTICLE:
        lines += ["", *_wrapped(f"{SOURCES['article']}: {ARTICLE[family]}")]
        lines += _wrapped(f"Correction: {CORRECTIONS[family]}")
    lines += ["", "Its codes"]
    for name in answer.codes:
        lines += _wrapped(f"{name:<11} {catalogue.code(name).title}", "  ", " " * 14)
    return lines


def _causes(code: Code, wish: Wish) -> list[str]:
    most = len(code.causes) if wish.all or len(code.causes) <= ON_ONE_SCREEN else LIKELIEST
    remote = [likely for likely in code.causes if likely.by is By.THEM]
    own = [likely for likely in code.causes if likely.by is By.US]
    lines: list[str] = []
    named = (("another server says it", remote), ("the server that reports it says it itself", own))
    for heading, group in named:
        if group:
            lines += ["", *_wrapped(f"Causes when {heading}, likeliest first, and what tells them apart")]
            for number, likely in enumerate(group[:most], 1):
                lines += _cause_line(number, likely)
            if len(group) > most:
                command, _, rest = wish.again.partition(" explain ")
                lines += [f"  and {len(group) - most} more:  {command} explain --all {rest}"]
    return lines


def _cause_line(number: int, likely: Likely) -> list[str]:
    if number > MAX_TITLED:
        return _wrapped(f"{likely.cause}: {likely.when}.", f"{number:>3}. ", "     ")
    cause = catalogue.cause(likely.cause)
    return [
        *_wrapped(f"{cause.title} ({cause.id})", f"{number:>3}. ", "     "),
        *_wrapped(f"when: {likely.when}. To act: {_ACTS[cause.act]}.", "     "),
    ]


# A reply


def _reply(answer: ask.ReplyAnswer, wish: Wish) -> list[str]:
    verdict = answer.verdict
    lines = [line for text in answer.lines for line in _wrapped(text)]
    return [
        *lines,
        "",
        *_labelled("Status", _status(verdict.status)),
        *_labelled("Cause", f"{catalogue.cause(verdict.cause).title} ({verdict.cause})"),
        *_labelled("Read from", verdict.rule + _derived(answer)),
        *_labelled("Confidence", f"{verdict.confidence.value}: {verdict.grounds}"),
        *_explained(answer.failure, wish, answer.recipient),
    ]


def _derived(answer: ask.ReplyAnswer) -> str:
    if not answer.verdict.derived:
        return ""
    return f"; the reply has no status code of its own, {answer.verdict.status} is derived and so only probable"


def _status(status: Status) -> str:
    code = ask.find_code(status)
    title = f" {code.title}" if code else ""
    return f"{status}{title} ({CLASS_WORDS[status.class_]}; {subject_of(status)})"


def _explained(failure: Failure, wish: Wish, recipient: str) -> list[str]:
    explanation = explain(failure, wish.reader, recipient=recipient, lang=wish.lang)
    words = frame(wish.lang)
    if wish.reader is Reader.SENDER and words.language != ENGLISH:
        return _translated(explanation, words)
    return [
        "",
        "What happened",
        *_wrapped(explanation.happened, "  "),
        "",
        *_wrapped(f"Who must act: {_WHO[explanation.act]}"),
        "",
        _STEPS_OF[wish.reader],
        *_steps(explanation),
    ]


def _translated(explanation: Explanation, words: Frame) -> list[str]:
    """As the sender's own report has it: its frame has the headings in the language."""
    who = words.say(_REPORTS_WORDS[explanation.act])
    return [
        "",
        *_wrapped(explanation.title),
        *_wrapped(explanation.happened, "  "),
        "",
        *_wrapped(f"{words.say('Who has to act:')} {who}"),
        "",
        words.say("What you can do:"),
        *_steps(explanation),
    ]


def _steps(explanation: Explanation) -> list[str]:
    lines: list[str] = []
    for number, step in enumerate(explanation.steps, 1):
        lines += _wrapped(step, f"{number:>3}. ", "     ")
    return lines


# A report


# What a message is that is no delivery report, and what it asks of who got it.
_OTHER_KINDS = {
    Kind.FEEDBACK: "A complaint: a recipient marked the message as unwanted. The mail was delivered; do not send "
    "them more of it.",
    Kind.MDN: "A receipt: the recipient's mail program says what became of the message. It was delivered.",
    Kind.AUTO_REPLY: "An automatic reply, such as an absence note. The message was delivered; do nothing.",
    Kind.CHALLENGE: "A question back: the recipient's system wants the sender to confirm that the mail is meant. "
    "Until then the recipient does not see it.",
    Kind.DMARC_REPORT: "A DMARC report: statistics for the owner of a domain, about no single message.",
    Kind.TLS_REPORT: "A TLS report: statistics for the owner of a domain, about no single message.",
}


def _report(report: Report, wish: Wish) -> list[str]:
    if report.is_report:
        lines = _wrapped(f"A delivery report of {clean(report.reporting) or 'an unnamed server'}")
    else:
        lines = _wrapped(_OTHER_KINDS[report.kind])
    lines += _of_message(report)
    if not report.is_report:
        return lines + [line for each in report.recipients[:MAX_LISTED] for line in _complaint(each, wish)]
    for recipient in report.recipients[:MAX_IN_FULL]:
        lines += ["", "-" * WIDTH, *_recipient(recipient, wish)]
    rest = report.recipients[MAX_IN_FULL:]
    if rest:
        lines += ["", "-" * WIDTH, f"And {len(rest)} more"]
        lines += [line for recipient in rest[:MAX_LISTED] for line in _one_line(recipient)]
        if len(rest) > MAX_LISTED:
            lines.append(f"  ... and {len(rest) - MAX_LISTED} that only the JSON lists")
    return lines


def _of_message(report: Report) -> list[str]:
    """What the report says of itself and of the message that it is about."""
    original = report.original
    written_by = ", ".join(clean(name) for name in (report.system, report.dialect) if name)
    told = {
        "Subject": clean(report.subject),
        "Form": written_by,
        "About": clean(original.subject),
        "Sent by": clean(original.sender),
        "Message-ID": clean(original.message_id),
        "Note": clean(report.note),
        "Cut": "only its first 12 and its last 4 MB, or a part of its recipients, were read" * report.truncated,
    }
    return [line for label, text in told.items() if text for line in _labelled(label, text)]


def _complaint(recipient: Recipient, wish: Wish) -> list[str]:
    return [
        "",
        *_wrapped(clean(recipient.recipient) or "a recipient without address"),
        *_evidence(recipient, wish),
    ]


def _evidence(recipient: Recipient, wish: Wish) -> list[str]:
    """Where each value stood, if that was asked for."""
    if not wish.evidence:
        return []
    values = recipient.as_dict()
    lines = ["", "Where it stands"]
    for name, source in recipient.provenance.items():
        place = f", octets {source.span[0]} to {source.span[1]}" if source.span else ""
        value = clean(str(values.get(name, "")))
        lines += _wrapped(f"{name}: {value}", "  ", "    ")
        lines += _wrapped(f"{source.origin.value} {clean(source.rule)}{place}", "    ", "    ")
    if recipient.why.words:
        lines += _wrapped(f"the words that decided: {clean(recipient.why.words)}", "  ", "    ")
    return lines


def _recipient(recipient: Recipient, wish: Wish) -> list[str]:
    failure, why = recipient.failure, recipient.why
    cause = catalogue.cause(failure.cause)
    rule = "the report itself" if recipient.told else why.rule
    said = [line for text in failure.evidence.reply for line in _labelled("It said", clean(text))]
    if failure.text and not said:
        said = _labelled("Words", clean(failure.text))
    return [
        f"{clean(recipient.recipient) or 'a recipient without address'}: {_action(recipient)}",
        "",
        *(_labelled("Written to", clean(recipient.original_recipient)) if recipient.original_recipient else []),
        *_labelled("Status", _status(failure.status)),
        *_labelled("Cause", f"{cause.title} ({cause.id})"),
        *_labelled("Read from", rule),
        *_labelled("Confidence", f"{why.confidence.value}: {why.grounds}"),
        *(_labelled("Server", clean(failure.evidence.remote_host)) if failure.evidence.remote_host else []),
        *said,
        *_explained(failure, wish, recipient.recipient),
        *_evidence(recipient, wish),
    ]


def _action(recipient: Recipient) -> str:
    return recipient.action.value if recipient.action else "complained"


def _one_line(recipient: Recipient) -> list[str]:
    failure = recipient.failure
    title = catalogue.cause(failure.cause).title
    text = f"{clean(recipient.recipient)}: {_action(recipient)}, {failure.status}, {title}"
    return _wrapped(text, "  ", "      ")


# Lines


def _labelled(label: str, text: str) -> list[str]:
    return _wrapped(text, f"{label + ':':<12}", " " * 12)


def _wrapped(text: str, first: str = "", more: str = "") -> list[str]:
    wrapped = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=more or first, break_on_hyphens=False
    )
    return wrapped or [first.rstrip()]
