"""`message show`: one message in the queue, and what each of its recipients waits for."""

from __future__ import annotations

from saywhy.config.units import format_size
from saywhy.model.queued import Message, Pending, QueueId
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import (
    Column,
    Format,
    Operation,
    OperationError,
    Parameter,
    Result,
    Row,
    Type,
)
from saywhy.why.explain import Reader, explain


async def run(context: Context, *, message: QueueId) -> Result:
    found = await context.store.message(message)
    if found is None:
        raise gone(message)
    waiting = await context.store.pending(message)
    return Result(tuple(map(_row, waiting)), "\n".join(_lines(found, waiting, context.clock.now())))


def gone(message: QueueId) -> OperationError:
    cure = f"`saywhy trace {message}` tells what became of it"
    return OperationError("not-found", f"message {message}", "it is not in the queue", cure)


def _row(pending: Pending) -> Row:
    return {
        "recipient": str(pending.recipient.address),
        "address": str(pending.address),
        "queue": pending.hop.key,
        "attempts": pending.attempts,
        "next": telling.next_attempt(pending),
        "suspended": pending.suspended_at,
        "error": telling.last_error(pending.failure),
    }


def _lines(message: Message, waiting: list[Pending], now: float) -> list[str]:
    origin = message.origin
    client = " ".join(part for part in (origin.helo, origin.client_ip, origin.protocol) if part)
    user = f" as {origin.user}" if origin.user else ""
    lines = [
        f"From        {telling.sender(message.envelope.sender)}",
        f"Subject     {message.headline.subject}",
        f"Message-ID  {message.headline.message_id}",
        f"Arrived     {telling.clock(message.arrived)} ({telling.since(now, message.arrived)})",
        f"By          {origin.connector}{user}{f': {client}' if client else ''}",
        f"Given up    {telling.clock(message.expires)} ({telling.until(now, message.expires)})",
        f"Size        {format_size(message.size)}",
    ]
    if any(pending.suspended_at or pending.paused for pending in waiting):
        lines[5] += ", and as much later as it was held back"
    for pending in waiting:
        lines += ["", *_recipient(pending, now)]
    return lines


def _recipient(pending: Pending, now: float) -> list[str]:
    recipient = str(pending.recipient.address)
    lines = [f"{recipient} {telling.waiting(pending, now)}"]
    if pending.failure is not None:
        why = explain(pending.failure, Reader.ADMIN, recipient=recipient)
        lines += [f"    {text}" for text in dict.fromkeys((pending.failure.line(), why.happened))]
        lines += [f"    {number}. {step}" for number, step in enumerate(why.steps, 1)]
    return lines


OPERATION = Operation(
    name="message show",
    help="Show one message in the queue, what its recipients wait for, and why.",
    example="saywhy message show 1-8f31",
    run=run,
    parameters=(
        Parameter("message", "Queue id (`message list`).", Type.QUEUE_ID, positional=True, required=True),
    ),
    columns=(
        Column("recipient", "Who it was sent to."),
        Column("address", "Where it goes now."),
        Column("queue", "The next hop it waits for."),
        Column("attempts", "How often it was tried.", Format.NUMBER),
        Column("next", "When it is tried again.", Format.TIME),
        Column("suspended", "Since when it is held back.", Format.TIME),
        Column("error", "What happened last."),
    ),
    prose=True,
)
