"""Whose is an address?  Accepted domains, the directory, and the postmaster who always exists.

Postmaster (R26, RFC 5321 section 4.5.1): `postmaster@` any authoritative domain reaches, in this order, the object
that owns that very address, the one that owns `postmaster@` the default domain, the recipient named
`postmaster`, and if there is none of them a mailbox of that name, which is made on its first delivery.  An
address that two objects own is no reason to refuse it: the next in the list takes it.  At a relay domain
without such an object postmaster is relayed like everybody else, to whoever runs that domain.

The system recipient, under whose address reports are sent, needs no object either: what is answered to it goes to
`reply_recipient`, or else to the postmaster (errata 28).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.flow.categorize import imcea
from saywhy.flow.categorize.failures import NOBODY, Buried
from saywhy.flow.categorize.graves import Graves
from saywhy.flow.stages import Directory
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.moderation import is_ticket
from saywhy.model.organisation import DirectoryObject, DomainType, Mailbox, Organisation

POSTMASTER = "postmaster"
MAX_NEAR_SEARCHES = 20  # a message to thousands of unknown addresses must not search for each of them
BATCH = 20  # addresses fetched at once (spec F4)


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


def is_system(address: Address, organisation: Organisation) -> bool:
    """The address from which reports come."""
    ours = organisation.transport.report_postmaster
    return bool(ours) and Address.parse(ours).key == address.key


class Owners:
    """Look-ups for one message.  `near`: the sender is ours, and may be told of near misses (spec 5.1.1 Extra)."""

    def __init__(
        self, organisation: Organisation, directory: Directory, *, near: bool, graves: Graves | None = None
    ) -> None:
        self.organisation = organisation
        self.directory = directory
        self._internal = near
        self._graves = graves
        self._searches = MAX_NEAR_SEARCHES if near and organisation.transport.near_misses else 0
        self._fetched: dict[str, Sequence[DirectoryObject]] = {}

    async def of(self, address: Address, soon: Sequence[Address] = ()) -> Owner:
        """DirectoryDown when the directory cannot be asked.  `soon` are fetched with it where that is needed."""
        owner = self.at_once(address)
        if owner is None:
            await self._fetch([address, *soon])
            owner = self.at_once(address)
        if isinstance(owner, Unknown) and imcea.is_encapsulated(address):
            return await self._legacy(address)
        return owner or _UNKNOWN

    def at_once(self, address: Address) -> Owner | None:
        """None where the directory has to be asked first."""
        domain = self.organisation.domains.get(address.domain_key)
        if domain is None or domain.type is DomainType.EXTERNAL_RELAY:
            return _ELSEWHERE
        found = self._find(address)
        if found is None:
            return None
        if len(found) == 1:
            return found[0]
        authoritative = domain.type is DomainType.AUTHORITATIVE
        if authoritative and is_postmaster(address):
            return self._postmaster(address)
        if found:
            return Ambiguous(tuple(item.name for item in found))
        if is_system(address, self.organisation):
            return self._reply_recipient(address)
        if is_ticket(address):  # the server itself reads it
            return _ELSEWHERE
        return _UNKNOWN if authoritative else _ELSEWHERE

    def buried(self, address: Address) -> Buried:
        """Who had an address that nobody has."""
        if self._graves is None:
            return NOBODY
        return self._graves.of(address, self.organisation, internal=self._internal)

    def near(self, address: Address) -> tuple[str, ...]:
        """Near misses as the sender may read them; none where the search is not allowed, or no longer."""
        if not self._searches:
            return ()
        self._searches -= 1
        try:
            return tuple(str(each) for each in self.directory.near(address))
        except DirectoryDown:  # a kindness is no reason to defer
            return ()

    def _find(self, address: Address) -> Sequence[DirectoryObject] | None:
        found = self.directory.find(address)
        return self._fetched.get(address.key) if found is None else found

    async def _fetch(self, addresses: Sequence[Address]) -> None:
        domains = self.organisation.domains
        wanted = [each for each in addresses if each.domain_key in domains and each.key not in self._fetched]
        if any(is_postmaster(each) for each in wanted):
            wanted.append(Address(POSTMASTER, self.organisation.default_domain))
        for start in range(0, len(wanted), BATCH):
            self._fetched |= await self.directory.fetch(wanted[start : start + BATCH])

    def _postmaster(self, address: Address) -> DirectoryObject:
        default = Address(POSTMASTER, self.organisation.default_domain)
        found = self._find(default) or ()
        if len(found) == 1:
            return found[0]
        named = self.organisation.recipients.get(POSTMASTER)
        return named if named is not None else Mailbox(POSTMASTER, (address,))

    def _reply_recipient(self, address: Address) -> DirectoryObject:
        name = self.organisation.transport.reply_recipient.lower()
        return self.organisation.recipients.get(name) or self._postmaster(address)

    async def _legacy(self, address: Address) -> Owner:
        """An encapsulated address of another kind, at the default domain only (spec F4)."""
        if address.domain_key != self.organisation.domains[address.domain_key].name.lower():
            return _UNKNOWN
        for other in imcea.candidates(address):
            found = await self.directory.find_other(other)
            if len(found) == 1:
                return found[0]
            if found:
                return Ambiguous(tuple(item.name for item in found))
        return _UNKNOWN
