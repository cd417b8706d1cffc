"""Recipients: mailboxes, contacts, groups and folders, with every property that transport asks of them (spec E).

Also what gives them addresses, and who may sign in.

Each is a kind of organisation object; `model/organisation` has the others and their list.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.address import Address
from saywhy.model.form import MessageFormat
from saywhy.model.moderation import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class MailObject:
    """What all recipients share (spec E).  Sizes in octets, 0 for no limit of its own; empty lists let all in.

    Lists of senders hold addresses: of a sender, here or elsewhere, or of a group whose members are meant.
    """

    alias: str = ""
    given_name: str = ""
    initials: str = ""
    surname: str = ""
    attributes: tuple[str, ...] = ()  # "department=Brewery"; filters of dynamic groups read them
    container: str = ""  # "corp.example/Staff": where in the directory it stands
    languages: tuple[str, ...] = ()  # of what the server writes to it: "de-CH", the dearest first
    hidden: bool = False
    address_policy: bool = True  # `policy apply` gives it addresses
    other_addresses: tuple[str, ...] = ()  # "EX:/o=...", "X500:/o=...", "FAX:..."
    unusable: str = ""  # why it can take no mail; its addresses stay reserved (5.1.5)
    max_receive_size: int = 0
    max_send_size: int = 0
    accept_from: tuple[Address, ...] = ()
    reject_from: tuple[Address, ...] = ()  # wins over accept_from
    require_sender_auth: bool = False
    moderated: bool = False
    moderators: tuple[Address, ...] = ()
    bypass_moderation: tuple[Address, ...] = ()
    moderation_notices: Notices = Notices.ALWAYS


class MailboxType(enum.Enum):
    USER = "user"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"
    SYSTEM = "system"  # sends and receives for the server itself: no restrictions


@dataclass(frozen=True, slots=True)
class Mailbox(MailObject):
    """A mailbox delivered here.  `addresses[0]` is primary; `name` is unique among recipients."""

    name: str
    addresses: tuple[Address, ...]
    display_name: str = ""
    type: MailboxType = MailboxType.USER
    home: str = ""  # the mailbox store; empty: this server's
    home_unclear: str = ""  # why the directory that it comes from does not tell its store (5.1.0)
    disabled: bool = False
    moved: bool = False  # to another mail system: without forwarding its mail fails (5.1.6)
    may_send: bool = True
    default_quotas: bool = True  # the organisation's; otherwise the three below, 0 for none
    warning_quota: int = 0
    send_quota: int = 0
    receive_quota: int = 0
    max_recipients: int = 0  # 0: the organisation's
    forwarding_address: Address | None = None  # a recipient of ours, and no other will do
    forwarding_smtp_address: Address | None = None  # anywhere; the other wins where both stand
    deliver_and_forward: bool = False
    delegates: tuple[Address, ...] = ()  # may send on behalf


class ContactType(enum.Enum):
    CONTACT = "contact"
    USER = "user"  # somebody of ours with an account here and a mailbox elsewhere


@dataclass(frozen=True, slots=True)
class Contact(MailObject):
    """An address of ours whose mail goes to `external` or `foreign`; one with neither an import brings (5.1.0)."""

    name: str
    addresses: tuple[Address, ...]
    external: Address | None = None
    display_name: str = ""
    type: ContactType = ContactType.CONTACT
    bad_external: str = ""  # what an import brought as `external` and is no address (5.1.3)
    foreign: str = ""  # instead of `external`, an address of another kind: "FAX:+44190520000" (model/foreign)
    message_format: MessageFormat = MessageFormat.MIME


class ExpansionPermission(enum.Enum):
    ANYONE = "anyone"
    MEMBERS = "members"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class Group(MailObject):
    """`members` by name, or everybody who matches `filter` (model/matching), or both.

    An alias in the sense of RFC 3461 section 5.2.7.1 while reports go to the originator (the reverse-path is
    kept); otherwise a list: its members get the owner's reverse-path, or none (errata 66).
    """

    name: str
    addresses: tuple[Address, ...]
    members: tuple[Address, ...] = ()
    display_name: str = ""
    filter: str = ""
    filter_container: str = ""  # only those in it and below
    managed_by: tuple[Address, ...] = ()
    expansion_server: str = ""
    expansion_permission: ExpansionPermission = ExpansionPermission.ANYONE
    hidden_members: bool = False
    report_to_originator: bool = True
    report_to_manager: bool = False
    bad_members: tuple[str, ...] = ()  # what an import brought among `members` and is no address (5.1.3)


@dataclass(frozen=True, slots=True)
class Folder(MailObject):
    """A mail-enabled public folder.  `permissions` are `WHO: RIGHTS`, see model/folder_rights."""

    name: str
    addresses: tuple[Address, ...]
    display_name: str = ""
    path: str = ""  # "\\ProblemFolder"; empty: the name below the root
    permissions: tuple[str, ...] = ("Default: Author", "Anonymous: None")
    warning_quota: int = 0
    post_quota: int = 0
    max_item_size: int = 0
    forwarding_address: Address | None = None
    deliver_and_forward: bool = False


DirectoryObject = Mailbox | Contact | Group | Folder


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """How recipients that match `filter` are addressed (model/address_template); the lowest `priority` wins."""

    name: str
    templates: tuple[str, ...]  # the first makes the primary address
    filter: str = ""  # empty: everybody
    priority: int = 100


@dataclass(frozen=True, slots=True)
class AddressBookPolicy:
    """Who of ours sees, and may write to, whom: senders that match `filter`, recipients that match `visible`.

    Both are filters (model/matching); of several policies for a sender the lowest `priority` holds (5.3.2).
    """

    name: str
    visible: str
    filter: str = ""  # empty: everybody
    priority: int = 100


@dataclass(frozen=True, slots=True)
class User:
    """A login for submission.  `password` is an argon2 hash; `addresses` are those it may send as."""

    name: str
    password: str
    addresses: tuple[Address, ...] = ()
