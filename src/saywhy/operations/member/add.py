"""`member add`: more members for a group."""

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
    known = {member.key for member in old.members}
    new = [each for each in {each.key: each for each in address}.values() if each.key not in known]
    if not new:
        raise OperationError("refused", name_of(old), "they are members already", "name others")
    edit = Edit(old, dataclasses.replace(old, members=(*old.members, *new)))
    revision = await commit(context, organisation, [edit], name_of(old))
    return Result(text=f"{telling.count(len(new), 'member')} added to {old.name}. Revision {revision}.")


OPERATION = Operation(
    name="member add",
    help="Add members to a group.",
    example="saywhy member add staff --address anna@worcester.example",
    run=run,
    parameters=(
        Parameter("group", "The group's name, or one of its addresses.", positional=True, required=True),
        Parameter("address", "Who is to be a member.", Type.ADDRESS, required=True, repeated=True),
    ),
    changes=True,
)
