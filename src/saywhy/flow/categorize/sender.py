"""Who sends, as far as the directory knows, and whether he may (spec E rule 4, A6 rule 2).

Only mail from inside (signed in, or from a trusted network) is from the recipient whose address it bears: an
address of ours claimed outside is anybody's.  Reports, the postmaster and the system itself are free of
restrictions (spec F4), except that nobody reaches a group from outside by calling himself a report.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.flow.categorize import failures
from saywhy.flow.categorize.owner import Owners, is_postmaster
from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.model.organisation import (
    Contact,
    DirectoryObject,
    Folder,
    Group,
    Mailbox,
    MailboxType,
    Organisation,
)
from saywhy.model.queued import Message

OWN = frozenset({"report", "moderation", "quota"})  # the origins of what this server itself writes


@dataclass(slots=True)  # not frozen: one for each message
class Sender:
    """`keys` are the addresses that he may be known by in lists; `claimed` is the one that he gives."""

    address: Address | None
    item: DirectoryObject | None = None
    inside: bool = False
    exempt: bool = False
    keys: frozenset[str] = frozenset()
    claimed: str = ""


async def identify(message: Message, owners: Owners) -> Sender:
    """DirectoryDown passes through."""
    address, inside = message.envelope.sender, message.origin.internal
    if address is None or (message.origin.own and message.origin.connector in OWN):
        return Sender(None, inside=inside, exempt=True)
    organisation = owners.organisation
    ours = address.domain_key in organisation.domains
    item: DirectoryObject | None = None
    if inside and ours:
        found = await owners.of(address)
        item = found if isinstance(found, Mailbox | Contact | Group | Folder) else None
    claimed = address.key
    keys = frozenset((claimed,)) if inside or not ours else frozenset()
    if item is not None:
        keys |= {own.key for own in item.addresses}
    return Sender(address, item, inside, inside and _is_system(address, item), keys, claimed)


def _is_system(address: Address, item: DirectoryObject | None) -> bool:
    return is_postmaster(address) or (isinstance(item, Mailbox) and item.type is MailboxType.SYSTEM)


def check(sender: Sender, message: Message, organisation: Organisation) -> Failure | None:
    """Why nothing of the message is sent: the sender himself, its size, the number of its recipients."""
    if sender.item is not None and not sender.exempt:
        failure = _check_item(sender.item, message, organisation)
        if failure is not None:
            return failure
    own = sender.item.max_recipients if isinstance(sender.item, Mailbox) else 0
    limit = own or organisation.transport.max_recipients
    count = len(message.envelope.recipients)
    return failures.too_many_recipients(count, limit) if count > limit else None


def _check_item(item: DirectoryObject, message: Message, organisation: Organisation) -> Failure | None:
    if item.addresses[0].domain_key not in organisation.domains:
        return failures.bad_primary(item.name)
    if item.unusable or (isinstance(item, Mailbox) and (item.disabled or not item.may_send)):
        return failures.sender_restricted(item.name)
    if isinstance(item, Group) and not _sends_as(message, organisation):
        return failures.group_as_sender(item.name)
    if item.max_send_size and message.size > item.max_send_size:
        return failures.sender_size(item.name, message.size, item.max_send_size)
    return None


def _sends_as(message: Message, organisation: Organisation) -> bool:
    """A user may send as a group whose address is one of his."""
    user = organisation.users.get(message.origin.user.lower()) if message.origin.user else None
    address = message.envelope.sender
    return user is not None and address is not None and any(own.key == address.key for own in user.addresses)
