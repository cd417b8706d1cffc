"""`member remove`: members leave a group."""

from __future__ import annotations

import dataclasses

from saywhy.model.address import Address
from saywhy.operations import finding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, group: str, address: tuple[Address, ...]) -> Result:
    organisation = context.organisation()
    old = finding.group(organisation, group)
    gone = {each.key for each in address}
    left = tuple(member for member in old.members if member.key not in gone)
    count = len(old.members) - len(left)
    if not count:
        raise OperationError(
            "not-found", name_of(old), "they are no members", f"`saywhy member list {group}` shows them"
        )
    revision = await commit(
        context, organisation, [Edit(old, dataclasses.replace(old, members=left))], name_of(old)
    )
    return Result(text=f"{telling.count(count, 'member')} removed from {old.name}. Revision {revision}.")


OPERATION = Operation(
    name="member remove",
    help="Remove members from a group; they stay recipients.",
    example="saywhy member remove staff --address anna@worcester.example",
    run=run,
    parameters=(
        Parameter("group", "The group's name, or one of its addresses.", positional=True, required=True),
        Parameter("address", "Who is to leave.", Type.ADDRESS, required=True, repeated=True),
    ),
    changes=True,
    confirm="Remove these members from {group}?",
)
