"""`storm list`: what the storm guard keeps from being returned, by cause."""

from __future__ import annotations

from saywhy.infra.store.protocol import QueueRow
from saywhy.operations import holding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    rows: tuple[Row, ...] = tuple(map(_row, await context.store.held()))
    if not rows:
        return Result(text="Nothing is held: no cause was about to return too many messages.")
    return Result(rows, "`saywhy causes ID` says what to do. `storm release` tries again, `storm return` reports.")


def _row(row: QueueRow) -> Row:
    return {
        "storm": row.key,
        "cause": row.domain,
        "title": holding.title(row.domain),
        "place": row.connector,
        "messages": row.messages,
        "recipients": row.recipients,
        "oldest": row.oldest,
        "error": row.last_error,
    }


OPERATION = Operation(
    name="storm list",
    help="Show what the storm guard holds because one cause was about to return too many messages.",
    example="saywhy storm list",
    run=run,
    columns=(
        Column("storm", "Its name, for `storm release` and `storm return`; it is a queue, too."),
        Column("cause", "Why the messages failed; `saywhy causes` explains it."),
        Column("title", "The cause in words."),
        Column("place", "The next hop or the recipient that it is about; empty: the whole server."),
        Column("messages", "Messages that are held.", Format.NUMBER),
        Column("recipients", "Recipients of theirs that are held.", Format.NUMBER),
        Column("oldest", "When the oldest message arrived.", Format.TIME),
        Column("error", "The failure of the one tried last."),
    ),
)
