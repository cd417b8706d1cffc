"""`badmail resubmit`: let a bad file be taken again, now that it was mended."""

from __future__ import annotations

from saywhy.operations import telling
from saywhy.operations.context import Context, NoSuchFile
from saywhy.operations.declaration import Column, Operation, OperationError, Parameter, Result, Row, Type


async def run(context: Context, *, file: str, all: bool) -> Result:
    if context.bad_files is None:
        raise OperationError("no-server", "badmail resubmit", "no server runs", "start it with `saywhy serve`")
    if all == bool(file):
        raise OperationError("usage", "badmail resubmit", "it is not said which", "name a file, or give --all")
    try:
        names = await context.bad_files.resubmit(file)
    except NoSuchFile:
        why, cure = "there is no bad file of that name", "`saywhy badmail list` shows them"
        raise OperationError("not-found", file[:200], why, cure) from None
    except OSError as error:
        raise OperationError("refused", file[:200], str(error), "look after the folder") from None
    rows: tuple[Row, ...] = tuple({"file": name} for name in names)
    return Result(rows, f"{telling.count(len(rows), 'file')} will be looked at again within seconds.")


OPERATION = Operation(
    name="badmail resubmit",
    help="Let a bad file of the Pickup or Replay folder, or all of them, be taken again: mend it first.",
    example="saywhy badmail resubmit order-17.bad",
    run=run,
    parameters=(
        Parameter("file", "Its name (`badmail list`).", positional=True),
        Parameter("all", "All of them.", Type.FLAG),
    ),
    columns=(Column("file", "Its name from now on."),),
)
