"""Words about what the storm guard holds (flow/queue/storm), for its operations and whoever warns of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from saywhy.infra.store.protocol import QueueRow
from saywhy.model.queued import GATHERED, HopKind
from saywhy.operations import telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError, Parameter
from saywhy.operations.finding import near_queue, not_found
from saywhy.why import catalogue

STORM = Parameter("storm", "What is held, as `storm list` shows it.", positional=True, required=True)


def title(cause: str) -> str:
    """What the cause says to a person."""
    if cause == GATHERED:
        return "More failure reports to one sender than report_rate: they leave as one when its time is over"
    try:
        return catalogue.cause(cause).title
    except catalogue.Unknown:
        return cause


def warnings(held: Iterable[QueueRow]) -> Iterator[str]:
    """A sentence for each storm."""
    for row in held:
        if row.domain == GATHERED:
            continue
        messages = telling.count(row.messages, "message")
        yield f"The storm guard holds {messages}: {title(row.domain)} (`saywhy storm list`)."


async def storm(context: Context, named: str) -> QueueRow:
    """What is held under that name."""
    held = await context.store.held()
    for row in held:
        if row.key == named:
            return row
    if named.partition("/")[0] != HopKind.HELD.value and any(
        row.key == named for row in await context.store.queues(named)
    ):
        cure = "`saywhy queue retry` and `saywhy queue suspend` are for other queues"
        raise OperationError("refused", f"queue {named}", "the storm guard does not hold it", cure)
    raise not_found("storm", named, near_queue(named, (row.key for row in held)), "storm list")
