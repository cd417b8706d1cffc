"""Whose is an address?  Accepted domains, the directory, and the postmaster who always exists.

Postmaster (R26, RFC 5321 section 4.5.1): `postmaster@` any authoritative domain reaches, in this order, the object
that owns that very address, the one that owns `postmaster@` the default domain, the recipient named
`postmaster`, and if there is none of them a mailbox of that name, which is made on its first delivery.  An
address that two objects own is no reason to refuse it: the next in the list takes it.  At a relay domain
without such an object postmaster is relayed like everybody else, to whoever runs that domain.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.flow.stages import Directory
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.organisation import DirectoryObject, DomainType, Mailbox, Organisation

POSTMASTER = "postmaster"
MAX_NEAR_SEARCHES = 20  # a message to thousands of unknown addresses must not search for each of them


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Not ours to resolve: the mail goes on to the address as it is."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """In a domain of ours, and nobody's."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several objects own it."""

    names: tuple[str, ...]


Owner = DirectoryObject | Elsewhere | Unknown | Ambiguous

_ELSEWHERE = Elsewhere()
_UNKNOWN = Unknown()


def is_postmaster(address: Address) -> bool:
    """The one local part that is the same in any case (RFC 5321 section 4.5.1)."""
    return address.local.lower() == POSTMASTER


class Owners:
    """Look-ups for one message.  `near` says that the sender may be told of near misses (spec 5.1.1 Extra)."""

    def __init__(self, organisation: Organisation, directory: Directory, *, near: bool) -> None:
        self._organisation = organisation
        self._directory = directory
        self._searches = MAX_NEAR_SEARCHES if near and organisation.transport.near_misses else 0

    def of(self, address: Address) -> Owner:
        """DirectoryDown when the directory cannot be asked."""
        domain = self._organisation.domains.get(address.domain_key)
        if domain is None or domain.type is DomainType.EXTERNAL_RELAY:
            return _ELSEWHERE
        found = self._directory.find(address)
        if len(found) == 1:
            return found[0]
        authoritative = domain.type is DomainType.AUTHORITATIVE
        if authoritative and is_postmaster(address):
            return self._postmaster(address)
        if found:
            return Ambiguous(tuple(item.name for item in found))
        return _UNKNOWN if authoritative else _ELSEWHERE

    def near(self, address: Address) -> tuple[str, ...]:
        """Near misses as the sender may read them; none where the search is not allowed, or no longer."""
        if not self._searches:
            return ()
        self._searches -= 1
        try:
            return tuple(str(each) for each in self._directory.near(address))
        except DirectoryDown:  # a kindness is no reason to defer
            return ()

    def _postmaster(self, address: Address) -> DirectoryObject:
        default = Address(POSTMASTER, self._organisation.default_domain)
        found = self._directory.find(default)
        if len(found) == 1:
            return found[0]
        named = self._organisation.recipients.get(POSTMASTER)
        return named if named is not None else Mailbox(POSTMASTER, (address,))
