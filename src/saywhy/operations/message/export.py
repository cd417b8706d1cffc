"""`message export`: a message as a file, with its envelope in X-Sender and X-Receiver, for Replay (spec C2, F3).

Unlike Exchange, it need not be suspended for that: it is only read.
"""

from __future__ import annotations

from dataclasses import replace

from saywhy.model.queued import Message, Pending, QueueId
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Operation, Parameter, Result, Type
from saywhy.operations.message.show import gone
from saywhy.wire.smtp.events import Transaction
from saywhy.wire.smtp.outgoing import mail_command, rcpt_command

_ALL = {"DSN": "", "SMTPUTF8": ""}


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
    """Header fields with which Replay queues the message again for those that it is still owed to."""
    wishes = message.envelope
    recipients = tuple(replace(pending.recipient, address=pending.address) for pending in owed)
    asked = Transaction(wishes.sender, recipients, b"", wishes.envid, wishes.ret, smtputf8=wishes.smtputf8)
    lines = [_field("X-Sender", mail_command(asked, _ALL))]
    lines += [_field("X-Receiver", rcpt_command(recipient, asked, _ALL)) for recipient in recipients]
    if message.origin.internal:
        lines.append("X-CreatedBy: saywhy")
        lines += [f"X-HeloDomain: {message.origin.helo}"] if message.origin.helo else []
        lines += [f"X-SourceIPAddress: {message.origin.client_ip}"] if message.origin.client_ip else []
    return lines


def _field(name: str, command: bytes) -> str:
    """`MAIL FROM:<a@b> RET=HDRS` -> `X-Sender: <a@b> RET=HDRS`."""
    return f"{name}: {command.decode().partition(':')[2].rstrip()}"


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
