"""`member list`: who is in a group, by name and by its filter."""

from __future__ import annotations

from saywhy.config.snapshot import kind_of
from saywhy.infra.directory.table import TableDirectory
from saywhy.model.address import Address
from saywhy.model.matching import FilterError
from saywhy.model.organisation import Group, Organisation
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Operation, OperationError, Parameter, Result, Row
from saywhy.operations.editing import name_of


async def run(context: Context, *, group: str) -> Result:
    organisation = context.organisation()
    found = finding.group(organisation, group)
    directory = TableDirectory(lambda: organisation)
    rows = [_row(organisation, directory, member, "name") for member in found.members]
    rows += [_row(organisation, directory, member, "filter") for member in await _matching(directory, found)]
    return Result(tuple(rows), "" if rows else "The group has no members.")


async def _matching(directory: TableDirectory, group: Group) -> list[Address]:
    if not group.filter:
        return []
    try:
        items = await directory.select(group.filter, group.filter_container)
    except FilterError as error:
        cure = "correct it with `saywhy recipient set --filter`"
        raise OperationError("refused", name_of(group), f"its filter does not work: {error}", cure) from None
    return [item.addresses[0] for item in items or () if item is not group and item.addresses]


def _row(organisation: Organisation, directory: TableDirectory, member: Address, by: str) -> Row:
    owners = directory.find(member)
    kind = kind_of(owners[0]) if len(owners) == 1 else "ambiguous" if owners else ""
    if not kind:
        kind = "unknown" if member.domain_key in organisation.domains else "elsewhere"
    return {"address": str(member), "kind": kind, "name": owners[0].name if len(owners) == 1 else "", "by": by}


OPERATION = Operation(
    name="member list",
    help="Show the members of a group, those by name and those by its filter.",
    example="saywhy member list staff",
    run=run,
    parameters=(Parameter("group", "The group's name, or one of its addresses.", positional=True, required=True),),
    columns=(
        Column("address", "The member's address."),
        Column("kind", "mailbox, contact, group, folder, elsewhere, unknown or ambiguous."),
        Column("name", "The recipient's name."),
        Column("by", "name: it is listed; filter: it matches."),
    ),
)
