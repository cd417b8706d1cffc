"""`recipient remove`: a mailbox, contact or group leaves the organisation, and the groups that name it.

The mail already in a removed mailbox stays on disk.
"""

from __future__ import annotations

import dataclasses

from saywhy.config.snapshot import kind_of
from saywhy.model.organisation import DirectoryObject, Group, Organisation
from saywhy.operations import finding
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, Parameter, Result
from saywhy.operations.editing import Edit, commit, name_of


async def run(context: Context, *, name: str) -> Result:
    organisation = context.organisation()
    recipient = finding.recipient(organisation, name)
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
    help="Remove a mailbox, contact or group, also from groups. Mail on disk stays.",
    example="saywhy recipient remove anna",
    run=run,
    parameters=(Parameter("name", "Its name, or one of its addresses.", positional=True, required=True),),
    changes=True,
    confirm="Remove the recipient {name}?",
)
