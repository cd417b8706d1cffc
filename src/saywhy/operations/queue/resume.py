"""`queue resume`: let the mail for a next hop go on."""

from __future__ import annotations

from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit


async def run(context: Context, *, queue: str) -> Result:
    organisation = context.organisation()
    old = organisation.suspensions.get(queue.lower())
    if old is None:
        await finding.possible_queue(context, queue)
        raise OperationError(
            "refused", f"queue {queue}", "it is not suspended", "`saywhy queue list` shows which are"
        )
    await commit(context, organisation, [Edit(old=old)], f"queue {queue}")
    return Result(text=f"Queue {old.name} goes on; what waits in it is tried now.")


OPERATION = Operation(
    name="queue resume",
    help="Let the mail for a next hop go on that `queue suspend` holds back.",
    example="saywhy queue resume dns/partner.example/Internet",
    run=run,
    parameters=(Parameter("queue", "The next hop, as `queue list` shows it.", positional=True, required=True),),
    changes=True,
)
