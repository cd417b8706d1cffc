"""`folder permission list`: who may do what in a public folder."""

from __future__ import annotations

from saywhy.model.folder_rights import CREATE_ITEMS, parse
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row


async def run(context: Context, *, folder: str) -> Result:
    found = finding.folder(context.organisation(), folder)
    rows = tuple(map(_row, found.permissions))
    return Result(rows, "" if rows else "Nobody may do anything there.")


def _row(text: str) -> Row:
    who, _, rights = text.rpartition(":")
    return {"user": who.strip(), "rights": rights.strip(), "may send mail": CREATE_ITEMS in parse(text)[1]}


OPERATION = Operation(
    name="folder permission list",
    help="Show who may do what in a public folder.",
    example="saywhy folder permission list '\\ProblemFolder'",
    run=run,
    parameters=(Parameter("folder", "The folder's path, name or address.", positional=True, required=True),),
    columns=(
        Column("user", "Default is everybody here without an entry, Anonymous everybody else."),
        Column("rights", "A role, or single rights."),
        Column("may send mail", "Whether CreateItems is among them.", Format.YES),
    ),
)
