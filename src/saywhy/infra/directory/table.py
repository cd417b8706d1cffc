"""The recipients of the organisation's snapshot as a directory: address -> who owns it (spec E rule 2).

The index is made once for each snapshot and never changed, so that a look-up is one dictionary access: it stands
in the path of every RCPT.  Leaves out: subaddresses (`user+tag`) and catch-all addresses, which spec E rule 3
has off.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from saywhy.infra.directory.near import Names
from saywhy.model import matching
from saywhy.model.address import Address
from saywhy.model.organisation import DirectoryObject, Organisation

TURN = 1000  # objects that a filter looks at before others have their turn


class TableDirectory:
    """A `Directory` (flow/stages) that is never down.  `organisation` gives the snapshot in force."""

    def __init__(self, organisation: Callable[[], Organisation]) -> None:
        self._organisation = organisation
        self._seen = Organisation()
        self._owners: Mapping[str, tuple[DirectoryObject, ...]] = {}
        self._others: Mapping[str, tuple[DirectoryObject, ...]] | None = None  # made when first asked for
        self._names: Mapping[str, Names] | None = None  # the same

    def find(self, address: Address) -> Sequence[DirectoryObject]:
        """The objects that own `address`: none, one, or several by name."""
        return self._table().get(address.key, ())

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]:
        return {address.key: self.find(address) for address in addresses}

    async def find_other(self, address: str) -> Sequence[DirectoryObject]:
        self._table()
        if self._others is None:
            self._others = owners_of_others(self._seen)
        return self._others.get(address.casefold(), ())

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None:
        return await selected(tuple(self._organisation().recipients.values()), filter, container)

    def near(self, address: Address, limit: int = 3) -> list[Address]:
        """Addresses of ours in the same domain within edit distance 2, nearest first, then by spelling."""
        self._table()
        if self._names is None:
            self._names = names_by_domain(self._seen)
        names = self._names.get(address.domain_key)
        return names.near(address.local, limit) if names is not None else []

    def _table(self) -> Mapping[str, tuple[DirectoryObject, ...]]:
        organisation = self._organisation()
        if organisation is not self._seen:
            self._owners = owners_by_key(organisation)
            self._others = self._names = None
            self._seen = organisation
        return self._owners


async def selected(
    items: Sequence[DirectoryObject], filter: str, container: str
) -> Sequence[DirectoryObject] | None:
    """Those of `items` that match, in their order; None when nothing stands in `container`."""
    matches = matching.parse(filter)
    found = []
    exists = not container
    for number, item in enumerate(items, 1):
        if number % TURN == 0:
            await asyncio.sleep(0)
        if matching.within(container, item):
            exists = True
            if matches(item):
                found.append(item)
    return found if exists else None


def owners_by_key(organisation: Organisation) -> dict[str, tuple[DirectoryObject, ...]]:
    """Address key -> owners.  An object that lists an address twice still owns it once."""
    found: dict[str, tuple[DirectoryObject, ...]] = {}
    for item in sorted(organisation.recipients.values(), key=lambda each: each.name.lower()):
        for key in dict.fromkeys(own.key for own in item.addresses):
            found[key] = (*found.get(key, ()), item)
    return found


def owners_of_others(organisation: Organisation) -> dict[str, tuple[DirectoryObject, ...]]:
    """`EX:/o=...` without regard to case -> owners."""
    found: dict[str, tuple[DirectoryObject, ...]] = {}
    for item in organisation.recipients.values():
        for key in {each.casefold() for each in item.other_addresses}:
            found[key] = (*found.get(key, ()), item)
    return found


def names_by_domain(organisation: Organisation) -> dict[str, Names]:
    """Domain key -> the local parts there.  Where a contact's mail goes is nobody's near miss."""
    found: dict[str, list[Address]] = defaultdict(list)
    for item in organisation.recipients.values():
        if not item.hidden and not item.unusable:
            for own in item.addresses:
                found[own.domain_key].append(own)
    return {domain: Names(addresses) for domain, addresses in found.items()}
