"""`recipient show`: all that is said of one recipient."""

from __future__ import annotations

import dataclasses

from saywhy.config.object_docs import SIZES
from saywhy.config.snapshot import kind_of
from saywhy.config.units import format_size
from saywhy.model.organisation import DirectoryObject, Group, Mailbox, quotas
from saywhy.operations import differing, finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Operation, Parameter, Result, Row, Type

_QUOTAS = ("warning_quota", "send_quota", "receive_quota")


async def run(context: Context, *, name: str, all: bool) -> Result:
    organisation = context.organisation()
    item = finding.recipient(organisation, name)
    rows: list[Row] = [{"property": "kind", "value": kind_of(item)}]
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if all or value != field.default:
            rows.append({"property": field.name, "value": _text(item, field.name, value)})
    if isinstance(item, Mailbox):
        held = quotas(item, organisation.transport)
        in_force = (held.warning, held.send, held.receive)
        rows += [
            {"property": f"{name} in force", "value": format_size(each) if each else "no limit"}
            for name, each in zip(_QUOTAS, in_force, strict=True)
        ]
    groups = [group.name for group in organisation.recipients.values() if _holds(group, item)]
    if groups:
        rows.append({"property": "member of", "value": " ".join(sorted(groups))})
    return Result(tuple(rows))


def _holds(group: DirectoryObject, item: DirectoryObject) -> bool:
    own = {address.key for address in item.addresses}
    return isinstance(group, Group) and any(member.key in own for member in group.members)


def _text(item: DirectoryObject, name: str, value: object) -> str:
    if name in SIZES[kind_of(item)] and isinstance(value, int):
        return format_size(value) if value else "no limit"
    return differing.text(value)


OPERATION = Operation(
    name="recipient show",
    help="Show what is said of a recipient, and the groups that name it.",
    example="saywhy recipient show anna",
    run=run,
    parameters=(
        Parameter("name", "Its name, or one of its addresses.", positional=True, required=True),
        Parameter("all", "Also the properties that have their default.", Type.FLAG),
    ),
    columns=(Column("property", "As `recipient set` takes it."), Column("value", "Its value.")),
)
