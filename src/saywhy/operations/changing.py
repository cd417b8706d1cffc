"""What `remote-domain set` and `dial-plan set` share: values put, what changed said, and what is off now."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from saywhy.model.organisation import DialPlan, RemoteDomain
from saywhy.operations import differing, report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError, Result
from saywhy.operations.editing import Edit, commit, name_of


async def change(
    context: Context,
    old: DialPlan | RemoteDomain,
    stored: DialPlan | RemoteDomain | None,
    values: Mapping[str, Any],
) -> Result:
    """`stored` is None where `old` is built in and has no row yet."""
    what = name_of(old)
    if not values:
        raise OperationError("usage", what, "nothing is to change", "name a switch, as in --ndr no")
    new = dataclasses.replace(old, **values)
    changed = differing.fields(old, new)
    if not changed:
        return Result(text=f"The {what} is so already: nothing to do.")
    revision = await commit(context, context.organisation(), [Edit(stored, new)], what)
    said = f"The {what} was changed: {'; '.join(changed)}. {report_switches.off(new)}"
    return Result(text=f"{said.rstrip()} Revision {revision}.")
