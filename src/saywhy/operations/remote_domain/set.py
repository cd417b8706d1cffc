"""`remote-domain set`: change what readers of reports in some domain get; `Default` is always there."""

from __future__ import annotations

import dataclasses
from typing import Any

from saywhy.config.object_docs import DOCS
from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN
from saywhy.operations import differing, finding, report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, domain: str, **given: str) -> Result:
    organisation = context.organisation()
    old = finding.remote_domain(organisation, name)
    what = name_of(old)
    values: dict[str, Any] = {**report_switches.values(given)}
    if domain:
        values["domain"] = domain
    if not values:
        raise OperationError("usage", what, "nothing is to change", "name a switch, as in --ndr no")
    new = dataclasses.replace(old, **values)
    changed = differing.fields(old, new)
    if not changed:
        return Result(text=f"The {what} is so already: nothing to do.")
    stored = None if old is DEFAULT_REMOTE_DOMAIN else old
    revision = await commit(context, organisation, [Edit(stored, new)], what)
    said = f"The {what} was changed: {'; '.join(changed)}. {report_switches.off(new)}"
    return Result(text=f"{said.rstrip()} Revision {revision}.")


OPERATION = Operation(
    name="remote-domain set",
    help="Change which reports readers in a domain elsewhere get; Default is for all that no other one covers.",
    example="saywhy remote-domain set Default --ndr no",
    run=run,
    parameters=(
        Parameter("name", "Its name, or its domain.", positional=True, required=True),
        Parameter("domain", DOCS["remote-domain"]["domain"]),
        *report_switches.parameters("remote-domain", "ndr", "delivery_reports", "diagnostics"),
    ),
    changes=True,
)
