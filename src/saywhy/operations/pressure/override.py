"""`pressure override`: act as if a resource were short, or were not."""

from __future__ import annotations

from saywhy.model.pressure import Level, Resource
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.pressure.show import COLUMNS, shown


async def run(context: Context, *, resource: str, level: str) -> Result:
    if context.pressure is None:
        raise OperationError("no-server", "pressure override", "no server runs", "start it with `saywhy serve`")
    return shown(await context.pressure.override(Resource(resource), Level[level.upper()]))


OPERATION = Operation(
    name="pressure override",
    help="Set the level of a resource, whatever its meter says, until `pressure clear` or a restart.",
    example="saywhy pressure override queue-disk high",
    run=run,
    parameters=(
        Parameter(
            "resource",
            "What is watched.",
            positional=True,
            required=True,
            choices=tuple(each.value for each in Resource),
        ),
        Parameter(
            "level",
            "low, medium or high.",
            positional=True,
            required=True,
            choices=tuple(each.name.lower() for each in Level),
        ),
    ),
    columns=COLUMNS,
    changes=True,
    needs_server=True,
)
