"""`quota notify`: tell the owners of full mailboxes and folders now."""

from __future__ import annotations

from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Result


async def run(context: Context) -> Result:
    if context.quotas is None:
        raise OperationError("no-server", "quota notify", "no server runs", "start it with `saywhy serve`")
    count = await context.quotas.notify()
    if not count:
        return Result(text="Nobody is to be told: nothing is full, or its owner has been told within a day.")
    return Result(text=f"The owners of {telling.count(count, 'full recipient')} were told.")


OPERATION = Operation(
    name="quota notify",
    help="Tell the owners of full mailboxes and public folders now; nobody twice within a day.",
    example="saywhy quota notify",
    run=run,
    changes=True,
    needs_server=True,
)
