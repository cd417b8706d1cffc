"""`dial-plan set`: change whether failures of its messages are reported, or which messages belong to it."""

from __future__ import annotations

import dataclasses
from typing import Any

from saywhy.config.object_docs import DOCS
from saywhy.operations import differing, finding, report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, connector: str, **given: str) -> Result:
    organisation = context.organisation()
    old = finding.dial_plan(organisation, name)
    what = name_of(old)
    values: dict[str, Any] = {**report_switches.values(given)}
    if connector:
        values["connector"] = connector
    if not values:
        raise OperationError("usage", what, "nothing is to change", "name a switch, as in --ndr no")
    new = dataclasses.replace(old, **values)
    changed = differing.fields(old, new)
    if not changed:
        return Result(text=f"The {what} is so already: nothing to do.")
    revision = await commit(context, organisation, [Edit(old, new)], what)
    said = f"The {what} was changed: {'; '.join(changed)}. {report_switches.off(new)}"
    return Result(text=f"{said.rstrip()} Revision {revision}.")


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
