"""`policy apply`: give recipients the addresses of their policies; what they had stays as further addresses."""

from __future__ import annotations

from saywhy.operations import addressing, finding, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Type
from saywhy.operations.editing import Edit, commit


async def run(context: Context, *, recipient: tuple[str, ...], dry_run: bool) -> Result:
    organisation = context.organisation()
    items = [finding.recipient(organisation, name) for name in recipient] or [*organisation.recipients.values()]
    taken = addressing.addresses_in_use(organisation)
    edits = []
    for item in items:
        new = addressing.addressed(organisation, item, taken)
        if new.addresses != item.addresses:
            taken |= {address.key for address in new.addresses}
            edits.append(Edit(item, new))
    rows = tuple(map(_row, edits))
    if not edits:
        return Result(text="Every recipient has the addresses of its policy already.")
    changes = telling.count(len(edits), "recipient")
    if dry_run:
        return Result(rows, f"{changes} would change; nothing was done.")
    revision = await commit(context, organisation, edits, "policy apply")
    return Result(rows, f"{changes} changed. Revision {revision}.")


def _row(edit: Edit) -> Row:
    addresses = getattr(edit.new, "addresses", ())
    return {"name": edit.item.name, "addresses": [str(address) for address in addresses]}


OPERATION = Operation(
    name="policy apply",
    help="Give recipients the addresses that their policies make; those they had stay behind them.",
    example="saywhy policy apply --dry-run",
    run=run,
    parameters=(
        Parameter("recipient", "Only this one, by name or address.", repeated=True),
        Parameter("dry_run", "Only say what would change.", Type.FLAG),
    ),
    columns=(
        Column("name", "The recipient."),
        Column("addresses", "Its addresses then, the primary one first.", Format.LIST),
    ),
    changes=True,
)
