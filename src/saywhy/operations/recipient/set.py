"""`recipient set`: change what is said of a recipient."""

from __future__ import annotations

import dataclasses
from typing import Any

from saywhy.model.address import Address
from saywhy.operations import differing, finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of
from saywhy.operations.recipient import properties


async def run(
    context: Context,
    *,
    name: str,
    address: tuple[Address, ...],
    clear: tuple[str, ...],
    allow_duplicate: bool,
    **given: Any,
) -> Result:
    organisation = context.organisation()
    old = finding.recipient(organisation, name)
    what = name_of(old)
    values = properties.cleared(old, what, clear) | properties.fields_of(type(old), what, given)
    if address:
        values["addresses"] = address
    if not values:
        raise OperationError(
            "usage", what, "nothing is to change", "name a property, as in --max-receive-size '10 MB'"
        )
    new = dataclasses.replace(old, **values)
    changed = differing.fields(old, new)
    if not changed:
        return Result(text=f"The {what} is so already: nothing to do.")
    revision = await commit(context, organisation, [Edit(old, new)], what, lenient=allow_duplicate)
    return Result(text=f"The {what} was changed: {'; '.join(changed)}. Revision {revision}.")


OPERATION = Operation(
    name="recipient set",
    help="Change properties of a recipient; a list that is given replaces the one before.",
    example="saywhy recipient set anna --max-receive-size '10 MB' --accept-from staff@worcester.example",
    run=run,
    parameters=(
        Parameter("name", "Its name, or one of its addresses.", positional=True, required=True),
        Parameter("address", "An address; the first is the primary one.", Type.ADDRESS, repeated=True),
        Parameter("clear", "A property to bring back to its default, such as accept-from.", repeated=True),
        Parameter(
            "allow_duplicate",
            "Change it even if another has the address, or somebody it names is gone, as imports do.",
            Type.FLAG,
        ),
        *properties.parameters(),
    ),
    changes=True,
)
