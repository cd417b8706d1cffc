"""`message export`: a message as a file, with its envelope in X-Sender and X-Receiver (spec C2, F3).

Unlike Exchange, it need not be suspended for that: it is only read.
"""

from __future__ import annotations

from saywhy.model.queued import Message, Pending, QueueId
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Operation, Parameter, Result, Type
from saywhy.operations.message.show import gone


async def run(context: Context, *, message: QueueId) -> Result:
    found = await context.store.message(message)
    content = await context.store.content(message)
    if found is None or content is None:
        raise gone(message)
    lines = envelope(found, await context.store.pending(message))
    text = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip("\n")
    whole = "\n".join((*lines, text))
    return Result(({"message": str(message), "content": whole},), whole)


def envelope(message: Message, owed: list[Pending]) -> list[str]:
    """Header fields from which the message could be queued again for those that it is still owed to."""
    wishes = message.envelope
    sender = f"X-Sender: <{wishes.sender or ''}>"
    sender += f" RET={wishes.ret.value}" if wishes.ret else ""
    sender += f" ENVID={wishes.envid}" if wishes.envid else ""
    return [sender, *(f"X-Receiver: <{pending.address}>" for pending in owed)]


OPERATION = Operation(
    name="message export",
    help="Print a message as it is in the queue, with the recipients it is still owed to.",
    example="saywhy message export 1-8f31 > message.eml",
    run=run,
    parameters=(
        Parameter("message", "Queue id (`message list`).", Type.QUEUE_ID, positional=True, required=True),
    ),
    columns=(
        Column("message", "Queue id."),
        Column("content", "The message; octets that are no UTF-8 as lone surrogates."),
    ),
    prose=True,
    raw=True,
)
