"""A small organisation, and short ways to write its objects and its mail."""

from __future__ import annotations

from collections.abc import Sequence

from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.flow.stages import Resolved
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
    TransportConfig,
)
from saywhy.model.outcome import Deferred, Failed

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


def corp(*recipients: DirectoryObject, transport: TransportConfig | None = None) -> Organisation:
    return Organisation(
        revision=1,
        domains={domain.name: domain for domain in DOMAINS},
        recipients={item.name.lower(): item for item in recipients},
        transport=transport or TransportConfig(),
    )


def categorizer(*recipients: DirectoryObject, transport: TransportConfig | None = None) -> Categorizer:
    organisation = corp(*recipients, transport=transport)
    return Categorizer(lambda: organisation, TableDirectory(lambda: organisation))


def rcpt(text: str, notify: Notify = Notify.ABSENT, orcpt: str = "") -> Recipient:
    return Recipient(at(text), notify, OriginalRecipient("rfc822", orcpt) if orcpt else None)


def mail(*recipients: str | Recipient) -> Envelope:
    given = (each if isinstance(each, Recipient) else rcpt(each) for each in recipients)
    return Envelope(at("sender@else.example"), tuple(given))


def told(resolved: Sequence[Resolved]) -> list[str]:
    """Each result in a word or two: `box:ann`, `to:bob@else.example`, `5.1.1`, `all>3`."""
    return [_told(each) for each in resolved]


def _told(resolved: Resolved) -> str:
    match resolved.outcome:
        case None:
            return f"box:{resolved.mailbox}" if resolved.mailbox else f"to:{resolved.address}"
        case Failed(failure) | Deferred(failure):
            return str(failure.status)
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

    def near(self, address: Address, limit: int = 3) -> list[Address]:
        raise DirectoryDown("ldap.corp.example: connection refused")
