"""`queue show`: who waits for one next hop, and why."""

from __future__ import annotations

from saywhy.infra.store.protocol import MessageFilter, QueueRow
from saywhy.model.organisation import Suspension
from saywhy.model.queued import NEVER, Message, Pending
from saywhy.operations import finding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Type


async def run(context: Context, *, queue: str, limit: int) -> Result:
    found = await finding.queue(context, queue)
    suspended = context.organisation().suspensions.get(queue.lower())
    messages = {each.id: each for each in await context.store.messages(MessageFilter(queue=queue, limit=limit))}
    owed = await context.store.owed(found.key, list(messages))
    rows = tuple(_row(messages[pending.message], pending, suspended) for pending in owed)
    return Result(rows, _summary(found, suspended, context.clock.now(), limit))


def _row(message: Message, pending: Pending, queue: Suspension | None) -> Row:
    since = pending.suspended_at or (max(queue.since, message.arrived) if queue else 0.0)
    return {
        "message": str(message.id),
        "sender": telling.sender(message.envelope.sender),
        "recipient": str(pending.recipient.address),
        "attempts": pending.attempts,
        "next": 0.0 if since else telling.next_attempt(pending),
        "suspended": since,
        "error": telling.last_error(pending.failure),
    }


def _summary(queue: QueueRow, suspended: Suspension | None, now: float, limit: int) -> str:
    recipients = telling.count(queue.recipients, "recipient")
    messages = telling.count(queue.messages, "message")
    due = f"the next attempt is due {telling.until(now, queue.next_due)}"
    if suspended is not None:
        by = f" by {suspended.by}" if suspended.by else ""
        due = f"it was suspended {telling.since(now, suspended.since)}{by}"
    elif queue.next_due >= NEVER:
        due = "all is held back"
    lines = [f"{recipients} of {messages}; the oldest arrived {telling.since(now, queue.oldest)}, {due}."]
    if queue.last_error:
        lines.append(f"Last error: {queue.last_error}")
    if queue.cause:
        lines.append(f"Cause: {queue.cause} (`saywhy causes {queue.cause}` says what to do)")
    if queue.messages > limit:
        lines.append(f"The first {limit} messages are shown; --limit {queue.messages} shows all.")
    return "\n".join(lines)


OPERATION = Operation(
    name="queue show",
    help="Show who waits for one next hop, and why.",
    example="saywhy queue show dns/partner.example/Internet",
    run=run,
    parameters=(
        Parameter("queue", "The next hop, as `queue list` shows it.", positional=True, required=True),
        Parameter("limit", "Look at so many messages.", Type.NUMBER, default=100, least=1, most=10_000),
    ),
    columns=(
        Column("message", "Queue id; `message show`, `message remove` and `trace` take it."),
        Column("sender", "The reverse-path."),
        Column("recipient", "Who it is for."),
        Column("attempts", "How often it was tried.", Format.NUMBER),
        Column("next", "When it is tried again.", Format.TIME),
        Column("suspended", "Since when it is held back.", Format.TIME),
        Column("error", "What happened last."),
    ),
)
