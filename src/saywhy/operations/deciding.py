"""What `moderation approve` and `moderation reject` share."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError, Parameter, Result, Type

PARAMETERS = (
    Parameter("message", "Queue id (`moderation list`).", Type.QUEUE_ID, positional=True, required=True),
    Parameter("item", "Only for this moderated recipient; otherwise for all that it waits for."),
)


async def decide(
    context: Context, message: QueueId, item: str, comment: tuple[str, ...] = (), *, approve: bool
) -> Result:
    by = f"{context.actor or 'an administrator'} (administrator)"
    count = await context.queue.moderate(message, item, approve, comment, by)
    if not count:
        why = f"it does not wait for a moderator{f' of {item}' if item else ''}"
        cure = "`saywhy moderation list` shows what does; `saywhy trace` says what became of it"
        raise OperationError("not-found", f"message {message}", why, cure)
    word = "approved" if approve else "rejected"
    return Result(text=f"Message {message} was {word} for {telling.count(count, 'recipient')}.")
