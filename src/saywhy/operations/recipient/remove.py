"""`recipient remove`: a recipient leaves the organisation, and the groups that name it.

The mail already in a removed mailbox stays on disk, and for `transport.tombstone_age` it is remembered who it was.
"""

from __future__ import annotations

import dataclasses

from saywhy.config.snapshot import kind_of
from saywhy.model.organisation import DirectoryObject, Group, Organisation
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result, Type
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str, keep_addresses: bool) -> Result:
    organisation = context.organisation()
    recipient = finding.recipient(organisation, name)
    if keep_addresses:
        kept = dataclasses.replace(recipient, unusable="deleted")
        revision = await commit(context, organisation, [Edit(recipient, kept)], name_of(recipient))
        return Result(
            text=f"The {name_of(recipient)} takes no mail; its addresses stay taken. Revision {revision}."
        )
    memberships = _memberships(organisation, recipient)
    revision = await commit(context, organisation, [Edit(old=recipient), *memberships], name_of(recipient))
    also = f", also from {', '.join(edit.item.name for edit in memberships)}" if memberships else ""
    return Result(text=f"The {kind_of(recipient)} {recipient.name} was removed{also}. Revision {revision}.")


def _memberships(organisation: Organisation, recipient: DirectoryObject) -> list[Edit]:
    """The groups without this member.  A group that would be left empty is refused by the rules."""
    gone = {address.key for address in recipient.addresses}
    edits = []
    for group in organisation.recipients.values():
        if isinstance(group, Group) and group is not recipient:
            left = tuple(member for member in group.members if member.key not in gone)
            if left != group.members:
                edits.append(Edit(group, dataclasses.replace(group, members=left)))
    return edits


OPERATION = Operation(
    name="recipient remove",
    help="Remove a recipient, also from groups. Mail on disk stays; `recipient deleted` shows who is gone.",
    example="saywhy recipient remove anna",
    run=run,
    parameters=(
        Parameter("name", "Its name, or one of its addresses.", positional=True, required=True),
        Parameter(
            "keep_addresses",
            "Only mark it deleted: its addresses stay taken, mail fails with 5.1.5, and "
            "`recipient set --clear unusable` brings it back.",
            Type.FLAG,
        ),
    ),
    changes=True,
    confirm="Remove the recipient {name}?",
)
