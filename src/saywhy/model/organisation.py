"""Organisation objects: what the mail system serves and how, as rows of the store under one revision number.

Each class is one kind of row; `KINDS` names them.  They change only through operations (or by filling an empty
store from the `[organisation]` file).  `Organisation` is the immutable snapshot of one revision that every
stage works on.  Spec C3, E, F1, F5.  Adding a kind: a dataclass here with its line in `KINDS`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.model.connectors import (
    ConnectorState,
    ReceiveConnector,
    SendConnector,
    SenderCheck,
    SendProtocol,
    TlsAuthLevel,
)
from saywhy.model.recipients import (
    AddressBookPolicy,
    AddressPolicy,
    Contact,
    ContactType,
    DirectoryObject,
    ExpansionPermission,
    Folder,
    Group,
    Mailbox,
    MailboxType,
    MailObject,
    User,
)
from saywhy.model.report_switches import DialPlan, Lockdown, RemoteDomain
from saywhy.model.servers import Server
from saywhy.model.system_messages import SystemMessage
from saywhy.model.tombstone import Tombstone
from saywhy.model.transport import (
    AmbiguousAction,
    ExpiryStatus,
    FullAction,
    Quotas,
    StoreState,
    TransportConfig,
    UnreachableAction,
    quotas,
)

__all__ = [
    "KINDS",
    "AcceptedDomain",
    "AddressBookPolicy",
    "AddressPolicy",
    "AmbiguousAction",
    "ConnectorState",
    "Contact",
    "ContactType",
    "DialPlan",
    "DirectoryObject",
    "DomainType",
    "ExpansionPermission",
    "ExpiryStatus",
    "Folder",
    "FullAction",
    "Group",
    "Lockdown",
    "MailObject",
    "Mailbox",
    "MailboxType",
    "Organisation",
    "OrganisationObject",
    "Quotas",
    "ReceiveConnector",
    "RemoteDomain",
    "RuleAction",
    "SendConnector",
    "SendProtocol",
    "SenderCheck",
    "Server",
    "StoreState",
    "Suspension",
    "SystemMessage",
    "TlsAuthLevel",
    "Tombstone",
    "TransportConfig",
    "TransportRule",
    "UnreachableAction",
    "User",
    "quotas",
]


class DomainType(enum.Enum):
    """Authoritative: unknown recipients do not exist.  Relay: internal looks in the directory first."""

    AUTHORITATIVE = "authoritative"
    INTERNAL_RELAY = "internal-relay"
    EXTERNAL_RELAY = "external-relay"


@dataclass(frozen=True, slots=True)
class AcceptedDomain:
    """A domain that mail is taken for.  `name` is the domain (Unicode or A-labels)."""

    name: str
    type: DomainType = DomainType.AUTHORITATIVE
    default: bool = False  # the domain of our own postmaster and message ids


@dataclass(frozen=True, slots=True)
class Suspension:
    """Mail for a next hop is held back.  `name` is the queue's: `dns/partner.example/Internet`."""

    name: str
    since: float  # epoch seconds
    by: str = ""


class RuleAction(enum.Enum):
    """What a transport rule does with a message."""

    REJECT = "reject"
    QUARANTINE = "quarantine"  # refused all the same while there is no mailbox for it (5.2.1)


@dataclass(frozen=True, slots=True)
class TransportRule:
    """A rule on whole messages; all conditions that are set must hold (spec G124, 5.7.1 g)."""

    name: str
    priority: int = 100  # the lowest comes first
    enabled: bool = True
    senders: tuple[str, ...] = ()  # addresses, domains, "*.domain"
    recipients: tuple[str, ...] = ()  # any one of the message's
    outside_only: bool = False  # senders that are none of ours
    subject_contains: tuple[str, ...] = ()
    header_contains: tuple[str, ...] = ()  # "X-Spam-Flag: yes"
    message_size_over: int = 0
    attachment_size_over: int = 0
    action: RuleAction = RuleAction.REJECT
    status: str = "5.7.1"  # or 5.7.900 to 5.7.999, 5.3.4
    text: str = ""  # for the sender


OrganisationObject = (
    AcceptedDomain
    | DirectoryObject
    | AddressPolicy
    | AddressBookPolicy
    | User
    | ReceiveConnector
    | SendConnector
    | Server
    | TransportConfig
    | TransportRule
    | RemoteDomain
    | DialPlan
    | Lockdown
    | Suspension
    | Tombstone
    | SystemMessage
)

KINDS: Mapping[str, type[OrganisationObject]] = {
    "domain": AcceptedDomain,
    "mailbox": Mailbox,
    "contact": Contact,
    "group": Group,
    "folder": Folder,
    "address-policy": AddressPolicy,
    "address-book-policy": AddressBookPolicy,
    "user": User,
    "receive-connector": ReceiveConnector,
    "send-connector": SendConnector,
    "server": Server,
    "transport-rule": TransportRule,
    "remote-domain": RemoteDomain,
    "dial-plan": DialPlan,
    "system-message": SystemMessage,
    "transport": TransportConfig,
    "suspension": Suspension,
    "lockdown": Lockdown,
    "tombstone": Tombstone,
}

STATE = frozenset({"suspension", "lockdown", "tombstone"})  # kinds that no organisation file has


@dataclass(frozen=True, slots=True)
class Organisation:
    """One revision, whole.  Mappings are by the name's lower case; treat as read-only.

    Domains are by domain key, remote domains by the key of their address space (model/address_space).
    """

    revision: int = 0
    domains: Mapping[str, AcceptedDomain] = field(default_factory=dict)
    recipients: Mapping[str, DirectoryObject] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    receive_connectors: Mapping[str, ReceiveConnector] = field(default_factory=dict)
    send_connectors: Mapping[str, SendConnector] = field(default_factory=dict)
    transport: TransportConfig = field(default_factory=TransportConfig)
    policies: Mapping[str, AddressPolicy] = field(default_factory=dict)
    suspensions: Mapping[str, Suspension] = field(default_factory=dict)
    rules: Mapping[str, TransportRule] = field(default_factory=dict)
    remote_domains: Mapping[str, RemoteDomain] = field(default_factory=dict)
    dial_plans: Mapping[str, DialPlan] = field(default_factory=dict)
    lockdowns: Mapping[str, Lockdown] = field(default_factory=dict)
    system_messages: Mapping[str, SystemMessage] = field(default_factory=dict)
    servers: Mapping[str, Server] = field(default_factory=dict)
    address_books: Mapping[str, AddressBookPolicy] = field(default_factory=dict)
    tombstones: Mapping[str, Tombstone] = field(default_factory=dict)

    def locked_down(self, now: float) -> bool:
        """A lockdown is in force at epoch seconds `now`: it ends by the clock, its row may be there yet."""
        return any(each.until > now for each in self.lockdowns.values())

    @property
    def default_domain(self) -> str:
        """The accepted domain marked default, else the first, else empty."""
        marked = next((domain.name for domain in self.domains.values() if domain.default), "")
        return marked or next((domain.name for domain in self.domains.values()), "")
