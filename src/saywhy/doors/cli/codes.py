"""`saywhy codes [PATTERN]`: the enhanced status codes of the catalogue, one a line.

The pattern is a beginning (`5.7`), a shape (`5.7.3*`) or a word of what the codes mean (`quota`).  Exit codes: 0
something was found, 1 nothing was.
"""

from __future__ import annotations

import json

import click

from saywhy.doors.cli.explain_text import short
from saywhy.why import catalogue
from saywhy.why.entries import Code
from saywhy.why.lookup import find_codes
from saywhy.why.reasons_page import names_of


@click.command
@click.argument("pattern", default="")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
def codes(pattern: str, as_json: bool) -> None:
    """List the enhanced status codes: all, or those that fit PATTERN (5.7, 5.7.3*, quota).

    A code's causes: saywhy explain CODE.
    """
    found = find_codes(pattern)
    if as_json:
        click.echo(json.dumps([_plain(code) for code in found], indent=2, ensure_ascii=False))
    else:
        for code in found:
            click.echo(f"{code.code:<11} {code.title}{'' if code.registered else '  [vendor]'}")
    if not found:
        click.echo(f"saywhy codes: no code fits {short(pattern)}; without a pattern all are listed.", err=True)
        raise SystemExit(1)


def _plain(code: Code) -> dict[str, object]:
    causes = list(dict.fromkeys(likely.cause for likely in code.causes))
    return {
        "status": code.code,
        "title": code.title,
        "detail": code.detail,
        "registered": code.registered,
        "causes": causes,
        "names": {id_: names_of(catalogue.cause(id_)) for id_ in causes},
    }
