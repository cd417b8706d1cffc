"""`recipient forget`: forget that a recipient was there."""

from __future__ import annotations

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    old = finding.tombstone(organisation, name)
    revision = await commit(context, organisation, [Edit(old=old)], name_of(old))
    return Result(text=f"Nothing is left of the {old.kind} {old.name}. Revision {revision}.")


OPERATION = Operation(
    name="recipient forget",
    help="Forget a removed recipient: its address is unknown like any other then.",
    example="saywhy recipient forget anna",
    run=run,
    parameters=(Parameter("name", "The name it had.", positional=True, required=True),),
    changes=True,
    confirm="Forget the removed recipient {name}?",
)
