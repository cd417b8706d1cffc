"""`pressure clear`: go by the meters again."""

from __future__ import annotations

from saywhy.model.pressure import Resource
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.pressure.show import COLUMNS, shown


async def run(context: Context, *, resource: str) -> Result:
    if context.pressure is None:
        raise OperationError("no-server", "pressure clear", "no server runs", "start it with `saywhy serve`")
    return shown(await context.pressure.override(Resource(resource) if resource else None, None))


OPERATION = Operation(
    name="pressure clear",
    help="Take back what `pressure override` set.",
    example="saywhy pressure clear",
    run=run,
    parameters=(
        Parameter(
            "resource",
            "Only this one.",
            positional=True,
            choices=tuple(each.value for each in Resource),
        ),
    ),
    columns=COLUMNS,
    changes=True,
    needs_server=True,
)
