"""`queue list`: one row for each next hop that something waits for."""

from __future__ import annotations

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Type


async def run(context: Context, *, limit: int) -> Result:
    queues = await context.store.queues()
    rows: tuple[Row, ...] = tuple(
        {
            "queue": queue.key,
            "recipients": queue.recipients,
            "messages": queue.messages,
            "retrying": queue.retrying,
            "next": queue.next_due,
            "oldest": queue.oldest,
            "error": queue.last_error,
        }
        for queue in queues[:limit]
    )
    if not rows:
        return Result(text="The queue is empty.")
    more = f"{len(queues) - limit} more; --limit {len(queues)} shows them." if len(queues) > limit else ""
    return Result(rows, more)


OPERATION = Operation(
    name="queue list",
    help="Show what waits, by next hop.",
    example="saywhy queue list",
    run=run,
    parameters=(Parameter("limit", "Show at most so many.", Type.NUMBER, default=1000, least=1, most=100_000),),
    columns=(
        Column("queue", "The next hop; `queue show` and `queue retry` take it."),
        Column("recipients", "Recipients that wait for it.", Format.NUMBER),
        Column("messages", "Messages they belong to.", Format.NUMBER),
        Column("retrying", "Recipients tried at least once.", Format.NUMBER),
        Column("next", "When the next attempt is due.", Format.TIME),
        Column("oldest", "When the oldest message arrived.", Format.TIME),
        Column("error", "What happened at the last attempt."),
    ),
)
