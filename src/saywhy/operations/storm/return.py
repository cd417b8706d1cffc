# ruff: noqa: N999 - operations stand in files of their names
"""`storm return`: send back what the storm guard holds, with the report that it kept."""

from __future__ import annotations

from saywhy.operations import holding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result


async def run(context: Context, *, storm: str) -> Result:
    found = await holding.storm(context, storm)
    count = await context.queue.give_back(found.key)
    text = f"{telling.count(count, 'recipient')} of {found.key} are given up; their senders get the report."
    return Result(({"storm": found.key, "recipients": count},), text)


OPERATION = Operation(
    name="storm return",
    help="Return what the storm guard holds: each sender gets the report that was kept.",
    example="saywhy storm return held/no-answer/dns/partner.example/Internet",
    run=run,
    parameters=(holding.STORM,),
    columns=(
        Column("storm", "What was held."),
        Column("recipients", "Recipients that are reported.", Format.NUMBER),
    ),
    changes=True,
    needs_server=True,
    slow=True,
    prose=True,
    confirm="Return all that is held as {storm} to its senders?",
)
