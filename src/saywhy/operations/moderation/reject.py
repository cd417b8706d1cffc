"""`moderation reject`: send a message back, in a moderator's place."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations import deciding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result


async def run(context: Context, *, message: QueueId, item: str, comment: tuple[str, ...]) -> Result:
    return await deciding.decide(context, message, item, comment[:10], approve=False)


OPERATION = Operation(
    name="moderation reject",
    help="Send a message back, in a moderator's place.",
    example="saywhy moderation reject 1-8f31 --comment 'Not on this list, please.'",
    run=run,
    parameters=(
        *deciding.PARAMETERS,
        Parameter("comment", "A line for the sender; ten at most.", repeated=True),
    ),
    changes=True,
    needs_server=True,
)
