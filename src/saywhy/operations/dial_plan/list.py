"""`dial-plan list`: the dial plans, and whether failures of their messages are reported."""

from __future__ import annotations

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    found = context.organisation().dial_plans.values()
    rows: tuple[Row, ...] = tuple(
        {"name": item.name, "connector": item.connector, "ndr": item.ndr}
        for item in sorted(found, key=lambda each: each.name.lower())
    )
    return Result(rows, "" if rows else "There is no dial plan; `saywhy dial-plan add NAME` adds one.")


OPERATION = Operation(
    name="dial-plan list",
    help="Show the dial plans, and whether failures of their messages are reported.",
    example="saywhy dial-plan list",
    run=run,
    columns=(
        Column("name", "Its name; `dial-plan set` takes it."),
        Column("connector", "The receive connector whose messages belong to it; empty: only stamped ones."),
        Column("ndr", "Failures are reported.", Format.YES),
    ),
)
