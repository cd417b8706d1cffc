"""Connectors: how mail comes in and how it goes out (spec F1, F5)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.units import MIB, MINUTE

__all__ = [
    "ConnectorState",
    "ReceiveConnector",
    "SendConnector",
    "SendProtocol",
    "SenderCheck",
    "TlsAuthLevel",
]


class ConnectorState(enum.Enum):
    """What a connection meets (spec 4.3.2 c, 5.3.2 b)."""

    ACTIVE = "active"
    INACTIVE = "inactive"  # 421 4.3.2: maintenance, come back later
    CLOSED = "closed"  # 521 5.3.2: no mail is taken here (RFC 7504)


class SenderCheck(enum.Enum):
    """What is done with a way to prove who a message is from; never for clients that may relay."""

    OFF = "off"
    CHECK = "check"  # the result goes into the header and the history, and backscatter is known by it
    REFUSE = "refuse"  # a failed check is refused; no answer from the DNS is no failure


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
    deliver_by: bool = True  # needs dsn
    min_deliver_by: int = 0  # seconds: shorter deadlines of mode R are refused
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
    spf: SenderCheck = SenderCheck.CHECK  # RFC 7208: may the client send for this domain? (5.7.23)
    dkim: SenderCheck = SenderCheck.CHECK  # RFC 6376: do the signatures fit? (5.7.7, 5.7.20)
    dmarc: SenderCheck = SenderCheck.CHECK  # RFC 7489: is the From field proved? (5.7.26)
    reverse_dns: SenderCheck = SenderCheck.OFF  # has the client a name that leads back to it? (5.7.25)


class SendProtocol(enum.Enum):
    SMTP = "smtp"
    LMTP = "lmtp"  # RFC 2033: to the server of the mailboxes
    PROGRAM = "program"  # a delivery agent: a program of this host


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
    min_key_bits: int = 0  # of the certificate's key where TLS is required, as RSA counts them; 0: OpenSSL's own
    force_helo: bool = False
    require_esmtp: bool = False  # a next hop that knows HELO only gets nothing (5.5.5)
    chunking: bool = True
    max_message_size: int = 25 * MIB  # 0: no limit
    max_connections_per_destination: int = 20
    max_messages_per_connection: int = 100
    enabled: bool = True
    source_ip: str = ""
    user: str = ""  # sign in at the smart host
    password: str = ""
    servers: tuple[str, ...] = ()  # of ours that use it, by host name; empty: each
    scoped: bool = False  # and the others do not send through them
    upgrade_connect_failures: bool = False  # no host answered: given up at once (5.4.1), not tried again
    program: tuple[str, ...] = ()  # of protocol `program`: its path and its arguments
    program_timeout: float = 5 * MINUTE  # seconds for one recipient
    media_types: tuple[str, ...] = ()  # "text/plain", "image/*"; empty: all (5.6.1)
    networks: tuple[str, ...] = ()  # loopback or own networks where next hops are allowed all the same (5.3.5)
