"""`policy add`: one more address policy."""

from __future__ import annotations

from saywhy.model.organisation import AddressPolicy
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, template: tuple[str, ...], filter: str, priority: int) -> Result:
    new = AddressPolicy(name, template, filter, priority)
    revision = await commit(context, context.organisation(), [Edit(new=new)], name_of(new))
    return Result(text=f"The policy {name} is there; `saywhy policy apply` gives addresses. Revision {revision}.")


OPERATION = Operation(
    name="policy add",
    help="Add an address policy: how recipients that match get their addresses.",
    example="saywhy policy add brewery --template '%g.%s@worcester.example' --filter 'department = Brewery'",
    run=run,
    parameters=(
        Parameter("name", "Its name.", positional=True, required=True),
        Parameter(
            "template",
            "%g given name, %i initials, %s surname, %d display name, %m alias; %1g its first letter. The first "
            "template makes the primary address.",
            required=True,
            repeated=True,
        ),
        Parameter("filter", "Whom it is for: department = Brewery; empty: everybody."),
        Parameter("priority", "Of several that match, the lowest wins.", Type.NUMBER, default=100),
    ),
    changes=True,
)
