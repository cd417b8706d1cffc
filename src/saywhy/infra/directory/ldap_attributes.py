"""LDAP entries -> directory objects, by the attribute names of Active Directory with Exchange (and plain LDAP's).

Pure: an entry is a mapping of attribute names in lower case to their values as text.  References to other entries
(`altRecipient`, `member`, `authOrig` ...) are names in the tree, which `resolve` turns into addresses.  What
cannot be read makes the object unusable (5.1.5, 5.1.3, 5.1.0) rather than unknown: the entry exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from saywhy.model import foreign
from saywhy.model.address import Address, AddressError
from saywhy.model.organisation import Contact, DirectoryObject, Group, Mailbox, MailboxType

Entry = Mapping[str, Sequence[str]]
Resolve = Callable[[Sequence[str]], tuple[Address, ...]]  # names in the tree -> primary addresses

KIB = 1024
MAX_BAD = 200  # characters kept of what is no address
_STORE = re.compile(r"CN=((?:[^,\\]|\\.)+)(?:,|$)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
REFERENCES = (
    "altrecipient", "authorig", "unauthorig", "dlmemsubmitperms", "dlmemrejectperms", "managedby",
    "publicdelegates", "msexchmoderatedbylink", "msexchbypassmoderationlink",
)  # fmt: skip
ATTRIBUTES = (
    *REFERENCES, "member", "uniquemember", "objectclass", "grouptype", "cn", "uid", "name", "displayname", "mail",
    "mailnickname", "givenname", "initials", "sn", "proxyaddresses", "targetaddress", "legacyexchangedn",
    "deliverandredirect", "msexchgenericforwardingaddress", "msexchrequireauthtosendto", "delivcontlength",
    "submissioncontlength", "msexchreciplimit", "mdbusedefaults", "mdbstoragequota", "mdboverquotalimit",
    "mdboverhardquotalimit", "msexchenablemoderation", "reporttooriginator", "reporttoowner", "hidedlmembership",
    "msexchhidefromaddresslists", "msexchexpansionservername", "msexchrecipienttypedetails", "useraccountcontrol",
    "homemdb", "msexchdynamicdlfilter", "msexchdynamicdlbasedn", "department", "company", "l", "st", "title",
    "preferredlanguage", "msexchuserculture",
)  # fmt: skip
_FACTS = ("department", "company", "l", "st", "title")
_GROUPS = frozenset({"group", "groupofnames", "groupofuniquenames", "msexchdynamicdistributionlist"})
_TYPES = {"4": MailboxType.SHARED, "16": MailboxType.ROOM, "32": MailboxType.EQUIPMENT}
_DISABLED = 2  # userAccountControl: ACCOUNTDISABLE


def directory_object(
    dn: str, entry: Entry, resolve: Resolve, members: Sequence[Address] = (), *, homes: bool = False
) -> DirectoryObject:
    """`members` are a group's, found already; with `homes`, homeMDB tells the store of a mailbox."""
    reader = _Reader(entry, resolve)
    addresses = reader.addresses()
    name = reader.first("cn") or reader.first("name") or reader.first("uid") or dn
    shared = reader.shared()
    if not addresses:
        shared["unusable"] = "the directory has no address for it"
    display = reader.first("displayname")
    if _GROUPS & {each.lower() for each in entry.get("objectclass", ())}:
        return Group(name, addresses, tuple(members), display, **reader.group(), **shared)
    if reader.first("targetaddress"):
        return Contact(name, addresses, display_name=display, **_target(reader.first("targetaddress")), **shared)
    return Mailbox(name, addresses, display, **reader.mailbox(), **(reader.home() if homes else {}), **shared)


def _target(text: str) -> dict[str, Any]:
    """Where a contact's mail goes: a mail address, one of another kind, or what is neither."""
    external = _address(text)
    if external is not None:
        return {"external": external}
    return {"foreign": text} if foreign.is_address(text) else {"bad_external": text[:MAX_BAD]}


def primary(entry: Entry) -> Address | None:
    """The address by which other entries name this one."""
    addresses = _Reader(entry, lambda _: ()).addresses()
    return addresses[0] if addresses else None


def unreadable(entry: Entry) -> str:
    """What stands in the place of its address and is none."""
    reader = _Reader(entry, lambda _: ())
    return "" if reader.addresses() else (reader.first("mail") or reader.first("targetaddress"))[:MAX_BAD]


class _Reader:
    def __init__(self, entry: Entry, resolve: Resolve) -> None:
        self._entry = entry
        self._resolve = resolve

    def first(self, name: str) -> str:
        return next(iter(self._entry.get(name, ())), "")

    def addresses(self) -> tuple[Address, ...]:
        """`SMTP:` marks the primary one; otherwise it is `mail`."""
        proxies, mail = self._entry.get("proxyaddresses", ()), self._entry.get("mail", ())
        primary = [text for text in proxies if text.startswith("SMTP:")] or mail
        others = [text for text in proxies if text.startswith("smtp:")]
        found = [_address(text) for text in (*primary, *others, *mail)]
        return tuple({each.key: each for each in found if each is not None}.values())

    def shared(self) -> dict[str, Any]:
        others = [text for text in self._entry.get("proxyaddresses", ()) if text[:5].lower() != "smtp:"]
        if self.first("legacyexchangedn"):
            others.append("EX:" + self.first("legacyexchangedn"))
        return {
            "alias": self.first("mailnickname"),
            "given_name": self.first("givenname"),
            "initials": self.first("initials"),
            "surname": self.first("sn"),
            "attributes": tuple(f"{name}={self.first(name)}" for name in _FACTS if self.first(name)),
            "other_addresses": tuple(others),
            "languages": self._languages(),
            "hidden": self._true("msexchhidefromaddresslists"),
            "address_policy": False,
            "max_receive_size": self._kib("delivcontlength"),
            "max_send_size": self._kib("submissioncontlength"),
            "accept_from": self._named("authorig", "dlmemsubmitperms"),
            "reject_from": self._named("unauthorig", "dlmemrejectperms"),
            "require_sender_auth": self._true("msexchrequireauthtosendto"),
            "moderated": self._true("msexchenablemoderation"),
            "moderators": self._named("msexchmoderatedbylink"),
            "bypass_moderation": self._named("msexchbypassmoderationlink"),
        }

    def _languages(self) -> tuple[str, ...]:
        """`de-CH, fr;q=0.8` -> its tags as they stand (RFC 2798 section 2.7)."""
        text = self.first("msexchuserculture") or self.first("preferredlanguage")
        tags = (part.partition(";")[0].strip() for part in text.split(","))
        return tuple(tag for tag in tags if tag.isascii() and tag.replace("-", "").isalnum())

    def mailbox(self) -> dict[str, Any]:
        forwarding = self._named("altrecipient")
        return {
            "type": _TYPES.get(self.first("msexchrecipienttypedetails"), MailboxType.USER),
            "disabled": bool(self._number("useraccountcontrol") & _DISABLED) and self._is_user(),
            "default_quotas": self.first("mdbusedefaults").upper() != "FALSE",
            "warning_quota": self._kib("mdbstoragequota"),
            "send_quota": self._kib("mdboverquotalimit"),
            "receive_quota": self._kib("mdboverhardquotalimit"),
            "max_recipients": self._number("msexchreciplimit"),
            "forwarding_address": forwarding[0] if forwarding else None,
            "forwarding_smtp_address": _address(self.first("msexchgenericforwardingaddress")),
            "deliver_and_forward": self._true("deliverandredirect"),
            "delegates": self._named("publicdelegates"),
        }

    def home(self) -> dict[str, Any]:
        """The store's name: of `CN=Mailbox Store 1,CN=InformationStore,...` the first part."""
        held = sorted(set(self._entry.get("homemdb", ())))
        found = _STORE.match(held[0]) if len(held) == 1 else None
        if found is not None:
            return {"home": _ESCAPED.sub(r"\1", found[1])}
        return {"home_unclear": f"homeMDB: {', '.join(held)[:MAX_BAD]}" if held else "it has no homeMDB"}

    def group(self) -> dict[str, Any]:
        owners = self._named("managedby")
        to_sender = self.first("reporttooriginator").upper() != "FALSE"
        return {
            "managed_by": owners,
            "expansion_server": self.first("msexchexpansionservername").rpartition("/cn=")[2],
            "hidden_members": self._true("hidedlmembership"),
            "report_to_originator": to_sender,
            "report_to_manager": self._true("reporttoowner") and not to_sender and bool(owners),
        }

    def _is_user(self) -> bool:
        """The accounts of shared mailboxes, rooms and equipment are always disabled."""
        return self.first("msexchrecipienttypedetails") not in _TYPES

    def _named(self, *names: str) -> tuple[Address, ...]:
        references = [reference for name in names for reference in self._entry.get(name, ())]
        return self._resolve(references) if references else ()

    def _true(self, name: str) -> bool:
        return self.first(name).upper() == "TRUE"

    def _number(self, name: str) -> int:
        text = self.first(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0

    def _kib(self, name: str) -> int:
        return self._number(name) * KIB


def _address(text: str) -> Address | None:
    bare = text[5:] if text[:5].lower() == "smtp:" else text
    try:
        return Address.parse(bare.strip())
    except AddressError:
        return None
