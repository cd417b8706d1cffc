"""May this sender write to this recipient, and this much?  Spec A6 rule 2, E rules 4 to 6, A2 5.7.1 and on.

A restriction goes before a size, so that nobody learns the limits of one whom he may not write to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from saywhy.flow.categorize import failures
from saywhy.flow.categorize.owner import Owners
from saywhy.flow.categorize.sender import Sender
from saywhy.model import folder_rights, matching
from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.model.moderation import Approval
from saywhy.model.organisation import (
    AddressBookPolicy,
    Contact,
    DirectoryObject,
    ExpansionPermission,
    Folder,
    Group,
    Organisation,
)

MAX_CHECKED = 100_000  # members looked at to find one sender in nested groups
TURN = 500  # of them, before others have their turn


class Restrictions:
    """Those of one message."""

    def __init__(self, sender: Sender, owners: Owners, size: int, approvals: Sequence[Approval] = ()) -> None:
        self._sender = sender
        self._owners = owners
        self._size = size
        self._approvals = approvals
        self._config = owners.organisation.transport
        self._memberships: dict[str, bool] = {}
        self._book = _address_book(sender, owners.organisation)
        self.scoped = self._book is not None  # the sender does not see all recipients of ours

    async def check(self, item: DirectoryObject) -> Failure | None:
        """DirectoryDown passes through."""
        if self._is_exempt(item):
            return None
        return await self._senders(item) or await self._own(item) or self._check_size(item)

    @property
    def inside(self) -> bool:
        """The sender is one of ours."""
        return self._sender.inside

    def hidden(self, item: DirectoryObject) -> Failure | None:
        """The sender's address book has not got it (spec 5.3.2 d); himself he sees."""
        book = self._book
        if book is None or item is self._sender.item:
            return None
        try:
            seen = matching.parse(book.visible)(item)
        except matching.FilterError:  # which the rules let nobody write
            return None
        return None if seen else failures.hidden(item.name, book.name)

    def check_foreign(self) -> Failure | None:
        """An address elsewhere has no limits that we know; our own are for what leaves the house."""
        sender, limit = self._sender, self._config.max_send_size
        if sender.exempt or not sender.inside or not limit or self._size <= limit:
            return None
        if sender.item is not None and sender.item.max_send_size:  # its own limit goes before ours
            return None
        return failures.sender_size("max_send_size", self._size, limit)

    def _is_exempt(self, item: DirectoryObject) -> bool:
        if not self._sender.exempt:
            return False
        return self._sender.inside or not isinstance(item, Group)

    async def _senders(self, item: DirectoryObject) -> Failure | None:
        if item.require_sender_auth and not self._sender.inside:
            return failures.needs_sign_in(item.name)
        if item.reject_from and (self._claims(item.reject_from) or await self._is_among(item.reject_from)):
            return failures.not_authorized(item.name)
        if item.accept_from and not await self._is_among(item.accept_from):
            return failures.not_authorized(item.name)
        return None

    async def _own(self, item: DirectoryObject) -> Failure | None:
        """What only groups and folders ask."""
        if isinstance(item, Group):
            if item.hidden_members and not self._sender.inside:
                return failures.list_for_insiders(item.name)
            return None if await self._may_expand(item) else failures.expansion_denied(item.name)
        if isinstance(item, Folder):
            known = self._sender.item is not None
            if not folder_rights.may(item.permissions, self._sender.keys, folder_rights.CREATE_ITEMS, known=known):
                return failures.folder_permission(item.name)
        return None

    async def _may_expand(self, group: Group) -> bool:
        match group.expansion_permission:
            case ExpansionPermission.ANYONE:
                return True
            case ExpansionPermission.OWNERS:
                return await self._is_among(group.managed_by)
            case ExpansionPermission.MEMBERS:
                return await self._is_among(group.managed_by) or await self._is_member(group)

    def _check_size(self, item: DirectoryObject) -> Failure | None:
        limits = [item.max_receive_size]
        if isinstance(item, Folder):
            limits.append(item.max_item_size)
        if not self._sender.inside and not item.max_receive_size:
            limits.append(self._config.max_receive_size)
        limit = min((each for each in limits if each), default=0)
        return failures.recipient_size(item.name, self._size, limit) if limit and self._size > limit else None

    async def needs_moderator(self, item: DirectoryObject) -> bool:
        """Whether one has to decide first: neither is the sender one, nor has one let the message through."""
        if not item.moderated or self._is_exempt(item) or self._is_approved(item):
            return False
        return not await self._is_among((*item.moderators, *item.bypass_moderation))

    def _is_approved(self, item: DirectoryObject) -> bool:
        """By a decision about this item, or by a moderator of it who decided about another one."""
        keys = {entry.key for entry in item.moderators} if self._approvals else ()
        return any(each.item.lower() == item.name.lower() or each.by in keys for each in self._approvals)

    # -- is the sender one of them? --

    def _claims(self, entries: Sequence[Address]) -> bool:
        """Whoever gives a rejected address is rejected, his or not."""
        return any(entry.key == self._sender.claimed for entry in entries)

    async def _is_among(self, entries: Sequence[Address]) -> bool:
        keys = self._sender.keys
        if any(entry.key in keys for entry in entries):
            return True
        for at, entry in enumerate(entries):
            owner = await self._owners.of(entry, entries[at + 1 : at + 20])
            if isinstance(owner, Group) and await self._is_member(owner):
                return True
            if isinstance(owner, Contact) and owner.external is not None and owner.external.key in keys:
                return True
        return False

    async def _is_member(self, group: Group) -> bool:
        name = group.name.lower()
        if name not in self._memberships:
            self._memberships[name] = await self._search(group)
        return self._memberships[name]

    async def _search(self, first: Group) -> bool:
        """Through nested groups, each once, breadth first."""
        seen = {first.name.lower()}
        groups = [first]
        checked = 0
        while groups:
            group = groups.pop(0)
            if self._matches(group) or any(member.key in self._sender.keys for member in group.members):
                return True
            for at, member in enumerate(group.members):
                checked += 1
                if checked > MAX_CHECKED:
                    return False
                if checked % TURN == 0:
                    await asyncio.sleep(0)
                owner = await self._owners.of(member, group.members[at + 1 : at + 20])
                if isinstance(owner, Contact) and owner.external and owner.external.key in self._sender.keys:
                    return True
                if isinstance(owner, Group) and owner.name.lower() not in seen:
                    seen.add(owner.name.lower())
                    groups.append(owner)
        return False

    def _matches(self, group: Group) -> bool:
        item = self._sender.item
        if item is None or not group.filter or not matching.within(group.filter_container, item):
            return False
        try:
            return matching.parse(group.filter)(item)
        except matching.FilterError:
            return False


def _address_book(sender: Sender, organisation: Organisation) -> AddressBookPolicy | None:
    """The policy that holds for a sender of ours."""
    if not organisation.address_books or sender.item is None or sender.exempt:
        return None
    books = sorted(organisation.address_books.values(), key=lambda each: (each.priority, each.name.lower()))
    return next((each for each in books if _is_for(each, sender.item)), None)


def _is_for(book: AddressBookPolicy, item: DirectoryObject) -> bool:
    try:
        return not book.filter or matching.parse(book.filter)(item)
    except matching.FilterError:
        return False


def plain(item: DirectoryObject) -> bool:
    """Nothing to ask: most recipients of most organisations, and in the path of every message."""
    return not (
        isinstance(item, Folder)
        or item.require_sender_auth
        or item.accept_from
        or item.reject_from
        or item.max_receive_size
        or item.moderated
        or (isinstance(item, Group) and (item.hidden_members or item.expansion_permission is not _ANYONE))
    )


_ANYONE = ExpansionPermission.ANYONE
