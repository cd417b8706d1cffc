"""`saywhy causes [PATTERN]`: why mail fails, one cause a line; the whole of a cause when its name is given.

The pattern is a name, a shape (`remote-*`) or a word of the title or the explanation.  Exit codes: 0 something
was found, 1 nothing was.
"""

from __future__ import annotations

import json
import textwrap

import click

from saywhy.doors.cli.explain_text import WIDTH, short
from saywhy.why.entries import Cause
from saywhy.why.lookup import codes_of, find_causes, plain, plain_steps
from saywhy.why.reasons_page import names_of


@click.command
@click.argument("pattern", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
def causes(pattern: str, as_json: bool) -> None:
    """List the causes of failures: all, or those that fit PATTERN (remote-*, quota).

    The name of a cause, or a pattern that only one fits, tells all of it.
    """
    found = find_causes(pattern)
    if as_json:
        click.echo(json.dumps([_plain(cause) for cause in found], indent=2, ensure_ascii=False))
    elif len(found) == 1:
        click.echo("\n".join(page(found[0])))
    else:
        for cause in found:
            click.echo(f"{cause.id:<35} {cause.title}")
    if not found:
        click.echo(f"saywhy causes: no cause fits {short(pattern)}; without a pattern all are listed.", err=True)
        raise SystemExit(1)


def page(cause: Cause) -> list[str]:
    """All of a cause, for a screen."""
    lines = [cause.title, *_wrapped(plain(cause.happened), "  "), ""]
    lines += _wrapped(f"Codes: {', '.join(codes_of(cause.id))}")
    names = cause.names
    lines += _wrapped(f"Elsewhere: Sisimai {names.sisimai}, KumoMTA {names.kumomta}, SparkPost {names.sparkpost}")
    readers = (("the sender", cause.sender), ("the sending administrator", cause.admin))
    for name, steps in (*readers, ("the other administrator", cause.theirs)):
        lines += ["", f"For {name}"]
        for number, text in enumerate(plain_steps(steps), 1):
            lines += _wrapped(text, f"{number:>3}. ", "     ")
    lines += ["", "Seen as"]
    for said in cause.said:
        place = "".join((f" at {said.at}" if said.at else "", f" from {said.host}" if said.host else ""))
        lines += _wrapped(f"{said.line}  ({said.system}{place})", "  ", "    ")
    if cause.checks:
        lines += ["", "What would confirm it"]
        lines += [
            line for check in cause.checks for line in _wrapped(f"{check.name}: {check.shows}", "  ", "    ")
        ]
    return lines


def _plain(cause: Cause) -> dict[str, object]:
    return {
        "cause": cause.id,
        "title": cause.title,
        "happened": plain(cause.happened),
        "act": cause.act.value,
        "side": "ours" if cause.ours else "theirs",
        "scope": cause.scope.value,
        "permanence": cause.permanence.value,
        "names": names_of(cause),
        "codes": list(codes_of(cause.id)),
        "said": [{"system": s.system, "line": s.line, "at": s.at, "host": s.host} for s in cause.said],
        "steps": {
            name: plain_steps(steps)
            for name, steps in (("sender", cause.sender), ("admin", cause.admin), ("theirs", cause.theirs))
        },
        "checks": [{"name": check.name, "shows": check.shows} for check in cause.checks],
        "references": list(cause.references),
    }


def _wrapped(text: str, first: str = "", more: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=more or first, break_on_hyphens=False
    )
