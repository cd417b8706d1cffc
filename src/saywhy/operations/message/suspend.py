"""`message suspend`: hold one message back."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Type
from saywhy.operations.message.show import gone


async def run(context: Context, *, message: QueueId) -> Result:
    count = await context.queue.suspend(message)
    if not count:
        raise gone(message)
    kept = f"Message {message} is held back for {telling.count(count, 'recipient')}."
    return Result(({"message": str(message), "recipients": count},), kept)


OPERATION = Operation(
    name="message suspend",
    help="Hold a message back until `message resume`. What is under way ends; its expiry waits.",
    example="saywhy message suspend 1-8f31",
    run=run,
    parameters=(
        Parameter("message", "Queue id (`message list`).", Type.QUEUE_ID, positional=True, required=True),
    ),
    columns=(
        Column("message", "Queue id."),
        Column("recipients", "Recipients that it is held back for.", Format.NUMBER),
    ),
    changes=True,
    confirm="Suspend message {message}?",
    needs_server=True,
    prose=True,
)
