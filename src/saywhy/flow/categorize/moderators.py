"""Who decides about a moderated recipient's mail, as addresses that can be asked (spec E, ModeratedBy)."""

from __future__ import annotations

from saywhy.flow.categorize import usable
from saywhy.flow.categorize.owner import BATCH, Elsewhere, Owners
from saywhy.model.address import Address
from saywhy.model.moderation import Moderator
from saywhy.model.organisation import Contact, DirectoryObject, Group, Mailbox

MAX_MODERATORS = 50  # who are asked
MAX_LOOKED_AT = 1000


async def moderators(item: DirectoryObject, owners: Owners) -> tuple[Moderator, ...]:
    """Each once; of a group all its members.  Who can get no mail is left out.  DirectoryDown passes through."""
    found: dict[str, Moderator] = {}
    seen: set[str] = set()
    waiting = list(item.moderators)
    for at in range(MAX_LOOKED_AT):
        if at >= len(waiting) or len(found) == MAX_MODERATORS:
            break
        owner = await owners.of(waiting[at], waiting[at + 1 : at + BATCH])
        if isinstance(owner, Group):
            if owner.name.lower() not in seen:
                seen.add(owner.name.lower())
                waiting += owner.members[:MAX_LOOKED_AT]
            continue
        address = _address(owner, waiting[at])
        if address is not None:
            languages = ", ".join(owner.languages) if isinstance(owner, Mailbox | Contact) else ""
            found.setdefault(address.key, Moderator(address, languages))
    return tuple(found.values())


def _address(owner: object, entry: Address) -> Address | None:
    match owner:
        case Elsewhere():
            return entry
        case Contact() if usable.broken(owner) is None:
            return owner.external
        case Mailbox() if usable.broken(owner) is None and not owner.disabled:
            return owner.addresses[0] if owner.addresses else entry
        case _:
            return None
