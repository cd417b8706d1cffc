"""`remote-domain remove`: nothing special is said about some domain any more."""

from __future__ import annotations

from saywhy.model import address_space
from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    old = finding.remote_domain(organisation, name)
    what = name_of(old)
    if old is DEFAULT_REMOTE_DOMAIN:
        cure = "`saywhy remote-domain set Default` changes what it says"
        raise OperationError("refused", what, "it is built in, and says nothing special", cure)
    revision = await commit(context, organisation, [Edit(old=old)], what)
    back = "the built-in Default holds" if old.domain == address_space.EVERYTHING else "the next wider one holds"
    return Result(text=f"The {what} was removed: for {old.domain}, {back}. Revision {revision}.")


OPERATION = Operation(
    name="remote-domain remove",
    help="Remove a remote domain; of Default, go back to the built-in one: all reports go out.",
    example="saywhy remote-domain remove Partner",
    run=run,
    parameters=(Parameter("name", "Its name, or its domain.", positional=True, required=True),),
    changes=True,
    confirm="Remove the remote domain {name}?",
)
