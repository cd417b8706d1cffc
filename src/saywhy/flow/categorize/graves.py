"""Who had an address before it was removed (spec A2 5.1.1 f): told to administrators, and to senders of ours.

Strangers learn nothing: for them the address is unknown like any other, and only the evidence says more.
"""

from __future__ import annotations

from collections.abc import Mapping

from saywhy.flow.categorize.failures import NOBODY, Buried
from saywhy.model.address import Address
from saywhy.model.organisation import Organisation, Tombstone


class Graves:
    """The tombstones by address; the index is made once for each snapshot that has any."""

    def __init__(self) -> None:
        self._seen: Mapping[str, Tombstone] = {}
        self._by_key: dict[str, Tombstone] = {}

    def of(self, address: Address, organisation: Organisation, *, internal: bool) -> Buried:
        """Of several that had it, the last one."""
        if not organisation.tombstones:
            return NOBODY
        if organisation.tombstones is not self._seen:
            self._by_key = _by_key(organisation.tombstones)
            self._seen = organisation.tombstones
        found = self._by_key.get(address.key)
        if found is None:
            return NOBODY
        return Buried(str(found), told=internal)


def _by_key(tombstones: Mapping[str, Tombstone]) -> dict[str, Tombstone]:
    oldest_first = sorted(tombstones.values(), key=lambda each: each.at)
    return {address.key: each for each in oldest_first for address in each.addresses}
