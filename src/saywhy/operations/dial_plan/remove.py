"""`dial-plan remove`: its messages are like others."""

from __future__ import annotations

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    old = finding.dial_plan(organisation, name)
    revision = await commit(context, organisation, [Edit(old=old)], name_of(old))
    return Result(
        text=f"The dial plan {old.name} was removed; its messages are like others now. Revision {revision}."
    )


OPERATION = Operation(
    name="dial-plan remove",
    help="Remove a dial plan; its messages are like others then.",
    example="saywhy dial-plan remove Phones",
    run=run,
    parameters=(Parameter("name", "Its name.", positional=True, required=True),),
    changes=True,
    confirm="Remove the dial plan {name}?",
)
