"""A small organisation, and short ways to write its objects and its mail."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.flow.stages import CurrentOrganisation, Directory, Held, Resolved
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Notify, Origin, OriginalRecipient, Recipient
from saywhy.model.organisation import (
    AcceptedDomain,
    Contact,
    DirectoryObject,
    DomainType,
    Group,
    Mailbox,
    Organisation,
    Server,
    TransportConfig,
    User,
)
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.queued import Headline, Message, QueueId

INSIDE = Origin("Client", user="ann", internal=True)
OUTSIDE = Origin("Internet", client_ip="192.0.2.7")

DOMAINS = (
    AcceptedDomain("corp.example", default=True),
    AcceptedDomain("branch.example"),
    AcceptedDomain("inner.example", DomainType.INTERNAL_RELAY),
    AcceptedDomain("outer.example", DomainType.EXTERNAL_RELAY),
)


def at(text: str) -> Address:
    """`ann` is at corp.example."""
    return Address.parse(text if "@" in text else f"{text}@corp.example")


def mailbox(name: str, *addresses: str) -> Mailbox:
    return Mailbox(name, tuple(map(at, addresses or (name,))))


def contact(name: str, external: str) -> Contact:
    return Contact(name, (at(name),), at(external))


def group(name: str, *members: str) -> Group:
    return Group(name, (at(name),), tuple(map(at, members)))


def corp(
    *recipients: DirectoryObject,
    transport: TransportConfig | None = None,
    users: Sequence[User] = (),
    servers: Sequence[Server] = (),
) -> Organisation:
    return Organisation(
        revision=1,
        domains={domain.name: domain for domain in DOMAINS},
        recipients={item.name.lower(): item for item in recipients},
        users={user.name: user for user in users},
        transport=transport or TransportConfig(),
        servers={server.name.lower(): server for server in servers},
    )


class Asked:
    """The categorizer, asked in one turn whatever it waits for."""

    def __init__(self, organisation: CurrentOrganisation, directory: Directory, hostname: str = "") -> None:
        self._categorizer = Categorizer(organisation, directory, hostname)
        self.lookup = self._categorizer.lookup

    def __call__(self, envelope: Envelope, origin: Origin, size: int = 1000, **said: Any) -> list[Resolved]:
        message = Message(QueueId(1, 1), envelope, origin, 0.0, 1e9, size, Headline(**said))
        return asyncio.run(self._categorizer(message))


def categorizer(
    *recipients: DirectoryObject,
    transport: TransportConfig | None = None,
    users: Sequence[User] = (),
    hostname: str = "mx.corp.example",
    servers: Sequence[Server] = (),
) -> Asked:
    organisation = corp(*recipients, transport=transport, users=users, servers=servers)
    return Asked(lambda: organisation, TableDirectory(lambda: organisation), hostname)


def rcpt(text: str, notify: Notify = Notify.ABSENT, orcpt: str = "") -> Recipient:
    return Recipient(at(text), notify, OriginalRecipient("rfc822", orcpt) if orcpt else None)


def mail(*recipients: str | Recipient, sender: str = "sender@else.example") -> Envelope:
    given = (each if isinstance(each, Recipient) else rcpt(each) for each in recipients)
    return Envelope(at(sender) if sender else None, tuple(given))


def told(resolved: Sequence[Resolved]) -> list[str]:
    """Each result in a word or two: `box:ann`, `to:bob@else.example`, `5.1.1`, `all>3`."""
    return [_told(each) for each in resolved]


def _told(resolved: Resolved) -> str:
    match resolved.outcome:
        case None:
            if resolved.server:
                return f"at:{resolved.server}:{resolved.address}"
            return f"box:{resolved.mailbox}" if resolved.mailbox else f"to:{resolved.address}"
        case Failed(failure) | Deferred(failure):
            return str(failure.status)
        case Held(item=item, moderators=asked):
            return f"{item}?{' '.join(each.address.local for each in asked)}"
        case expanded:
            return f"{expanded.group}>{expanded.members}"


def failed(resolved: Resolved) -> Failed:
    assert isinstance(resolved.outcome, Failed)
    return resolved.outcome


class DownDirectory:
    """A directory that cannot be asked about some addresses."""

    def __init__(self, directory: TableDirectory, *down: str) -> None:
        self._directory = directory
        self._down = {at(each).key for each in down}

    def find(self, address: Address) -> Sequence[DirectoryObject]:
        if address.key in self._down:
            raise DirectoryDown("ldap.corp.example: connection refused")
        return self._directory.find(address)

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]:
        return {address.key: self.find(address) for address in addresses}

    async def find_other(self, address: str) -> Sequence[DirectoryObject]:
        return await self._directory.find_other(address)

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None:
        return await self._directory.select(filter, container)

    def near(self, address: Address, limit: int = 3) -> list[Address]:
        raise DirectoryDown("ldap.corp.example: connection refused")
