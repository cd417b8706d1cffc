"""`policy list`: the address policies in their order."""

from __future__ import annotations

from collections import Counter

from saywhy.operations import addressing
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    organisation = context.organisation()
    found = (addressing.policy_of(organisation, item) for item in organisation.recipients.values())
    counted = Counter(policy.name for policy in found if policy)
    rows: tuple[Row, ...] = tuple(
        {
            "name": policy.name,
            "priority": policy.priority,
            "templates": list(policy.templates),
            "filter": policy.filter,
            "recipients": counted[policy.name],
        }
        for policy in sorted(organisation.policies.values(), key=lambda each: (each.priority, each.name.lower()))
    )
    return Result(rows, "" if rows else "There is no address policy; `saywhy policy add NAME` adds one.")


OPERATION = Operation(
    name="policy list",
    help="Show the address policies, the one that wins first.",
    example="saywhy policy list",
    run=run,
    columns=(
        Column("name", "Its name; `policy remove` takes it."),
        Column("priority", "The lowest wins.", Format.NUMBER),
        Column("templates", "What addresses are made of.", Format.LIST),
        Column("filter", "Whom it is for."),
        Column("recipients", "How many it is for now.", Format.NUMBER),
    ),
)
