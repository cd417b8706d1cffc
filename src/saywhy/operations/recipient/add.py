"""`recipient add`: a mailbox, a contact or a group."""

from __future__ import annotations

from saywhy.model.address import Address
from saywhy.model.organisation import Contact, DirectoryObject, Group, Mailbox
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of

_KINDS = ("mailbox", "contact", "group")
_ONLY = {"external": "contact", "member": "group"}  # parameter -> the one kind that takes it


async def run(
    context: Context,
    *,
    kind: str,
    name: str,
    address: tuple[Address, ...],
    external: Address | None,
    member: tuple[Address, ...],
    display_name: str,
) -> Result:
    _fits(kind, "external", external is not None)
    _fits(kind, "member", bool(member))
    new: DirectoryObject
    if external is not None:
        new = Contact(name, address, external, display_name)
    elif member:
        new = Group(name, address, member, display_name)
    else:
        new = Mailbox(name, address, display_name)
    revision = await commit(context, context.organisation(), [Edit(new=new)], name_of(new))
    addresses = ", ".join(map(str, address))
    return Result(text=f"The {kind} {name} has the address {addresses}. Revision {revision}.")


def _fits(kind: str, parameter: str, given: bool) -> None:
    if given and kind != _ONLY[parameter]:
        why = f"a {kind} has no --{parameter}"
        raise OperationError("usage", "recipient add", why, f"leave it out, or add a {_ONLY[parameter]}")
    if not given and kind == _ONLY[parameter]:
        why = f"a {kind} needs --{parameter}"
        raise OperationError("usage", "recipient add", why, f"add --{parameter} ADDRESS")


OPERATION = Operation(
    name="recipient add",
    help="Add a mailbox, a contact (an address of ours whose mail goes elsewhere) or a group.",
    example="saywhy recipient add mailbox anna --address anna@worcester.example",
    run=run,
    parameters=(
        Parameter("kind", f"What to add: {', '.join(_KINDS)}.", positional=True, required=True, choices=_KINDS),
        Parameter("name", "Its name, unique among recipients.", positional=True, required=True),
        Parameter(
            "address", "An address; the first is the primary one.", Type.ADDRESS, required=True, repeated=True
        ),
        Parameter("external", "Where a contact's mail goes.", Type.ADDRESS),
        Parameter("member", "An address that a group's mail goes to.", Type.ADDRESS, repeated=True),
        Parameter("display_name", "The name people see."),
    ),
    changes=True,
)
