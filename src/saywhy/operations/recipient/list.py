"""`recipient list`: mailboxes, contacts, groups and folders."""

from __future__ import annotations

from saywhy.config.snapshot import kind_of
from saywhy.model.organisation import Contact, DirectoryObject, Folder, Group, Mailbox
from saywhy.operations.context import Context
from saywhy.operations.declaration import Column, Format, Operation, Parameter, Result, Row, Type
from saywhy.operations.recipient.properties import RECIPIENTS


async def run(context: Context, *, kind: str, search: str, after: str, limit: int) -> Result:
    found = [
        recipient
        for key, recipient in sorted(context.organisation().recipients.items())
        if key > after.lower() and (not kind or kind_of(recipient) == kind) and _matches(recipient, search.lower())
    ]
    rows = tuple(_row(recipient) for recipient in found[:limit])
    if not rows:
        return Result(text="There is no such recipient.")
    rest = len(found) - limit
    more = f"{rest} more: --after '{found[limit - 1].name}' shows them." if rest > 0 else ""
    return Result(rows, more)


def _matches(recipient: DirectoryObject, search: str) -> bool:
    texts = (recipient.name, recipient.display_name, *map(str, recipient.addresses))
    return any(search in text.lower() for text in texts)


def _row(recipient: DirectoryObject) -> Row:
    return {
        "name": recipient.name,
        "kind": kind_of(recipient),
        "addresses": [str(address) for address in recipient.addresses],
        "goes to": _targets(recipient),
        "display name": recipient.display_name,
    }


def _targets(recipient: DirectoryObject) -> list[str]:
    match recipient:
        case Mailbox() | Folder():
            return []
        case Contact():
            return [str(recipient.external)] if recipient.external else []
        case Group():
            return [str(member) for member in recipient.members]


OPERATION = Operation(
    name="recipient list",
    help="Show mailboxes, contacts, groups and folders.",
    example="saywhy recipient list --search anna",
    run=run,
    parameters=(
        Parameter("kind", "Only these.", choices=RECIPIENTS),
        Parameter("search", "Only those with this text in a name or an address."),
        Parameter("after", "Only those after this name."),
        Parameter("limit", "Show at most so many.", Type.NUMBER, default=1000, least=1, most=100_000),
    ),
    columns=(
        Column("name", "Its name; `recipient remove` takes it."),
        Column("kind", "mailbox, contact, group or folder."),
        Column("addresses", "Its addresses, the primary one first.", Format.LIST),
        Column("goes to", "Where a contact's or a group's mail goes.", Format.LIST),
        Column("display name", "The name people see."),
    ),
)
