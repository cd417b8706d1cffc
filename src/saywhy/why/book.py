"""docs/codes: the catalogue as a book, one page for each code and each cause, and an index.

The pages hold the lines as people meet them, since that is what they paste into a search engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.entries import SOURCES, Act, By, Cause, Code, Likely, Permanence, Said, Scope
from saywhy.why.lookup import codes_of, plain, plain_steps
from saywhy.why.schema import span
from saywhy.why.teaching import ARTICLE, CORRECTIONS, SUBJECTS, class_of, subject_of

MARK = "<!-- Written by `make docs` from src/saywhy/why/: change that, not this. -->"

_ACT = {
    Act.SENDER: "the sender",
    Act.OUR_ADMIN: "the administrator of the mail system that sent it",
    Act.THEIR_ADMIN: "the administrator of the mail system on the other side",
    Act.RECIPIENT: "the recipient",
    Act.NOBODY: "nobody: it is a matter of waiting",
}
_PERMANENCE = {
    Permanence.PERMANENT: "for good: trying again does not help",
    Permanence.TRANSIENT: "for a time: delivery is tried again",
    Permanence.EITHER: "for good or for a time, as the code says",
}
_SCOPE = {
    Scope.RECIPIENT: "this recipient",
    Scope.DOMAIN: "everybody in the recipient's domain",
    Scope.MESSAGE: "this message",
    Scope.SENDER_IDENTITY: "this sender, or the sender's domain",
    Scope.OUR_ADDRESS: "everything from the sending server's address",
    Scope.PATH: "the connection between the two servers",
    Scope.OUR_SERVER: "everything that the reporting server handles",
}


def pages() -> dict[str, str]:
    """The name of each page, relative to docs/codes, and its text."""
    found = {"README.md": _index()}
    for name in catalogue.codes():
        found[f"{name}.md"] = _code(catalogue.code(name))
    for id_ in catalogue.causes():
        found[f"causes/{id_}.md"] = _cause(catalogue.cause(id_))
    return {name: f"{MARK}\n{text.rstrip()}\n" for name, text in found.items()}


# The index


def _index() -> str:
    lines = [
        "# What the codes of bounced mail mean",
        "",
        f"{len(catalogue.codes())} enhanced status codes and {len(catalogue.causes())} causes. Each code has a "
        "page with its meanings and what tells its causes apart; each cause has one with what to do, for the "
        "sender and for both administrators. The same on the command line: `saywhy explain CODE`, or better with "
        "the whole reply, `saywhy explain '550 5.7.1 ...'`, or with the report itself, "
        "`saywhy explain bounce.eml`.",
        "",
        "A code has three numbers. The first says whether it is for good (5) or for a time (4), the second what "
        "it is about, the third the detail. A report with a 4 can be final all the same: then the time was over.",
    ]
    for class_ in (5, 4, 2):
        for subject in SUBJECTS:
            lines += _family(class_, subject)
    lines += ["", "## Causes", ""]
    for id_ in catalogue.causes():
        lines.append(f"- [{_plain(catalogue.cause(id_).title)}](causes/{id_}.md) (`{id_}`)")
    return "\n".join(lines)


def _family(class_: int, subject: int) -> Iterator[str]:
    names = [name for name in catalogue.codes() if name.startswith(f"{class_}.{subject}.")]
    if not names:
        return
    status = Status(class_, subject, 0)
    yield from ("", f"## {class_}.{subject}.x: {subject_of(status)}, {class_of(status).partition(':')[0]}", "")
    if (class_, subject) in ARTICLE:
        yield f"An old article says: {ARTICLE[class_, subject]}. {CORRECTIONS[class_, subject]}"
        yield ""
    for name in names:
        code = catalogue.code(name)
        yield f"- [{name}]({name}.md) {_plain(code.title)}{'' if code.registered else ' (not registered)'}"


# A code


def _code(code: Code) -> str:
    first = span(code.code)[0]
    lines = [f"# {code.code}: {_plain(code.title)}", ""]
    lines += [f"- **{first.class_}** {class_of(first)}", f"- **.{first.subject}** {subject_of(first)}"]
    lines += [f"- **.{code.code.split('.')[2]}** {_plain(code.detail)}", ""]
    if code.basic:
        lines += [f"Beside the replies {', '.join(map(str, code.basic))} by the registry.", ""]
    lines += ["## What it means", ""]
    for meaning in code.meanings:
        when = f" (when {_plain(meaning.when)})" if meaning.when else ""
        lines.append(f"- {SOURCES[meaning.source]}: {_plain(meaning.text)}{when}")
    for label, text in (("Note", code.usage), ("Correction", code.correction)):
        if text:
            lines += ["", f"**{label}.** {_plain(text)}"]
    lines += _likely("When another server says it", code, By.THEM)
    lines += _likely("When the server that reports it says it itself", code, By.US)
    lines += _seen_with(code)
    return "\n".join([*lines, "", "## References", "", *_references(code.references)])


def _likely(heading: str, code: Code, by: By) -> Iterator[str]:
    listed = [likely for likely in code.causes if likely.by is by]
    if listed:
        yield from ("", f"## {heading}", "", "Likeliest first, with what tells them apart.", "")
        yield from (_row(number, likely) for number, likely in enumerate(listed, 1))


def _row(number: int, likely: Likely) -> str:
    cause = catalogue.cause(likely.cause)
    return (
        f"{number}. [{_plain(cause.title)}](causes/{cause.id}.md): when {_plain(likely.when)}. "
        f"Must act: {_ACT[cause.act]}."
    )


def _seen_with(code: Code) -> Iterator[str]:
    """The lines of its causes that carry this code, and how reports write it."""
    low, high = span(code.code)
    lines: dict[str, None] = {}
    for likely in code.causes:
        for said in catalogue.cause(likely.cause).said:
            found = Status.find(said.line[4:])
            if found is not None and low <= found[0] <= high:
                lines[said.line] = None
    yield from ("", "## How it looks", "", "```text", *lines)
    yield from (f"Status: {low}", f"#{low}", "```")


# A cause


def _cause(cause: Cause) -> str:
    lines = [f"# {_plain(cause.title)}", "", _plain(plain(cause.happened)), ""]
    if cause.waiting:
        lines += [f"While it is still being tried: {_plain(plain(cause.waiting))}", ""]
    lines += [
        f"- Who must act: {_ACT[cause.act]}",
        f"- Whom it concerns: {_SCOPE[cause.scope]}",
        f"- How long: {_PERMANENCE[cause.permanence]}",
        f"- Codes: {', '.join(f'[{name}](../{name}.md)' for name in codes_of(cause.id))}",
        f"- Name: `{cause.id}` (`saywhy causes {cause.id}`)",
    ]
    lines += _steps("What the sender can do", cause.sender)
    lines += _steps("What the administrator of the sending mail system can do", cause.admin)
    lines += _steps("What the administrator of the other mail system can do", cause.theirs)
    lines += ["", "## How it looks", "", "```text", *(_line(said) for said in cause.said), "```"]
    if cause.checks:
        lines += ["", "## What would confirm it", ""]
        lines += [
            f"- {catalogue.checks()[check.name]} It would show: {_plain(check.shows)}." for check in cause.checks
        ]
    lines += ["", "## Elsewhere", ""]
    names = cause.names
    lines += [f"- Sisimai `{names.sisimai}`, KumoMTA `{names.kumomta}`, SparkPost {names.sparkpost}"]
    return "\n".join([*lines, *_references(cause.references)])


def _line(said: Said) -> str:
    place = "".join((f", at {said.at}" if said.at else "", f", {said.host}" if said.host else ""))
    return f"{said.line}\n    ({said.system}{place})"


def _steps(heading: str, steps: tuple[str, ...]) -> Iterator[str]:
    yield from ("", f"## {heading}", "")
    for number, text in enumerate(plain_steps(steps), 1):
        yield f"{number}. {_plain(text)}"


def _references(references: Iterable[str]) -> list[str]:
    return [f"- {_plain(reference)}" for reference in references]


def _plain(text: str) -> str:
    """Markdown that says just this text: angle brackets would be HTML outside of commands."""
    parts = text.split("`")
    parts[::2] = [part.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_") for part in parts[::2]]
    return "`".join(parts)
