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

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MIB = 1024 * 1024


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
class Mailbox:
    """A mailbox delivered here.  `addresses[0]` is primary; `name` is unique among recipients."""

    name: str
    addresses: tuple[Address, ...]
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """An address of ours whose mail goes to `external`."""

    name: str
    addresses: tuple[Address, ...]
    external: Address
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A static group: an alias in the sense of RFC 3461 section 5.2.7.1 (the reverse-path is kept)."""

    name: str
    addresses: tuple[Address, ...]
    members: tuple[Address, ...]
    display_name: str = ""


DirectoryObject = Mailbox | Contact | Group


@dataclass(frozen=True, slots=True)
class User:
    """A login for submission.  `password` is an argon2 hash; `addresses` are those it may send as."""

    name: str
    password: str
    addresses: tuple[Address, ...] = ()


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
    max_connections: int = 5000
    max_connections_per_source: int = 20
    max_connections_per_source_percent: int = 2
    connection_timeout: int = 10 * MINUTE  # seconds, the whole connection while it has no message in transfer
    inactivity_timeout: int = 5 * MINUTE
    max_protocol_errors: int = 5
    max_logon_failures: int = 3
    tarpit: float = 5.0  # seconds before the answer to an unknown recipient or a failed sign-in


@dataclass(frozen=True, slots=True)
class SendConnector:
    """How mail goes out (spec F5).  `smart_hosts` empty means MX routing; each is a name, `[IP]`, with `:port`."""

    name: str
    address_spaces: tuple[str, ...] = ("*",)
    cost: int = 1
    smart_hosts: tuple[str, ...] = ()
    port: int = 25
    fqdn: str = ""
    ignore_starttls: bool = False
    require_tls: bool = False
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


class ExpiryStatus(enum.Enum):
    """Which status an expired recipient gets (spec A6 rule 4, errata 48)."""

    SPECIFIC = "specific"
    CLASSIC = "classic"
    PERMANENT = "permanent"
    TRANSIENT = "transient"


class UnreachableAction(enum.Enum):
    QUEUE = "queue"
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
    delay_after: float = 4 * HOUR
    expire_after: float = 2 * DAY
    report_expire_after: float = 2 * DAY
    expiry_status: ExpiryStatus = ExpiryStatus.SPECIFIC
    unreachable_action: UnreachableAction = UnreachableAction.QUEUE
    nxdomain_status: str = "5.1.2"  # or 5.4.4
    max_recipients: int = 5000  # a message's, unexpanded (5.5.3)
    max_group_depth: int = 100
    report_html: bool = True
    report_max_return_size: int = 10 * MIB  # 0: headers only
    report_external_full: bool = False  # external readers get headers only by default (spec B5)
    report_external_diagnostics: bool = True
    report_postmaster: str = ""  # From: of reports; empty: postmaster@ the default domain
    report_help_text: str = ""
    report_language_detection: bool = True  # from the original's Content-Language or Accept-Language
    report_default_language: str = ""  # where nothing is detected; empty: English
    near_misses: bool = True


OrganisationObject = (
    AcceptedDomain | Mailbox | Contact | Group | User | ReceiveConnector | SendConnector | TransportConfig
)

KINDS: Mapping[str, type[OrganisationObject]] = {
    "domain": AcceptedDomain,
    "mailbox": Mailbox,
    "contact": Contact,
    "group": Group,
    "user": User,
    "receive-connector": ReceiveConnector,
    "send-connector": SendConnector,
    "transport": TransportConfig,
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One revision, whole.  Mappings are by the name's lower case (domains by domain key); treat as read-only."""

    revision: int = 0
    domains: Mapping[str, AcceptedDomain] = field(default_factory=dict)
    recipients: Mapping[str, DirectoryObject] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    receive_connectors: Mapping[str, ReceiveConnector] = field(default_factory=dict)
    send_connectors: Mapping[str, SendConnector] = field(default_factory=dict)
    transport: TransportConfig = TransportConfig()

    @property
    def default_domain(self) -> str:
        """The accepted domain marked default, else the first, else empty."""
        marked = next((domain.name for domain in self.domains.values() if domain.default), "")
        return marked or next((domain.name for domain in self.domains.values()), "")
