"""Is what the directory says of a recipient fit to be used (spec A2 5.1.0, 5.1.5, 5.1.6)?  And where does it lead?

Broken objects come from imports and other directories: the operations refuse to make them.
"""

from __future__ import annotations

from saywhy.flow.categorize import failures
from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.model.organisation import Contact, DirectoryObject, Folder, Group, Mailbox

MAX_SPELLINGS = 20  # of one member in a group


def broken(item: DirectoryObject) -> Failure | None:
    if item.unusable:
        return failures.invalid_object(item.name, item.unusable)
    if isinstance(item, Contact) and item.external is None and not item.foreign:
        bad = item.bad_external
        return failures.malformed((item.name,), (bad,)) if bad else failures.no_target(item.name)
    if isinstance(item, Mailbox) and item.moved and forwarding(item) is None:
        return failures.moved(item.name)
    return None


def forwarding(item: DirectoryObject) -> Address | None:
    """Where a mailbox or folder sends its mail on to."""
    match item:
        case Mailbox():
            return item.forwarding_address or item.forwarding_smtp_address
        case Folder():
            return item.forwarding_address
        case _:
            return None


def must_be_ours(item: DirectoryObject | None) -> bool:
    """A forwarding address is a recipient of ours, or it is gone."""
    return isinstance(item, Mailbox | Folder) and item.forwarding_address is not None


def successor(item: DirectoryObject) -> Address | None:
    """Where all its mail goes on to, if that is one address under the same wishes: RFC 3461 section 5.2.7.2."""
    match item:
        case Contact():
            return item.external
        case Group():
            own = (
                item.filter or item.bad_members or item.expansion_server
            )  # another server's groups are no aliases of ours
            if own or not item.report_to_originator or len(item.members) > MAX_SPELLINGS:
                return None
            members = {(each.local, each.domain_key): each for each in item.members}
            return next(iter(members.values())) if len(members) == 1 else None
        case Mailbox() | Folder():
            return None if item.deliver_and_forward else forwarding(item)
