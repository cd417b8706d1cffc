"""`moderation approve`: let a message through, in a moderator's place."""

from __future__ import annotations

from saywhy.model.queued import QueueId
from saywhy.operations import deciding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Result


async def run(context: Context, *, message: QueueId, item: str) -> Result:
    return await deciding.decide(context, message, item, approve=True)


OPERATION = Operation(
    name="moderation approve",
    help="Let a message through, in a moderator's place.",
    example="saywhy moderation approve 1-8f31",
    run=run,
    parameters=deciding.PARAMETERS,
    changes=True,
    needs_server=True,
)
