"""`moderation list`: what waits for a moderator, and who was asked."""

from __future__ import annotations

from saywhy.infra.store.protocol import MessageFilter
from saywhy.model.queued import HopKind, Message, Pending, QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Type


async def run(context: Context, *, recipient: str, after: QueueId | None, limit: int) -> Result:
    wanted = MessageFilter(HopKind.MODERATION.value, "", recipient, after, limit + 1)
    messages = await context.store.messages(wanted)
    rows = [
        row
        for message in messages[:limit]
        for pending in await context.store.pending(message.id)
        if (row := _row(message, pending))
    ]
    if not rows:
        return Result(text="Nothing waits for a moderator.")
    more = f"There are more: --after {messages[limit - 1].id} shows the next." if len(messages) > limit else ""
    return Result(tuple(rows), more)


def _row(message: Message, pending: Pending) -> Row | None:
    waits = pending.moderation
    if waits is None or pending.hop.kind is not HopKind.MODERATION:
        return None
    return {
        "message": str(message.id),
        "sender": telling.sender(message.envelope.sender),
        "recipient": str(pending.address),
        "item": waits.item,
        "moderators": [str(each.address) for each in waits.asked],
        "since": waits.since,
        "until": waits.until,
        "subject": message.headline.subject,
    }


OPERATION = Operation(
    name="moderation list",
    help="Show what waits for a moderator, oldest first.",
    example="saywhy moderation list",
    run=run,
    parameters=(
        Parameter("recipient", "Only what is for this address."),
        Parameter("after", "Only messages after this one.", Type.QUEUE_ID),
        Parameter("limit", "Show at most so many messages.", Type.NUMBER, default=1000, least=1, most=100_000),
    ),
    columns=(
        Column("message", "Queue id; `moderation approve` and `moderation reject` take it."),
        Column("sender", "The reverse-path."),
        Column("recipient", "The address that it waits for."),
        Column("item", "The moderated recipient."),
        Column("moderators", "Who was asked.", Format.LIST),
        Column("since", "When they were asked.", Format.TIME),
        Column("until", "When it goes back to the sender.", Format.TIME),
        Column("subject", "The message's subject."),
    ),
)
