"""`folder permission remove`: take away what somebody may do in a public folder."""

from __future__ import annotations

import dataclasses

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, folder: str, user: str) -> Result:
    organisation = context.organisation()
    old = finding.folder(organisation, folder)
    left = tuple(text for text in old.permissions if text.rpartition(":")[0].strip().lower() != user.lower())
    if left == old.permissions:
        why = f"{user} has no entry there"
        cure = f"`saywhy folder permission list {folder}` shows them"
        raise OperationError("not-found", name_of(old), why, cure)
    new = dataclasses.replace(old, permissions=left)
    revision = await commit(context, organisation, [Edit(old, new)], name_of(old))
    return Result(text=f"{user} has no rights of its own in the folder {old.name} any more. Revision {revision}.")


OPERATION = Operation(
    name="folder permission remove",
    help="Take an entry out of a public folder's permissions; the user then has those of Default or Anonymous.",
    example="saywhy folder permission remove '\\ProblemFolder' --user anna@worcester.example",
    run=run,
    parameters=(
        Parameter("folder", "The folder's path, name or address.", positional=True, required=True),
        Parameter("user", "Default, Anonymous, or an address.", required=True),
    ),
    changes=True,
    confirm="Take away the rights of {user} in {folder}?",
)
