"""The stage itself: a message -> what each recipient is; an address -> whether RCPT may take it.

The order is that of spec A6 rule 2: the sender and the message as a whole (5.1.7, 5.2.3, 5.5.3) before any
recipient.  A directory that is down defers the whole message (spec F4): a part of it sent now and the rest later
would reach those twice whom both parts lead to.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from saywhy.flow.categorize import failures, imcea, sender
from saywhy.flow.categorize.expansion import Expansion
from saywhy.flow.categorize.graves import Graves
from saywhy.flow.categorize.owner import Owners, is_postmaster, is_system
from saywhy.flow.categorize.restrictions import Restrictions
from saywhy.flow.stages import CurrentOrganisation, Directory, Resolved
from saywhy.infra.errors import DirectoryDown, StoreError
from saywhy.model.address import Address
from saywhy.model.moderation import Ticket, is_ticket, ticket
from saywhy.model.organisation import DomainType
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.queued import Message

Given = Callable[[Ticket], Awaitable[bool]]  # was a moderator given this address?  StoreError: ask later

MAX_REFUSED = 1000  # refusals that wait for their `lookup`


class Categorizer:
    """stages.Categorize, and the look-up of recipients that the receive stage asks at RCPT.

    `hostname` is this server's, as groups name their expansion server.  `given`: addresses for moderators' answers
    that were made up are refused at RCPT, so that nobody gets a report from us for what a stranger sent to one.
    """

    def __init__(
        self,
        organisation: CurrentOrganisation,
        directory: Directory,
        hostname: str = "",
        *,
        given: Given | None = None,
    ) -> None:
        self._organisation = organisation
        self._directory = directory
        self._hostname = hostname
        self._graves = Graves()
        self._given = given
        self._refused: OrderedDict[str, Failed] = OrderedDict()

    async def __call__(self, message: Message) -> list[Resolved]:
        try:
            return await self._categorize(message)
        except DirectoryDown as down:
            return _all(message, Deferred(failures.directory_down(str(down))))

    async def _categorize(self, message: Message) -> list[Resolved]:
        internal = message.origin.internal
        owners = Owners(self._organisation(), self._directory, near=internal, graves=self._graves)
        who = await sender.identify(message, owners)
        failure = sender.check(who, message, owners.organisation)
        if failure is not None:
            return _all(message, Failed(failure))
        restrictions = Restrictions(who, owners, message.size, message.approvals)
        expansion = Expansion(
            owners,
            restrictions,
            self._hostname,
            null_path=message.envelope.sender is None,
            headline=message.headline,
        )
        return await expansion.run(message.envelope.recipients)

    def lookup(self, address: Address, *, internal: bool) -> Failed | None:
        """Why RCPT may not take `address`, or None: 5.1.1, or 4.3.0 when the directory is down.

        Only whether it exists: an address that two own, or that leads in a circle, is accepted and reported on.
        What `fetch` has not brought is taken, too.
        """
        if self._refused and (refused := self._refused.get(address.key)) is not None:
            return refused
        organisation = self._organisation()
        domain = organisation.domains.get(address.domain_key)
        if domain is None or domain.type is not DomainType.AUTHORITATIVE or is_postmaster(address):
            return None
        try:
            found = self._directory.find(address)
        except DirectoryDown as down:
            return Failed(failures.directory_down_at_rcpt(str(down)))
        if found is None or found or imcea.is_encapsulated(address) or is_system(address, organisation):
            return None
        if is_ticket(address):
            return None
        buried = self._graves.of(address, organisation, internal=internal)
        if not internal and buried is failures.NOBODY:
            return failures.USER_UNKNOWN
        near = Owners(organisation, self._directory, near=internal).near(address)
        return Failed(failures.user_unknown(near, buried))

    def bring(self, address: Address) -> Awaitable[None] | None:
        """To be awaited before `lookup` of an address about which somebody has to be asked; else None."""
        asking = self.bring_ticket(address)
        if asking is not None:
            return asking
        domain = self._organisation().domains.get(address.domain_key)
        if domain is None or domain.type is DomainType.EXTERNAL_RELAY:
            return None
        try:
            return self._fetch(address) if self._directory.find(address) is None else None
        except DirectoryDown:  # `lookup` says so
            return None

    def bring_ticket(self, address: Address) -> Awaitable[None] | None:
        """As `bring`, where the directory is in memory."""
        return self._ask(address) if is_ticket(address) else None

    async def _ask(self, address: Address) -> None:
        """Whoever holds the message is asked about the address of an answer, unless somebody has it."""
        self._refused.pop(address.key, None)
        asked = ticket(address)
        if asked is None or self._given is None or address.domain_key not in self._organisation().domains:
            return
        await self._fetch(address)
        try:
            if self._directory.find(address) or await self._given(asked):
                return
            refused = failures.USER_UNKNOWN
        except (DirectoryDown, StoreError) as down:
            refused = Failed(failures.directory_down_at_rcpt(str(down)))
        self._refused[address.key] = refused
        if len(self._refused) > MAX_REFUSED:
            self._refused.popitem(last=False)

    async def _fetch(self, address: Address) -> None:
        with contextlib.suppress(DirectoryDown):
            await self._directory.fetch([address])


def _all(message: Message, outcome: Failed | Deferred) -> list[Resolved]:
    return [Resolved(each, each.address, outcome=outcome) for each in message.envelope.recipients]
