"""`queue causes`: what waits, by the reason."""

from __future__ import annotations

from collections import defaultdict

from saywhy.infra.store.protocol import CauseRow
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row


async def run(context: Context, *, queue: str) -> Result:
    by_cause: defaultdict[str, list[CauseRow]] = defaultdict(list)
    for row in await context.store.causes():
        if queue in ("", row.queue):
            by_cause[row.cause].append(row)
    found = [_row(cause, rows) for cause, rows in by_cause.items()]
    if not found:
        return Result(text="Nothing waits because of a failure.")
    rows = tuple(sorted(found, key=lambda row: (-int(str(row["recipients"])), row["cause"])))
    return Result(rows, "`saywhy causes ID` says who must act and what to do.")


def _row(cause: str, rows: list[CauseRow]) -> Row:
    first = max(rows, key=lambda row: row.recipients)
    return {
        "cause": cause,
        "recipients": sum(row.recipients for row in rows),
        "queues": len(rows),
        "most": first.queue,
    }


OPERATION = Operation(
    name="queue causes",
    help="Show what waits, by the cause of its last failure.",
    example="saywhy queue causes",
    run=run,
    parameters=(Parameter("queue", "Only what waits for this next hop."),),
    columns=(
        Column("cause", "Why the last attempt failed; `saywhy causes` explains it."),
        Column("recipients", "Recipients that wait because of it.", Format.NUMBER),
        Column("queues", "Next hops that they wait for.", Format.NUMBER),
        Column("most", "The next hop with most of them."),
    ),
)
