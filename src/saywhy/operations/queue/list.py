"""`queue list`: one row for each next hop that something waits for."""

from __future__ import annotations

from saywhy.model.queued import NEVER
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Scalar, Type


async def run(context: Context, *, limit: int) -> Result:
    queues = await context.store.queues()
    suspended = {entry.name: entry for entry in context.organisation().suspensions.values()}
    now = context.clock.now()
    rows: tuple[Row, ...] = tuple(
        {
            "queue": queue.key,
            "status": telling.status(queue, queue.key in suspended, now),
            "recipients": queue.recipients,
            "messages": queue.messages,
            "retrying": queue.retrying,
            "next": 0.0 if queue.key in suspended or queue.next_due >= NEVER else queue.next_due,
            "oldest": queue.oldest,
            "error": queue.last_error,
        }
        for queue in queues[:limit]
    )
    waiting = {queue.key for queue in queues}
    rows += tuple(_empty(name) for name in sorted(suspended) if name not in waiting)
    if not rows:
        return Result(text="The queue is empty.")
    more = f"{len(queues) - limit} more; --limit {len(queues)} shows them." if len(queues) > limit else ""
    return Result(rows, more)


def _empty(name: str) -> Row:
    """A suspended queue that nothing waits for."""
    counts: dict[str, Scalar] = dict.fromkeys(("recipients", "messages", "retrying", "next", "oldest"), 0)
    return {"queue": name, "status": "suspended", **counts, "error": ""}


OPERATION = Operation(
    name="queue list",
    help="Show what waits, by next hop.",
    example="saywhy queue list",
    run=run,
    parameters=(Parameter("limit", "Show at most so many.", Type.NUMBER, default=1000, least=1, most=100_000),),
    columns=(
        Column("queue", "The next hop; `queue show` and `queue retry` take it."),
        Column(
            "status",
            "`ready`: tried as it comes; `retry`: waits for its next attempt; `suspended`: held back; `held`: by "
            "the storm guard (`storm list`).",
        ),
        Column("recipients", "Recipients that wait for it.", Format.NUMBER),
        Column("messages", "Messages they belong to.", Format.NUMBER),
        Column("retrying", "Recipients tried at least once.", Format.NUMBER),
        Column("next", "When the next attempt is due.", Format.TIME),
        Column("oldest", "When the oldest message arrived.", Format.TIME),
        Column("error", "What happened at the last attempt."),
    ),
)
