"""`recipient deleted`: who was removed, when, and by whom."""

from __future__ import annotations

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row


async def run(context: Context, *, search: str) -> Result:
    wanted = search.lower()
    rows: tuple[Row, ...] = tuple(
        {
            "name": each.name,
            "kind": each.kind,
            "addresses": [str(address) for address in each.addresses],
            "deleted": each.at,
            "by": each.by,
        }
        for each in sorted(context.organisation().tombstones.values(), key=lambda each: -each.at)
        if wanted in each.name.lower() or any(wanted in str(address).lower() for address in each.addresses)
    )
    return Result(rows, "" if rows else "No removed recipient is remembered.")


OPERATION = Operation(
    name="recipient deleted",
    help="Show recipients that were removed lately, the last one first.",
    example="saywhy recipient deleted --search anna",
    run=run,
    parameters=(Parameter("search", "Only those with this in their name or an address."),),
    columns=(
        Column("name", "The name it had."),
        Column("kind", "mailbox, contact, group or folder."),
        Column("addresses", "The addresses it had.", Format.LIST),
        Column("deleted", "When it was removed.", Format.TIME),
        Column("by", "Who removed it."),
    ),
)
