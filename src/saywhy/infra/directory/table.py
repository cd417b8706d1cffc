"""The recipients of the organisation's snapshot as a directory: address -> who owns it (spec E rule 2).

The index is made once for each snapshot and never changed, so that a look-up is one dictionary access: it stands
in the path of every RCPT.  Leaves out: subaddresses (`user+tag`) and catch-all addresses, which spec E rule 3
has off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from saywhy.infra.directory.near import Names
from saywhy.model.address import Address
from saywhy.model.organisation import DirectoryObject, Organisation


class TableDirectory:
    """A `Directory` (flow/stages) that is never down.  `organisation` gives the snapshot in force."""

    def __init__(self, organisation: Callable[[], Organisation]) -> None:
        self._organisation = organisation
        self._seen = Organisation()
        self._owners: Mapping[str, tuple[DirectoryObject, ...]] = {}
        self._names: Mapping[str, Names] | None = None  # made when first asked for

    def find(self, address: Address) -> Sequence[DirectoryObject]:
        """The objects that own `address`: none, one, or several by name."""
        return self._table().get(address.key, ())

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
            self._names = None
            self._seen = organisation
        return self._owners


def owners_by_key(organisation: Organisation) -> dict[str, tuple[DirectoryObject, ...]]:
    """Address key -> owners.  An object that lists an address twice still owns it once."""
    found: dict[str, tuple[DirectoryObject, ...]] = {}
    for item in sorted(organisation.recipients.values(), key=lambda each: each.name.lower()):
        for key in dict.fromkeys(own.key for own in item.addresses):
            found[key] = (*found.get(key, ()), item)
    return found


def names_by_domain(organisation: Organisation) -> dict[str, Names]:
    """Domain key -> the local parts there.  Where a contact's mail goes is nobody's near miss."""
    found: dict[str, list[Address]] = defaultdict(list)
    for item in organisation.recipients.values():
        for own in item.addresses:
            found[own.domain_key].append(own)
    return {domain: Names(addresses) for domain, addresses in found.items()}
