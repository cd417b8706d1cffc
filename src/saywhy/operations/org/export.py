"""`org export`: the organisation as a file that `org apply` reads."""

from __future__ import annotations

from saywhy.config.snapshot import stored
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result


async def run(context: Context) -> Result:
    from saywhy.config.organisation import write  # pydantic, which the command line can do without

    organisation = context.organisation()
    text = write(stored(organisation)).rstrip("\n")
    return Result(({"revision": organisation.revision, "organisation": text},), text)


OPERATION = Operation(
    name="org export",
    help="Print the whole organisation as TOML, password hashes included.",
    example="saywhy org export > organisation.toml",
    run=run,
    columns=(
        Column("revision", "The organisation's revision.", Format.NUMBER),
        Column("organisation", "The text of the file."),
    ),
    prose=True,
)
