"""`quota list`: how full mailboxes and public folders are."""

from __future__ import annotations

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Parameter, Result, Row, Type


async def run(context: Context, *, over: int, limit: int) -> Result:
    if context.quotas is None:
        raise OperationError("no-server", "quota list", "no server runs", "start it with `saywhy serve`")
    found = [each for each in await context.quotas.listed() if each.percent >= over]
    found.sort(key=lambda each: (-each.percent, each.name.lower()))
    rows: tuple[Row, ...] = tuple(
        {
            "name": each.name,
            "kind": each.kind,
            "size": each.observed,
            "limit": each.limit,
            "percent": each.percent,
            "state": each.state,
        }
        for each in found[:limit]
    )
    if not rows:
        return Result(text="No mailbox or folder with a quota is so full.")
    rest = len(found) - len(rows)
    return Result(rows, f"{rest} more: --limit shows them." if rest else "")


OPERATION = Operation(
    name="quota list",
    help="Show how full mailboxes and public folders with a quota are, the fullest first.",
    example="saywhy quota list --over 90",
    run=run,
    parameters=(
        Parameter("over", "Only those that are so full, in percent.", Type.NUMBER, default=0, most=1000),
        Parameter("limit", "Show at most so many.", Type.NUMBER, default=1000, least=1, most=100_000),
    ),
    columns=(
        Column("name", "The mailbox or folder."),
        Column("kind", "mailbox or folder."),
        Column("size", "What lies in it; messages where the state is folder-messages.", Format.NUMBER),
        Column("limit", "The quota that it has reached, or the next one.", Format.NUMBER),
        Column("percent", "How much of it is used.", Format.NUMBER),
        Column("state", "Which notice its owner gets; empty: none."),
    ),
    needs_server=True,
)
