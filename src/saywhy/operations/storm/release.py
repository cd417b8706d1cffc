"""`storm release`: try again what the storm guard holds."""

from __future__ import annotations

from saywhy.operations import holding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result


async def run(context: Context, *, storm: str) -> Result:
    found = await holding.storm(context, storm)
    count = await context.queue.release(found.key)
    text = f"{telling.count(count, 'recipient')} of {found.key} will be routed and tried again now."
    return Result(({"storm": found.key, "recipients": count},), text)


OPERATION = Operation(
    name="storm release",
    help="Let go what the storm guard holds: it is routed and tried again, for four hours at least.",
    example="saywhy storm release held/mail-loops-back",
    run=run,
    parameters=(holding.STORM,),
    columns=(
        Column("storm", "What was held."),
        Column("recipients", "Recipients that are tried again.", Format.NUMBER),
    ),
    changes=True,
    needs_server=True,
    slow=True,
    prose=True,
)
