"""`message remove`: take a message out of the queue, with a report to its sender or without."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Type
from saywhy.operations.message.show import gone


async def run(context: Context, *, message: QueueId, no_ndr: bool) -> Result:
    found = await context.store.message(message)
    if found is None or not await context.queue.remove(message, not no_ndr):
        raise gone(message)
    reported = not no_ndr and found.envelope.sender is not None
    told = "its sender gets a report" if reported else "nobody is told"
    return Result(({"message": str(message), "reported": reported},), f"Message {message} was removed; {told}.")


OPERATION = Operation(
    name="message remove",
    help="Take a message out of the queue; its sender gets a non-delivery report.",
    example="saywhy message remove 1-8f31 --no-ndr",
    run=run,
    parameters=(
        Parameter("message", "Queue id (`message list`).", Type.QUEUE_ID, positional=True, required=True),
        Parameter("no_ndr", "Tell nobody.", Type.FLAG),
    ),
    columns=(
        Column("message", "Queue id."),
        Column("reported", "Whether its sender gets a report.", Format.YES),
    ),
    changes=True,
    confirm="Remove message {message}?",
    needs_server=True,
    prose=True,
)
