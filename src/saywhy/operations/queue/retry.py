"""`queue retry`: make an attempt now instead of when it is due."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations import finding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Parameter, Result, Type


async def run(context: Context, *, queue: str, message: QueueId | None, all: bool, resubmit: bool) -> Result:
    if sum((bool(queue), message is not None, all)) != 1:
        cure = "give a queue, or --message ID, or --all"
        raise OperationError("usage", "queue retry", "it is not clear what to retry", cure)
    await _must_exist(context, queue, message)
    if resubmit:
        return await _resubmit(context, queue)
    recipients = await context.queue.retry(queue or None, message)
    due = telling.count(recipients, "recipient")
    return Result(({"recipients": recipients},), f"{due} {'is' if recipients == 1 else 'are'} tried again now.")


async def _resubmit(context: Context, queue: str) -> Result:
    if not queue:
        cure = "name one queue: `saywhy queue list` shows them"
        raise OperationError("usage", "queue retry", "--resubmit is about one queue", cure)
    if queue.lower() in context.organisation().suspensions:
        raise OperationError(
            "refused", f"queue {queue}", "it is suspended", f"`saywhy queue resume {queue}` first"
        )
    recipients = await context.queue.resubmit(queue)
    told = f"{telling.count(recipients, 'recipient')} {'is' if recipients == 1 else 'are'} routed again."
    return Result(({"recipients": recipients},), told)


async def _must_exist(context: Context, queue: str, message: QueueId | None) -> None:
    if message is not None and await context.store.message(message) is None:
        raise finding.not_found("message", str(message), "", "message list")
    if queue:
        await finding.queue(context, queue)


OPERATION = Operation(
    name="queue retry",
    help="Try again now what waits for a next hop, a message, or everything.",
    example="saywhy queue retry dns/partner.example/Internet",
    run=run,
    parameters=(
        Parameter("queue", "The next hop, as `queue list` shows it.", positional=True),
        Parameter("message", "Only this message.", Type.QUEUE_ID),
        Parameter("all", "All that waits.", Type.FLAG),
        Parameter("resubmit", "Look up the recipients and the route again first (a queue only).", Type.FLAG),
    ),
    columns=(Column("recipients", "How many are tried now.", Format.NUMBER),),
    changes=True,
    needs_server=True,
    prose=True,
)
