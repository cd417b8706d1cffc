"""`queue recheck`: look now whether what stood in the way is still there, and release what waited for it."""

from __future__ import annotations

from saywhy.operations import finding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row


async def run(context: Context, *, queue: str) -> Result:
    if queue:
        await finding.queue(context, queue)
    found = await context.queue.recheck(queue or None)
    rows: tuple[Row, ...] = tuple(
        {"queue": name, "works": not trouble, "released": released, "trouble": trouble}
        for name, trouble, released in found
    )
    if not rows:
        return Result(text="Nothing waits because of any trouble.")
    released = telling.count(sum(count for _, _, count in found), "recipient")
    return Result(rows, f"{released} released.")


OPERATION = Operation(
    name="queue recheck",
    help="Look now whether a next hop works again, without sending mail; what waited for it is tried at once.",
    example="saywhy queue recheck dns/partner.example/Internet",
    run=run,
    parameters=(
        Parameter("queue", "The next hop, as `queue list` shows it; left out: all in trouble.", positional=True),
    ),
    columns=(
        Column("queue", "The next hop."),
        Column("works", "Whether it works.", Format.YES),
        Column("released", "Recipients that are tried now.", Format.NUMBER),
        Column("trouble", "What is in the way yet."),
    ),
    changes=True,
    needs_server=True,
)
