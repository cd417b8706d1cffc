"""`user remove`: a login ends.  The user's mailbox is a recipient of its own, and stays."""

from __future__ import annotations

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    user = finding.user(organisation, name)
    revision = await commit(context, organisation, [Edit(old=user)], name_of(user))
    return Result(text=f"{user.name} may not sign in any more. Revision {revision}.")


OPERATION = Operation(
    name="user remove",
    help="Let somebody sign in no more; the mailbox stays.",
    example="saywhy user remove anna",
    run=run,
    parameters=(Parameter("name", "The login.", positional=True, required=True),),
    changes=True,
    confirm="Remove the user {name}?",
)
