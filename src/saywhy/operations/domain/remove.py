"""`domain remove`: take no more mail for a domain."""

from __future__ import annotations

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    domain = finding.domain(organisation, name)
    what = name_of(domain)
    if len(organisation.domains) == 1:
        cure = "add another with `saywhy domain add` first"
        raise OperationError("refused", what, "it is the only domain", cure)
    revision = await commit(context, organisation, [Edit(old=domain)], what)
    return Result(text=f"Mail for {domain.name} is taken no more. Revision {revision}.")


OPERATION = Operation(
    name="domain remove",
    help="Take no more mail for a domain; nobody may have an address in it.",
    example="saywhy domain remove old.example",
    run=run,
    parameters=(Parameter("name", "The domain.", positional=True, required=True),),
    changes=True,
    confirm="Take no more mail for {name}?",
)
