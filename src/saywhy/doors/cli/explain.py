"""`saywhy explain`: a code, a reply line or a report -> what happened, who must act, what to do.

Reads nothing but its argument, a file or standard input, and asks nobody.  Exit codes, for scripts: 0 explained,
1 it could not be explained (also a code that the catalogue does not have), 2 wrong usage or an unreadable file.
Answers go to standard output, errors to standard error.
"""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path
from typing import NoReturn

import click

from saywhy.doors.cli import explain_json, explain_text
from saywhy.model.evidence import Step
from saywhy.why import ask
from saywhy.why.explain import Reader
from saywhy.why.read.values import Kind, NotAReport, Report
from saywhy.why.words import ENGLISH, frame, languages

MAX_INPUT = 16 * 1024 * 1024  # octets read of a file or of standard input

_STEPS = {
    "connect": Step.GREETING,
    "ehlo": Step.EHLO,
    "starttls": Step.STARTTLS,
    "auth": Step.AUTH,
    "mail": Step.MAIL,
    "rcpt": Step.RCPT,
    "data": Step.END_OF_DATA,
}

_PACKED = (b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0")  # gzip, OLE

Answer = ask.CodeAnswer | ask.FamilyAnswer | ask.ReplyAnswer | Report


@click.command(context_settings={"ignore_unknown_options": False})
@click.argument("what", nargs=-1, required=True, metavar="CODE | REPLY LINE | FILE | -")
@click.option(
    "--for",
    "reader",
    type=click.Choice([reader.value for reader in Reader]),
    default=Reader.SENDER.value,
    help="Whose steps to show: the sender's, those of the administrator of the mail system that sent "
    "(admin), or of the one that refused (theirs).",
)
@click.option("--json", "as_json", is_flag=True, help="All of it as one JSON object, for scripts.")
@click.option("--evidence", is_flag=True, help="Of a report: where in the message each value stands.")
@click.option("--all", "whole", is_flag=True, help="Every cause of a code, however many screens it takes.")
@click.option(
    "--at", "step", type=click.Choice(list(_STEPS)), help="The step of the session at which the reply came."
)
@click.option(
    "--lang", default=ENGLISH, help="The sender's language (de, fr, ja, ...) for the explanation's text."
)
@click.option("--host", default="", help="The server that said it; some providers use words in their own way.")
def explain(
    what: tuple[str, ...],
    reader: str,
    as_json: bool,
    evidence: bool,
    whole: bool,
    step: str | None,
    lang: str,
    host: str,
) -> None:
    """Say why mail failed, who must act and what to do.

    Takes an enhanced status code (5.7.1), a family of them (5.1.x), a server's reply or a line of a log with one
    ('550 5.1.1 User unknown'), or the file of a delivery report (bounce.eml; - reads standard input).

    Exit code: 0 explained, 1 could not be explained, 2 wrong usage or unreadable file.
    """
    question = " ".join(what)
    try:
        answer = _answer(question, _STEPS[step] if step else Step.NONE, host)
    except (ask.NotExplained, NotAReport) as error:
        _fail(question, str(error))
    if as_json:
        click.echo(explain_json.render(answer, lang))
    else:
        again = _again(question, step, host, lang)
        click.echo(explain_text.render(answer, explain_text.Wish(Reader(reader), lang, again, whole, evidence)))
    if frame(lang).language == ENGLISH and not lang.lower().startswith(ENGLISH):
        click.echo(f"There are no texts in {lang!r}, so in English; there are {_languages()}.", err=True)
    if isinstance(answer, ask.CodeAnswer) and answer.code is None:
        raise SystemExit(1)


def _answer(question: str, step: Step, host: str) -> Answer:
    if ask.is_code(question):
        return ask.ask_code(question)
    if ask.is_family(question):
        return ask.ask_family(question)
    if question == "-":
        return _of_content(sys.stdin.buffer.read(MAX_INPUT + 1), step, host)
    if ask.is_reply(question):
        return ask.ask_reply(question, step, host)
    content = _file(question)
    return ask.ask_reply(question, step, host) if content is None else _of_content(content, step, host)


def _file(name: str) -> bytes | None:
    """The content of the file `name`; None if there is none and the text can be a line of a log."""
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_INPUT + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        if any(char.isspace() for char in name):
            return None
        raise click.UsageError(f"{name!r} is no code, no reply, and no file: {_why(error)}") from None
    except OSError as error:
        if len(name) > 255 and any(char.isspace() for char in name):
            return None  # a line of a log, too long for the name of a file
        raise click.UsageError(f"{name!r} cannot be read: {_why(error)}") from None


def _why(error: Exception) -> str:
    return error.strerror or "" if isinstance(error, OSError) else str(error)


def _of_content(content: bytes, step: Step, host: str) -> Answer:
    """A report, or a text that somebody pasted."""
    from saywhy.why.read.reading import read

    if len(content) > MAX_INPUT:
        raise NotAReport(f"it has more than {MAX_INPUT // (1024 * 1024)} MB, which no report needs")
    content = _unpacked(content)
    report = read(content)
    if report.recipients if report.is_report else report.kind is not Kind.NONE:
        return report
    text = content[: ask.MAX_TEXT].decode("utf-8", "replace")
    if ask.is_code(text):
        return ask.ask_code(text)
    try:
        return ask.ask_reply(text, step, host)
    except ask.NotExplained as nothing:
        why = report.error or report.note or "it has no report part (RFC 3464), nor words that we know"
        raise ask.NotExplained(f"it is no report: {why}; and {nothing}") from None


def _unpacked(content: bytes) -> bytes:
    """The first message of what is compressed, packed or Outlook's; anything else as it is."""
    if not content.startswith(_PACKED):
        return content
    from saywhy.infra.mailbox.stream import messages

    piece = next(messages(io.BytesIO(content).read))
    if piece.error:
        raise NotAReport(piece.error)
    return piece.data


def _languages() -> str:
    return ", ".join(sorted({ENGLISH, *languages().values()}))


def _again(question: str, step: str | None, host: str, lang: str) -> str:
    """The command line that asks the same, ready to copy and to add options to."""
    options = (f" --at {step}" if step else "") + (f" --host {shlex.quote(host)}" if host else "")
    options += f" --lang {shlex.quote(lang)}" if lang != ENGLISH else ""
    return f"saywhy explain{options} {shlex.quote(question)}"


def _fail(question: str, why: str) -> NoReturn:
    click.echo(f"saywhy explain: cannot explain {explain_text.short(question)}: {why}", err=True)
    click.echo(
        "Give a code (5.1.1), the server's whole reply ('550 5.1.1 User unknown') or a report's file.", err=True
    )
    raise SystemExit(1)
