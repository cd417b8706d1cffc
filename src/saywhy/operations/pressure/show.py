"""`pressure show`: how far each resource is used up, and what is done about it."""

from __future__ import annotations

from saywhy.model.pressure import Reading
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Result, Row


async def run(context: Context) -> Result:
    if context.pressure is None:
        raise OperationError("no-server", "pressure show", "no server runs", "start it with `saywhy serve`")
    return shown(await context.pressure.pressure())


def shown(readings: list[Reading]) -> Result:
    rows = tuple(_row(reading) for reading in readings)
    acting = sorted({f"{row['resource']} is {row['level']}: {row['action']}." for row in rows if row["action"]})
    return Result(rows, "\n".join(acting) or "Nothing is short.")


def _row(reading: Reading) -> Row:
    marks = reading.thresholds
    return {
        "resource": reading.resource.value,
        "worker": reading.worker,
        "value": round(reading.value, 1),
        "level": reading.level.name.lower(),
        "medium": f"{marks.medium:g}",
        "high": f"{marks.high:g}",
        "override": reading.override,
        "action": reading.action,
    }


COLUMNS = (
    Column("resource", "What is watched."),
    Column("worker", "By which worker.", Format.NUMBER),
    Column("value", "Percent in use, or how many wait.", Format.NUMBER),
    Column("level", "low, medium or high."),
    Column("medium", "Medium from this value."),
    Column("high", "High from this value."),
    Column("override", "An administrator set the level.", Format.YES),
    Column("action", "What is done because of it."),
)

OPERATION = Operation(
    name="pressure show",
    help="Show how far disks, memory and queues are used up, and what is refused or held because of it.",
    example="saywhy pressure show",
    run=run,
    columns=COLUMNS,
    needs_server=True,
)
