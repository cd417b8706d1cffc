"""`message redirect`: send a recipient's copy to another address."""

from __future__ import annotations

from saywhy.model.address import Address
from saywhy.model.queued import QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Parameter, Result, Type
from saywhy.operations.message.show import gone


async def run(context: Context, *, message: QueueId, recipient: Address, to: Address) -> Result:
    count = await context.queue.redirect(message, recipient, to)
    if not count:
        if await context.store.message(message) is None:
            raise gone(message)
        why = f"it owes {recipient} nothing that is not under way"
        raise OperationError(
            "not-found", f"message {message}", why, f"`saywhy message show {message}` says to whom"
        )
    text = f"Message {message} goes to {to} instead of {recipient} ({telling.count(count, 'recipient')})."
    return Result(({"message": str(message), "recipients": count},), text)


OPERATION = Operation(
    name="message redirect",
    help="Send what a message still owes to one address to another; reports keep naming the first.",
    example="saywhy message redirect 1-8f31 bob@partner.example --to carol@partner.example",
    run=run,
    parameters=(
        Parameter("message", "Queue id (`message list`).", Type.QUEUE_ID, positional=True, required=True),
        Parameter("recipient", "The address that it was sent to.", Type.ADDRESS, positional=True, required=True),
        Parameter("to", "Where it shall go.", Type.ADDRESS, required=True),
    ),
    columns=(
        Column("message", "Queue id."),
        Column("recipients", "How many recipients were changed.", Format.NUMBER),
    ),
    changes=True,
    confirm="Send message {message} to {to} instead of {recipient}?",
    needs_server=True,
    prose=True,
)
