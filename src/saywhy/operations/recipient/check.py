"""`recipient check`: what is wrong in the directory and would make mail fail.

Imports and other directories bring duplicate addresses (5.1.4), names of recipients that are gone (5.1.1),
contacts without a target (5.1.0), groups without members (5.2.4).
"""

from __future__ import annotations

from saywhy.config import rules
from saywhy.config.object_rules import Violation
from saywhy.config.snapshot import kind_of, stored
from saywhy.model.organisation import DirectoryObject
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Operation, Result, Row


async def run(context: Context) -> Result:
    found = rules.violations(stored(context.organisation()), context.listeners)
    rows = tuple(
        _row(violation, violation.item) for violation in found if isinstance(violation.item, DirectoryObject)
    )
    return Result(rows, "" if rows else "Every address has one owner, and whoever is named exists.")


def _row(violation: Violation, item: DirectoryObject) -> Row:
    return {
        "kind": kind_of(item),
        "name": item.name,
        "property": violation.field,
        "reason": violation.reason,
        "cure": violation.cure,
    }


OPERATION = Operation(
    name="recipient check",
    help="Find duplicate addresses, references to who is gone, and broken recipients.",
    example="saywhy recipient check",
    run=run,
    columns=(
        Column("kind", "mailbox, contact, group or folder."),
        Column("name", "Its name."),
        Column("property", "Where the fault is."),
        Column("reason", "What is wrong."),
        Column("cure", "What to do."),
    ),
)
