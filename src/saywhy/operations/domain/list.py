"""`domain list`: the domains that mail is taken for."""

from __future__ import annotations

from collections import Counter

from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Result, Row


async def run(context: Context) -> Result:
    organisation = context.organisation()
    counted = Counter(
        address.domain_key for recipient in organisation.recipients.values() for address in recipient.addresses
    )
    rows: tuple[Row, ...] = tuple(
        {
            "domain": domain.name,
            "type": domain.type.value,
            "default": domain.name == organisation.default_domain,
            "addresses": counted[key],
        }
        for key, domain in sorted(organisation.domains.items())
    )
    return Result(rows, "" if rows else "Mail is taken for no domain; `saywhy domain add NAME` adds one.")


OPERATION = Operation(
    name="domain list",
    help="Show the domains that mail is taken for.",
    example="saywhy domain list",
    run=run,
    columns=(
        Column("domain", "Its name; `domain remove` takes it."),
        Column("type", "What becomes of unknown recipients."),
        Column("default", "The domain of our own postmaster.", Format.YES),
        Column("addresses", "Addresses of recipients in it.", Format.NUMBER),
    ),
)
