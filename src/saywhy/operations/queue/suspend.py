"""`queue suspend`: hold back the mail for a next hop; new mail still joins it."""

from __future__ import annotations

from saywhy.model.organisation import Suspension
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit


async def run(context: Context, *, queue: str) -> Result:
    await finding.possible_queue(context, queue)
    organisation = context.organisation()
    if queue.lower() in organisation.suspensions:
        return Result(text=f"Queue {queue} is suspended already.")
    new = Suspension(queue, context.clock.now(), context.actor)
    await commit(context, organisation, [Edit(new=new)], f"queue {queue}")
    return Result(text=f"Queue {queue} is suspended: what is under way ends, and nothing else leaves.")


OPERATION = Operation(
    name="queue suspend",
    help="Hold back the mail for a next hop. It goes on taking mail; expiry waits, and senders hear of the delay.",
    example="saywhy queue suspend dns/partner.example/Internet",
    run=run,
    parameters=(Parameter("queue", "The next hop, as `queue list` shows it.", positional=True, required=True),),
    changes=True,
    confirm="Suspend queue {queue}?",
)
