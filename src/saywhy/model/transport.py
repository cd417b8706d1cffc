"""The organisation's transport settings, and what follows from them alone (spec A6, C3, E, F6)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.address import Address
from saywhy.model.recipients import Mailbox
from saywhy.model.units import DAY, HOUR, MIB, MINUTE

__all__ = [
    "AmbiguousAction",
    "ExpiryStatus",
    "FullAction",
    "Quotas",
    "StoreState",
    "TransportConfig",
    "UnreachableAction",
    "quotas",
]

COPIED_CODES = tuple("5.1.4 5.2.0 5.2.4 5.4.4 5.4.6 5.4.8".split())  # noqa: SIM905 - a code alone is one we raise


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
    poison_threshold: int = 2  # crashes that a message must have been alone in work at to be put aside; 0: never
    unreachable_action: UnreachableAction = UnreachableAction.QUEUE
    nxdomain_status: str = "5.1.2"  # or 5.4.4
    max_recipients: int = 5000  # a message's, unexpanded (5.5.3)
    max_group_depth: int = 100
    moderation_expire_after: float = 2 * DAY  # without a decision the message goes back
    max_forwardings: int = 20  # automatic copies of copies of a message, in all servers that say so (5.4.6)
    max_automatic_forwardings: int = 3  # the same of a message that a program wrote by itself
    max_group_members: int = 100_000  # of one message, all its groups together
    max_send_size: int = 0  # from us to addresses elsewhere; 0: no limit
    max_receive_size: int = 0  # from outside to recipients without a limit of their own
    ambiguous_action: AmbiguousAction = AmbiguousAction.REJECT
    mailbox_stores: tuple[str, ...] = ()  # that mailboxes may name as their home
    warning_quota: int = 1900 * MIB
    send_quota: int = 2000 * MIB
    receive_quota: int = 2300 * MIB
    quota_notices: str = "01:00"  # when owners of full mailboxes are told, by the server's clock; empty: never
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
    conversion_timeout: float = 4 * HOUR  # a message whose charset has no codec waits so long (4.6.5)
    charset_aliases: tuple[str, ...] = ()  # "x-cp-unknown=windows-1252"
    disabled_charsets: tuple[str, ...] = ()  # that are not converted from (4.6.5)
    store_character_set: str = ""  # of texts in mailboxes; empty: as they come (5.6.0)
    store_tnef: bool = True  # winmail.dat may lie in mailboxes
    reply_recipient: str = ""  # who gets replies to `report_postmaster`; empty: postmaster
    report_html: bool = True
    report_max_return_size: int = 10 * MIB  # 0: headers only
    report_rate: int = 20  # failure reports to one sender outside in `report_rate_interval`; more are gathered
    report_domain_rate: int = 100  # to one domain outside; 0: any number
    report_rate_interval: float = 1 * HOUR
    report_unverified: bool = True  # to senders that nothing proves (no SPF, no DKIM)
    report_external_full: bool = False  # external readers get headers only by default (spec B5)
    report_external_delays: bool = True
    report_internal_delays: bool = True
    report_copies: tuple[str, ...] = COPIED_CODES  # codes of failure reports that reply_recipient gets, too
    report_postmaster: str = ""  # From: of reports; empty: postmaster@ the default domain
    report_help_text: str = ""
    report_language_detection: bool = True  # from the original's Content-Language or Accept-Language
    report_default_language: str = ""  # where nothing is detected; empty: English
    tombstone_age: float = 30 * DAY  # of what is left of a removed recipient; 0: nothing is
    near_misses: bool = True
    storm_messages: int = 100  # that one cause may return in `storm_interval`; 0: any number
    storm_interval: float = 10 * MINUTE


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
