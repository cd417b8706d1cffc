"""`policy remove`: an address policy ends; addresses that it gave stay."""

from __future__ import annotations

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    policy = finding.policy(organisation, name)
    revision = await commit(context, organisation, [Edit(old=policy)], name_of(policy))
    return Result(
        text=f"The policy {policy.name} was removed; the addresses that it gave stay. Revision {revision}."
    )


OPERATION = Operation(
    name="policy remove",
    help="Remove an address policy; the addresses that it gave stay.",
    example="saywhy policy remove brewery",
    run=run,
    parameters=(Parameter("name", "Its name.", positional=True, required=True),),
    changes=True,
    confirm="Remove the policy {name}?",
)
