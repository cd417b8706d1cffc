"""`message list`: the messages in the queue."""

from __future__ import annotations

from saywhy.infra.store.protocol import MessageFilter
from saywhy.model.queued import QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Type


async def run(
    context: Context, *, queue: str, sender: str, recipient: str, after: QueueId | None, limit: int
) -> Result:
    wanted = MessageFilter(queue, sender, recipient, after, limit + 1)
    messages = await context.store.messages(wanted)
    rows: tuple[Row, ...] = tuple(
        {
            "message": str(message.id),
            "arrived": message.arrived,
            "sender": telling.sender(message.envelope.sender),
            "recipients": len(message.envelope.recipients),
            "size": message.size,
            "subject": message.headline.subject,
        }
        for message in messages[:limit]
    )
    if not rows:
        return Result(text="No such message is in the queue.")
    more = f"There are more: --after {messages[limit - 1].id} shows the next." if len(messages) > limit else ""
    return Result(rows, more)


OPERATION = Operation(
    name="message list",
    help="Show the messages in the queue, oldest first.",
    example="saywhy message list --sender anna@worcester.example",
    run=run,
    parameters=(
        Parameter("queue", "Only those that wait for this next hop."),
        Parameter("sender", "Only those from this address (<> for reports)."),
        Parameter("recipient", "Only those still owed to this address."),
        Parameter("after", "Only those after this one.", Type.QUEUE_ID),
        Parameter("limit", "Show at most so many.", Type.NUMBER, default=1000, least=1, most=100_000),
    ),
    columns=(
        Column("message", "Queue id; `message show`, `message remove` and `trace` take it."),
        Column("arrived", "When it was accepted.", Format.TIME),
        Column("sender", "The reverse-path."),
        Column("recipients", "How many it was accepted for.", Format.NUMBER),
        Column("size", "Its size.", Format.SIZE),
        Column("subject", "Its subject."),
    ),
)
