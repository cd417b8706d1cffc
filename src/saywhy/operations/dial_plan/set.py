"""`dial-plan set`: change whether failures of its messages are reported, or which messages belong to it."""

from __future__ import annotations

from typing import Any

from saywhy.config.object_docs import DOCS
from saywhy.operations import changing, finding, report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result


async def run(context: Context, *, name: str, connector: str, **given: str) -> Result:
    old = finding.dial_plan(context.organisation(), name)
    values: dict[str, Any] = {**report_switches.values(given)}
    if connector:
        values["connector"] = connector
    return await changing.change(context, old, old, values)


OPERATION = Operation(
    name="dial-plan set",
    help="Change whether failures of a dial plan's messages are reported.",
    example="saywhy dial-plan set Phones --ndr no",
    run=run,
    parameters=(
        Parameter("name", "Its name.", positional=True, required=True),
        Parameter("connector", DOCS["dial-plan"]["connector"]),
        *report_switches.parameters("dial-plan", "ndr"),
    ),
    changes=True,
)
