"""`org apply`: make the organisation what a file says it is, in one revision."""

from __future__ import annotations

from collections.abc import Iterable

from saywhy.config.snapshot import key_of, kind_of, stored
from saywhy.model.organisation import OrganisationObject, TransportConfig
from saywhy.operations import differing, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import (
    Column,
    Document,
    Format,
    Operation,
    OperationError,
    Parameter,
    Result,
    Row,
    Type,
)
from saywhy.operations.editing import Edit, commit


async def run(context: Context, *, file: Document, lenient: bool, dry_run: bool) -> Result:
    organisation = context.organisation()
    edits = difference(stored(organisation), _read(context, file, lenient))
    if not edits:
        return Result(text=f"The organisation is what {file.name} says already: nothing to do.")
    rows = tuple(map(_row, edits))
    changes = telling.count(len(edits), "object")
    if dry_run:
        return Result(rows, f"{changes} would change; nothing was done.")
    revision = await commit(context, organisation, edits, file.name, lenient=lenient)
    return Result(rows, f"{changes} changed. Revision {revision}.")


def _read(context: Context, file: Document, lenient: bool) -> list[OrganisationObject]:
    from saywhy.config.faults import ConfigError
    from saywhy.config.organisation import parse_organisation  # pydantic, as in `org export`

    try:
        items = parse_organisation(file.text, file.name, context.listeners, lenient=lenient)
    except ConfigError as error:
        faults = tuple(map(str, error.faults))
        why = f"it has {telling.count(len(faults), 'fault')}"
        raise OperationError("refused", file.name, why, "correct them; nothing was changed", faults) from None
    return [item for item in items if item != TransportConfig()]


def difference(old: Iterable[OrganisationObject], new: Iterable[OrganisationObject]) -> list[Edit]:
    """What to do to make `old` into `new`; objects are the same when kind and key are."""
    before = {(kind_of(item), key_of(item)): item for item in old}
    after = {(kind_of(item), key_of(item)): item for item in new}
    edits = [Edit(before.get(row), item) for row, item in after.items() if before.get(row) != item]
    return edits + [Edit(old=item) for row, item in before.items() if row not in after]


def _row(edit: Edit) -> Row:
    return {
        "action": edit.action,
        "kind": kind_of(edit.item),
        "name": edit.item.name,
        "fields": differing.fields(edit.old, edit.new) if edit.old and edit.new else [],
    }


OPERATION = Operation(
    name="org apply",
    help="Make the organisation what FILE says, no more and no less, in one step.",
    example="saywhy org apply organisation.toml --dry-run",
    run=run,
    parameters=(
        Parameter(
            "file", "The organisation file; - is standard input.", Type.FILE, positional=True, required=True
        ),
        Parameter(
            "lenient",
            "Take duplicate addresses and broken references, too, as imports bring them (`recipient check`).",
            Type.FLAG,
        ),
        Parameter("dry_run", "Only say what would change.", Type.FLAG),
    ),
    columns=(
        Column("action", "add, change or remove."),
        Column("kind", "The kind of object."),
        Column("name", "Its name."),
        Column("fields", "What differs.", Format.LIST),
    ),
    changes=True,
    confirm="Make the organisation exactly what {file} says?",
)
