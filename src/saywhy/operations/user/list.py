"""`user list`: who may sign in."""

from __future__ import annotations

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    users = context.organisation().users
    rows: tuple[Row, ...] = tuple(
        {"name": user.name, "addresses": [str(address) for address in user.addresses]}
        for _, user in sorted(users.items())
    )
    return Result(rows, "" if rows else "Nobody may sign in; `saywhy user add NAME` adds a user.")


OPERATION = Operation(
    name="user list",
    help="Show who may sign in for submission.",
    example="saywhy user list",
    run=run,
    columns=(
        Column("name", "The login; `user remove` takes it."),
        Column("addresses", "The addresses it may send as.", Format.LIST),
    ),
)
