"""`folder permission add`: let somebody do something in a public folder, mail into it above all."""

from __future__ import annotations

import dataclasses

from saywhy.model import folder_rights
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, folder: str, user: str, rights: tuple[str, ...]) -> Result:
    organisation = context.organisation()
    old = finding.folder(organisation, folder)
    entry = f"{user}: {', '.join(rights)}"
    others = tuple(text for text in old.permissions if text.rpartition(":")[0].strip().lower() != user.lower())
    new = dataclasses.replace(old, permissions=(*others, entry))
    revision = await commit(context, organisation, [Edit(old, new)], name_of(old))
    return Result(text=f"{user} has {', '.join(rights)} in the folder {old.name}. Revision {revision}.")


OPERATION = Operation(
    name="folder permission add",
    help="Give rights in a public folder; they replace those that the user had there.",
    example="saywhy folder permission add '\\ProblemFolder' --user Anonymous --rights CreateItems",
    run=run,
    parameters=(
        Parameter("folder", "The folder's path, name or address.", positional=True, required=True),
        Parameter("user", "Default, Anonymous, or an address.", required=True),
        Parameter(
            "rights",
            "A role or a single right; mail needs CreateItems.",
            required=True,
            repeated=True,
            choices=folder_rights.WORDS,
        ),
    ),
    changes=True,
)
