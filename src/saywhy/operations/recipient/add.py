"""`recipient add`: a mailbox, a contact, a group or a public folder, with all that can be said of it."""

from __future__ import annotations

from typing import Any

from saywhy.model.address import Address
from saywhy.model.organisation import KINDS, DirectoryObject, Group
from saywhy.operations import addressing
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of
from saywhy.operations.recipient import properties

_NEEDED = {"contact": ("external", "foreign"), "group": ("member", "filter")}


async def run(
    context: Context,
    *,
    kind: str,
    name: str,
    address: tuple[Address, ...],
    allow_duplicate: bool,
    **given: Any,
) -> Result:
    cls: Any = KINDS[kind]
    values = properties.fields_of(cls, "recipient add", given)
    needed = _NEEDED.get(kind, ())
    if needed and not any(given.get(each) for each in needed):
        why = f"a {kind} needs --{' or --'.join(needed)}"
        raise OperationError("usage", "recipient add", why, f"add --{needed[0]} ADDRESS")
    if cls is Group:
        values.setdefault("require_sender_auth", True)  # spec E: new groups are for colleagues
    organisation = context.organisation()
    new: DirectoryObject = cls(name=name, addresses=address, **values)
    if not address:
        new = addressing.addressed(organisation, new)
    if not new.addresses:
        cure = "add --address ADDRESS, or a policy that makes one (`saywhy policy list`)"
        raise OperationError("usage", "recipient add", "it has no address, and no policy makes one", cure)
    revision = await commit(context, organisation, [Edit(new=new)], name_of(new), lenient=allow_duplicate)
    addresses = ", ".join(map(str, new.addresses))
    return Result(text=f"The {kind} {name} has the address {addresses}. Revision {revision}.")


OPERATION = Operation(
    name="recipient add",
    help="Add a mailbox, a contact (an address of ours whose mail goes elsewhere), a group or a public folder.",
    example="saywhy recipient add mailbox anna --address anna@worcester.example",
    run=run,
    parameters=(
        Parameter(
            "kind",
            f"What to add: {', '.join(properties.RECIPIENTS)}.",
            positional=True,
            required=True,
            choices=properties.RECIPIENTS,
        ),
        Parameter("name", "Its name, unique among recipients.", positional=True, required=True),
        Parameter(
            "address",
            "An address; the first is the primary one.  Without any, the address policies make them.",
            Type.ADDRESS,
            repeated=True,
        ),
        Parameter(
            "allow_duplicate",
            "Add it even if another has the address, or somebody it names is gone, as imports do.",
            Type.FLAG,
        ),
        *properties.parameters(),
    ),
    changes=True,
)
