"""Organisation objects: what the mail system serves and how, as rows of the store under one revision number.

Each class is one kind of row; `KINDS` names them.  They change only through operations (or by filling an empty
store from the `[organisation]` file).  `Organisation` is the immutable snapshot of one revision that every
stage works on.  Spec C3, E, F1, F5.  Adding a kind: a dataclass here with its line in `KINDS`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.model.address import Address
from saywhy.model.recipients import (
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

__all__ = [
    "KINDS",
    "AcceptedDomain",
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
    "StoreState",
    "Suspension",
    "TransportConfig",
    "TransportRule",
    "UnreachableAction",
    "User",
    "quotas",
]

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MIB = 1024 * 1024
COPIED_CODES = tuple("5.1.4 5.2.0 5.2.4 5.4.4 5.4.6 5.4.8".split())  # noqa: SIM905 - a code alone is one we raise


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


class ConnectorState(enum.Enum):
    """What a connection meets (spec 4.3.2 c, 5.3.2 b)."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # 421 4.3.2: maintenance, come back later
    CLOSED = "closed"  # 521 5.3.2: no mail is taken here (RFC 7504)


@dataclass(frozen=True, slots=True)
class ReceiveConnector:
    """How mail comes in (spec F1).  Matched by listener name, then by the most specific of `remote_ranges`."""

    name: str
    listeners: tuple[str, ...]
    remote_ranges: tuple[str, ...] = ("0.0.0.0/0", "::/0")
    fqdn: str = ""  # banner and EHLO; empty: the server's host name
    relay_ranges: tuple[str, ...] = ()  # clients that may relay without signing in
    auth: tuple[str, ...] = ()  # mechanisms offered after TLS: "PLAIN", "LOGIN"
    require_auth: bool = False  # 530 5.7.1 before MAIL otherwise
    starttls: bool = True
    recipient_lookup: bool = True  # unknown recipients refused at RCPT; False: accepted and reported later
    dsn: bool = True
    pipelining: bool = True
    chunking: bool = True
    eightbitmime: bool = True
    smtputf8: bool = True
    require_ehlo_domain: bool = True
    max_message_size: int = 36 * MIB
    max_header_size: int = 256 * 1024
    max_recipients: int = 200
    max_hops: int = 30
    max_local_hops: int = 8  # how often a message may have been through this server itself (4.4.6)
    max_connections: int = 5000
    max_connections_per_source: int = 20
    max_connections_per_source_percent: int = 2
    connection_timeout: int = 10 * MINUTE  # seconds, the whole connection while it has no message in transfer
    inactivity_timeout: int = 5 * MINUTE
    max_protocol_errors: int = 5
    max_logon_failures: int = 3
    tarpit: float = 5.0  # seconds before the answer to an unknown recipient or a failed sign-in
    state: ConnectorState = ConnectorState.ACTIVE
    check_sender_domain: bool = False  # refuse strangers whose domain takes no mail (5.1.8, 5.7.27)
    own_domain_senders: bool = True  # may a client that has not signed in use our own domains? (5.7.1)
    block_lists: tuple[str, ...] = ()  # DNS zones that list clients (RFC 5782); whom they list is refused
    message_rate: int = 0  # a client's messages in a minute (421 4.4.2); 0: no limit


class SendProtocol(enum.Enum):
    SMTP = "smtp"
    LMTP = "lmtp"  # RFC 2033: to the server of the mailboxes


class TlsAuthLevel(enum.Enum):
    """What a next hop's certificate must show (spec F5): nothing, a valid chain, or also the right name."""

    ENCRYPTION = "encryption"
    CERTIFICATE = "certificate"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class SendConnector:
    """How mail goes out (spec F5).  `smart_hosts` empty means MX routing; each is a name, `[IP]`, with `:port`."""

    name: str
    address_spaces: tuple[str, ...] = ("*",)
    cost: int = 1
    smart_hosts: tuple[str, ...] = ()
    dns_routing: bool = True  # by MX where no smart host is named; False: then there is no next hop (5.4.4)
    port: int = 25
    protocol: SendProtocol = SendProtocol.SMTP
    fqdn: str = ""
    ignore_starttls: bool = False
    require_tls: bool = False
    tls_auth_level: TlsAuthLevel = TlsAuthLevel.ENCRYPTION  # above encryption, TLS is required
    tls_domain: str = ""  # the name in the certificate; empty: the smart host's, or the recipient's domain
    tls_authorities: str = ""  # PEM file of CA certificates; empty: the system's
    force_helo: bool = False
    chunking: bool = True
    max_message_size: int = 25 * MIB  # 0: no limit
    max_connections_per_destination: int = 20
    max_messages_per_connection: int = 100
    enabled: bool = True
    source_ip: str = ""
    user: str = ""  # sign in at the smart host
    password: str = ""
    networks: tuple[str, ...] = ()  # loopback or own networks where next hops are allowed all the same (5.3.5)


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


class ExpiryStatus(enum.Enum):
    """Which status an expired recipient gets (spec A6 rule 4, errata 48)."""

    SPECIFIC = "specific"
    CLASSIC = "classic"
    PERMANENT = "permanent"
    TRANSIENT = "transient"


class AmbiguousAction(enum.Enum):
    """What becomes of mail for an address that several own: 5.1.4, or 4.2.0 while a synchronisation is at it."""

    REJECT = "reject"
    DEFER = "defer"


class UnreachableAction(enum.Enum):
    QUEUE = "queue"
    REJECT = "reject"


class StoreState(enum.Enum):
    """The mailbox store of this server (spec 5.2.1 b, 5.3.0 a)."""

    ONLINE = "online"
    OFFLINE = "offline"  # maintenance: mail waits
    DISABLED = "disabled"  # switched off: mail is returned


class FullAction(enum.Enum):
    """What becomes of mail for which there is no room."""

    DEFER = "defer"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class TransportConfig:
    """The organisation's transport settings; one row named `transport`.  Times in seconds, sizes in octets."""

    name: str = "transport"
    glitch_retries: int = 4
    glitch_interval: float = 1 * MINUTE
    transient_retries: int = 6
    transient_interval: float = 5 * MINUTE
    steady_interval: float = 10 * MINUTE
    message_interval: float = 5 * MINUTE  # a recipient refused for now while its host answers
    mailbox_interval: float = 5 * MINUTE
    retry_jitter: float = 0.1  # share of the interval, both ways
    resubmit_after: float = 12 * HOUR  # a next hop that failed for so long: its mail is routed again; 0: never
    recheck_interval: float = 15.0  # the first look whether a next hop is back, then twice as long; 0: none
    recheck_most: float = 5 * MINUTE
    delay_after: float = 4 * HOUR
    expire_after: float = 2 * DAY
    report_expire_after: float = 2 * DAY
    expiry_status: ExpiryStatus = ExpiryStatus.SPECIFIC
    unreachable_action: UnreachableAction = UnreachableAction.QUEUE
    nxdomain_status: str = "5.1.2"  # or 5.4.4
    max_recipients: int = 5000  # a message's, unexpanded (5.5.3)
    max_group_depth: int = 100
    max_group_members: int = 100_000  # of one message, all its groups together
    max_send_size: int = 0  # from us to addresses elsewhere; 0: no limit
    max_receive_size: int = 0  # from outside to recipients without a limit of their own
    ambiguous_action: AmbiguousAction = AmbiguousAction.REJECT
    mailbox_stores: tuple[str, ...] = ()  # that mailboxes may name as their home
    warning_quota: int = 1900 * MIB
    send_quota: int = 2000 * MIB
    receive_quota: int = 2300 * MIB
    quota_action: FullAction = FullAction.REJECT  # a mailbox over receive_quota: 5.2.2, or 4.2.2 until expiry
    store_state: StoreState = StoreState.ONLINE
    offline_grace: float = 0.0  # how long an offline store only delays; 0: until the message expires
    store_full_action: FullAction = FullAction.DEFER
    max_store_size: int = 0  # of all mailboxes together (5.3.1); 0: no limit
    max_store_message_size: int = 0  # 5.2.1
    max_delivery_directory_size: int = 0  # of what a mailbox's owner has not seen yet (4.2.2)
    max_mailbox_deliveries: int = 0  # to one mailbox at a time (4.3.2)
    max_folder_messages: int = 0  # of a public folder (5.2.2)
    blocked_senders: tuple[str, ...] = ()  # addresses, domains, "*.domain" (5.1.0)
    restricted_senders: tuple[Address, ...] = ()  # may not send to the outside any more (5.1.8)
    blocked_clients: tuple[str, ...] = ()  # networks that may not connect (5.7.1)
    reject_reserved_tlds: bool = False  # .test, .invalid ... of RFC 2606 (5.1.4)
    reject_reserved_domains: bool = False  # example.com and its like (5.1.5)
    reject_single_labels: bool = False  # user@host (5.1.6)
    max_attachments: int = 250  # of one message (5.6.3); 0: no limit
    blocked_attachments: tuple[str, ...] = ()  # file names: "*.exe" (5.7.1)
    reply_recipient: str = ""  # who gets replies to `report_postmaster`; empty: postmaster
    report_html: bool = True
    report_max_return_size: int = 10 * MIB  # 0: headers only
    report_external_full: bool = False  # external readers get headers only by default (spec B5)
    report_external_delays: bool = True
    report_internal_delays: bool = True
    report_copies: tuple[str, ...] = COPIED_CODES  # codes of failure reports that reply_recipient gets, too
    report_postmaster: str = ""  # From: of reports; empty: postmaster@ the default domain
    report_help_text: str = ""
    report_language_detection: bool = True  # from the original's Content-Language or Accept-Language
    report_default_language: str = ""  # where nothing is detected; empty: English
    near_misses: bool = True


OrganisationObject = (
    AcceptedDomain
    | DirectoryObject
    | AddressPolicy
    | User
    | ReceiveConnector
    | SendConnector
    | TransportConfig
    | TransportRule
    | RemoteDomain
    | DialPlan
    | Lockdown
    | Suspension
)

KINDS: Mapping[str, type[OrganisationObject]] = {
    "domain": AcceptedDomain,
    "mailbox": Mailbox,
    "contact": Contact,
    "group": Group,
    "folder": Folder,
    "address-policy": AddressPolicy,
    "user": User,
    "receive-connector": ReceiveConnector,
    "send-connector": SendConnector,
    "transport-rule": TransportRule,
    "remote-domain": RemoteDomain,
    "dial-plan": DialPlan,
    "transport": TransportConfig,
    "suspension": Suspension,
    "lockdown": Lockdown,
}

STATE = frozenset({"suspension", "lockdown"})  # kinds that are no configuration: in no organisation file


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
    transport: TransportConfig = TransportConfig()
    policies: Mapping[str, AddressPolicy] = field(default_factory=dict)
    suspensions: Mapping[str, Suspension] = field(default_factory=dict)
    rules: Mapping[str, TransportRule] = field(default_factory=dict)
    remote_domains: Mapping[str, RemoteDomain] = field(default_factory=dict)
    dial_plans: Mapping[str, DialPlan] = field(default_factory=dict)
    lockdowns: Mapping[str, Lockdown] = field(default_factory=dict)

    def locked_down(self, now: float) -> bool:
        """A lockdown is in force at epoch seconds `now`: it ends by the clock, its row may be there yet."""
        return any(each.until > now for each in self.lockdowns.values())

    @property
    def default_domain(self) -> str:
        """The accepted domain marked default, else the first, else empty."""
        marked = next((domain.name for domain in self.domains.values() if domain.default), "")
        return marked or next((domain.name for domain in self.domains.values()), "")


@dataclass(frozen=True, slots=True)
class Quotas:
    """Octets; 0 for no limit.  At `warning` the owner is told; from the others on it ends (spec E rule 7)."""

    warning: int
    send: int
    receive: int


def quotas(mailbox: Mailbox, config: TransportConfig) -> Quotas:
    """Those in force for a mailbox: for local delivery, submission and the warnings."""
    holder = config if mailbox.default_quotas else mailbox
    return Quotas(holder.warning_quota, holder.send_quota, holder.receive_quota)
