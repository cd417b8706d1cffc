"""What must be true of one mailbox, contact, group, folder or address policy alone (spec E)."""

from __future__ import annotations

from saywhy.config import field_rules as fields
from saywhy.config.report_rules import Found
from saywhy.config.words import shown
from saywhy.model import address_template, folder_rights, foreign
from saywhy.model.address import Address
from saywhy.model.organisation import (
    AddressBookPolicy,
    AddressPolicy,
    Contact,
    DirectoryObject,
    ExpansionPermission,
    Folder,
    Group,
    Mailbox,
)

MAX_ADDRESSES = 1000
MAX_MEMBERS = 100_000
MAX_SHOWN = 3
NO_TARGET = ("external", "the contact has none")
NO_MEMBERS = ("members", "the group has none")
BAD_TARGET = ("external", "it is no address")
BAD_MEMBERS = ("members", "there is one that is no address")
NO_HOME = ("home", "the directory that it comes from does not tell it")
IMPORTABLE = frozenset({NO_TARGET, NO_MEMBERS, BAD_TARGET, BAD_MEMBERS, NO_HOME})  # only an import brings these


def mailbox(item: Mailbox) -> Found:
    yield from _mail_object(item)
    if item.home_unclear:
        yield *NO_HOME, f"set home and leave home_unclear out ({shown(item.home_unclear)})"


def contact(item: Contact) -> Found:
    yield from _mail_object(item)
    if item.bad_external:
        yield *BAD_TARGET, f"write an address for {shown(item.bad_external)}, and leave bad_external out"
    elif item.foreign:
        yield from _foreign(item)
    elif item.external is None:
        yield *NO_TARGET, "write the address where its mail goes"
    elif item.external.key in {address.key for address in item.addresses}:
        yield "external", f"{item.external} is the contact itself", "write the address where its mail goes"


def _foreign(item: Contact) -> Found:
    if not foreign.is_address(item.foreign) or "*" in item.foreign:
        yield "foreign", f"{shown(item.foreign)} is not TYPE:address", "write it as FAX:+44190520000"
    if item.external is not None:
        yield "foreign", "its mail goes to external already", "give one of foreign and external"


def group(item: Group) -> Found:
    yield from _mail_object(item)
    if item.bad_members:
        listed = ", ".join(map(shown, item.bad_members[:MAX_SHOWN]))
        yield *BAD_MEMBERS, f"write addresses for {listed}, and leave bad_members out"
    elif not item.members and not item.filter:
        yield *NO_MEMBERS, "name at least one address"
    if len(item.members) > MAX_MEMBERS:
        yield "members", f"there are {len(item.members)}", f"name at most {MAX_MEMBERS}"
    own = {address.key for address in item.addresses}
    if any(member.key in own for member in item.members):
        yield "members", "the group is a member of itself", "leave its own address out"
    yield from fields.twice("members", item.members)
    yield from fields.filter_text(item.filter)
    if item.filter_container and not item.filter:
        yield "filter_container", "it limits a filter, and there is none", "add a filter"
    if item.report_to_manager and item.report_to_originator:
        yield "report_to_manager", "reports go to the sender already", "add report_to_originator = false"
    if item.report_to_manager and not item.managed_by:
        yield "report_to_manager", "there is nobody in managed_by", "name an owner"
    if item.expansion_permission is ExpansionPermission.OWNERS and not item.managed_by:
        yield "expansion_permission", "there is nobody in managed_by", "name an owner"
    yield from fields.host("expansion_server", item.expansion_server)


def folder(item: Folder) -> Found:
    yield from _mail_object(item)
    yield from fields.line("path", item.path)
    seen: set[str] = set()
    for text in item.permissions:
        try:
            who, _ = folder_rights.parse(text)
        except folder_rights.RightsError as error:
            yield "permissions", f"{shown(text)}: {error}", 'write it as "Anonymous: Contributor"'
            continue
        if who in seen:
            yield "permissions", f"{shown(who)} stands here twice", "write it once"
        seen.add(who)
        if who not in ("default", "anonymous") and not fields.is_address(who):
            yield "permissions", f"{shown(who)} is nobody", "write Default, Anonymous or an address"


def address_policy(item: AddressPolicy) -> Found:
    if not item.templates:
        yield "templates", "there is none", 'write ["%g.%s@example.org"]'
    for template in item.templates:
        try:
            address_template.check(template)
        except address_template.TemplateError as error:
            yield "templates", f"{shown(template)}: {error}", "write it as %g.%s@example.org"
    yield from fields.filter_text(item.filter)


def address_book_policy(item: AddressBookPolicy) -> Found:
    if not item.visible:
        yield "visible", "nobody would be seen", "write a filter, such as kind = mailbox"
    for field, text in (("visible", item.visible), ("filter", item.filter)):
        for _, reason, cure in fields.filter_text(text):
            yield field, reason, cure


def _mail_object(item: DirectoryObject) -> Found:
    yield from _owned(item.addresses)
    yield from fields.line("display_name", item.display_name)
    yield from fields.line("unusable", item.unusable)
    for attribute in item.attributes:
        if not attribute.partition("=")[0].strip() or "=" not in attribute:
            yield "attributes", f"{shown(attribute)} is not name=value", "write it as department=Brewery"
    for other in item.other_addresses:
        kind, colon, _ = other.partition(":")
        if not colon or not kind.isalnum() or kind.upper() == "SMTP":
            yield "other_addresses", f"{shown(other)} is not TYPE:address", "write it as X500:/o=corp/cn=anna"
    for language in item.languages:
        if not (language.isascii() and language.replace("-", "").isalnum()):
            yield "languages", f"{shown(language)} is not a language tag", "write it as de or pt-BR"
    if item.moderated and not item.moderators:
        yield "moderated", "there is no moderator", "name at least one in moderators"


def _owned(addresses: tuple[Address, ...]) -> Found:
    if not addresses:
        yield "addresses", "there is no address", "give it at least one"
    if len(addresses) > MAX_ADDRESSES:
        yield "addresses", f"there are {len(addresses)}", f"give it at most {MAX_ADDRESSES}"
    yield from fields.twice("addresses", addresses)
