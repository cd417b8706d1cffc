"""`status`: the server's processes, and each worker's share of the limits."""

from __future__ import annotations

from collections.abc import Sequence

from saywhy.model.queued import HopKind
from saywhy.operations import holding, report_switches, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Result, Row


async def run(context: Context) -> Result:
    if context.server is None:
        raise OperationError("no-server", "status", "no server runs", "start it with `saywhy serve`")
    rows: tuple[Row, ...] = tuple(
        {
            "worker": worker.number,
            "process": worker.process,
            "state": worker.state,
            "since": worker.since,
            "starts": worker.starts,
            "shards": [str(shard) for shard in worker.shards],
            "memory": worker.memory,
        }
        for worker in context.server.workers()
    )
    messages, recipients = await context.store.count()
    waits = f"{telling.count(messages, 'message')} for {telling.count(recipients, 'recipient')} in the queue."
    storms = holding.warnings(await context.store.held())
    aside = sum(row.messages for row in await context.store.queues(HopKind.POISON.value))
    if aside:
        told = telling.count(aside, "message")
        waits += f" {told} put aside: the server crashed over it (`saywhy message list --queue poison`)."
    off = report_switches.warnings(context.organisation(), context.clock.now())
    held_back = _held_back(await context.queue.dropped())
    return Result(rows, "\n".join([waits, *storms, *off, *held_back, *context.server.shares()]))


def _held_back(dropped: Sequence[tuple[str, int]]) -> list[str]:
    """Reports that nobody got; those that have nobody to go to are no news."""
    counted = [f"{number} {rule}" for rule, number in dropped if rule not in ("null-reverse-path", "notify")]
    return [f"Reports held back since the start, by rule: {', '.join(counted)}."] if counted else []


OPERATION = Operation(
    name="status",
    help="Show the server's worker processes, and each one's share of the limits.",
    example="saywhy status",
    run=run,
    columns=(
        Column("worker", "Its number; new mail that it takes has the shard of this number.", Format.NUMBER),
        Column("process", "Process id; 0 while it is being started again.", Format.NUMBER),
        Column("state", "running or starting."),
        Column("since", "When that began.", Format.TIME),
        Column("starts", "How often it was started since the server was.", Format.NUMBER),
        Column("shards", "The queue files that it works on: its own, and adopted ones.", Format.LIST),
        Column("memory", "Resident memory.", Format.SIZE),
    ),
    needs_server=True,
)
