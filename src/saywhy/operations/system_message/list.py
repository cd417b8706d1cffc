"""`system-message list`: which words of your own are in use."""

from __future__ import annotations

from saywhy.model.system_messages import SystemMessage, parse
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Operation, Parameter, Result, Row


async def run(context: Context, *, about: str, language: str) -> Result:
    rows = [_row(item) for _, item in sorted(context.organisation().system_messages.items())]
    rows = [row for row in rows if about in ("", row["about"]) and language.lower() in ("", row["language"])]
    return Result(tuple(rows), "" if rows else "There is none: all reports and notices are in our own words.")


def _row(item: SystemMessage) -> Row:
    place = parse(item.name)
    return {
        "name": item.name,
        "about": place.about,
        "language": place.language.lower(),
        "readers": place.audience or "internal",
        "domain": place.domain,
        "text": item.text,
    }


OPERATION = Operation(
    name="system-message list",
    help="Show the words of your own that reports and quota notices use.",
    example="saywhy system-message list",
    run=run,
    parameters=(
        Parameter("about", "Only for this code or quota notice."),
        Parameter("language", "Only in this language."),
    ),
    columns=(
        Column("name", "Language, readers and code, as the organisation's file has it."),
        Column("about", "The code, or the quota notice."),
        Column("language", "A language tag."),
        Column("readers", "internal or external."),
        Column("domain", "The only domain for which it is used; empty: all."),
        Column("text", "The words."),
    ),
)
