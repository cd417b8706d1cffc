"""`badmail list`: the bad files, and what is wrong with each."""

from __future__ import annotations

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Result, Row


async def run(context: Context) -> Result:
    if context.bad_files is None:
        raise OperationError("no-server", "badmail list", "no server runs", "start it with `saywhy serve`")
    try:
        found = await context.bad_files.listed()
    except OSError as error:
        raise OperationError("refused", "badmail list", str(error), "look after the folder") from None
    rows: tuple[Row, ...] = tuple(
        {
            "folder": each.folder,
            "file": each.name,
            "size": each.size,
            "changed": each.changed,
            "why": each.why,
        }
        for each in found
    )
    return Result(rows, "" if rows else "There is no bad file.")


OPERATION = Operation(
    name="badmail list",
    help="Show the files of the Pickup and Replay folders of which nothing could be made, and why.",
    example="saywhy badmail list",
    run=run,
    columns=(
        Column("folder", "Pickup or Replay."),
        Column("file", "Its name there; `badmail resubmit` takes it."),
        Column("size", "Its size.", Format.SIZE),
        Column("changed", "When it was written.", Format.TIME),
        Column("why", "What is wrong with it as it is now."),
    ),
)
