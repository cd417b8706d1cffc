"""`message resume`: let a message go on that is held back."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Parameter, Result, Type
from saywhy.operations.message.show import gone


async def run(context: Context, *, message: QueueId) -> Result:
    count = await context.queue.resume(message)
    if count:
        text = f"Message {message} goes on for {telling.count(count, 'recipient')}."
        return Result(({"message": str(message), "recipients": count},), text)
    if await context.store.message(message) is None:
        raise gone(message)
    raise OperationError(
        "refused", f"message {message}", "it is not held back", f"`saywhy message show {message}`"
    )


OPERATION = Operation(
    name="message resume",
    help="Let a message go on that is held back, or was put aside in the poison queue: it is tried anew.",
    example="saywhy message resume 1-8f31",
    run=run,
    parameters=(
        Parameter("message", "Queue id (`message list`).", Type.QUEUE_ID, positional=True, required=True),
    ),
    columns=(
        Column("message", "Queue id."),
        Column("recipients", "Recipients that it goes on for.", Format.NUMBER),
    ),
    changes=True,
    needs_server=True,
    prose=True,
)
