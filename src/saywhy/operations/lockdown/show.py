"""`lockdown show`: what holds failure reports back now, and until when."""

from __future__ import annotations

from saywhy.operations import report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    organisation, now = context.organisation(), context.clock.now()
    rows: tuple[Row, ...] = tuple(
        {"profile": item.name, "since": item.since, "until": item.until, "by": item.by}
        for _, item in sorted(organisation.lockdowns.items())
        if item.until > now
    )
    off = report_switches.warnings(organisation, now)
    return Result(rows, "\n".join(off) or "Failure reports go to everybody: nothing is switched off.")


OPERATION = Operation(
    name="lockdown show",
    help="Show the lockdowns in force, and every other switch that holds failure reports back.",
    example="saywhy lockdown show",
    run=run,
    columns=(
        Column("profile", "virus, spam or spoof."),
        Column("since", "When it began.", Format.TIME),
        Column("until", "When it ends by itself.", Format.TIME),
        Column("by", "Who began it."),
    ),
)
