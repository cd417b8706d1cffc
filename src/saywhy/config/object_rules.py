"""What must be true of one organisation object alone: names, networks, address spaces, limits, times."""

from __future__ import annotations

import dataclasses
import ipaddress
import math
import re
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from saywhy.config import report_rules
from saywhy.config.hosts import have_ports, is_host, is_smart_host, is_unix_socket
from saywhy.config.report_rules import Found
from saywhy.config.words import one_line, shown
from saywhy.model import address_template, folder_rights, matching
from saywhy.model.address import Address, AddressError, check_domain
from saywhy.model.organisation import (
    AcceptedDomain,
    AddressPolicy,
    Contact,
    DirectoryObject,
    ExpansionPermission,
    Folder,
    Group,
    Mailbox,
    OrganisationObject,
    ReceiveConnector,
    SendConnector,
    SendProtocol,
    Suspension,
    TlsAuthLevel,
    TransportConfig,
    TransportRule,
    User,
)

MAX_NAME = 128  # characters
MAX_ADDRESSES = 1000
MAX_MEMBERS = 100_000
MECHANISMS = ("PLAIN", "LOGIN")
DAY = 86400

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Violation:
    """`item` is None where there is none at all; `missing` when it may be for want of another object.

    `import_`: an import from elsewhere may bring it all the same (spec E rule 1): mail finds it out, and so does
    `recipient check`.
    """

    item: OrganisationObject | None
    field: str
    reason: str
    cure: str
    missing: bool = False
    import_: bool = False


def of(item: OrganisationObject) -> list[Violation]:
    found = [*_name(item), *_numbers(item), *_RULES[type(item)](item)]
    return [Violation(item, *each, import_=each[:2] in _IMPORTABLE) for each in found]


NO_TARGET = ("external", "the contact has none")
NO_MEMBERS = ("members", "the group has none")
_IMPORTABLE = frozenset({NO_TARGET, NO_MEMBERS})


def networks(texts: Collection[str]) -> list[Network]:
    """Those of `texts` that are networks."""
    out: list[Network] = []
    for text in texts:
        try:
            out.append(ipaddress.ip_network(text))
        except ValueError:
            continue
    return out


def _name(item: OrganisationObject) -> Found:
    name = item.name
    if not name.strip() or name != name.strip():
        yield "name", f"{shown(name)} is empty, or has spaces around it", "write a name"
    elif len(name) > MAX_NAME or not one_line(name):
        yield "name", f"{shown(name)} cannot be a name", f"write at most {MAX_NAME} characters in one line"


def _numbers(item: OrganisationObject) -> Found:
    """No number of ours may be negative or no number at all."""
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if isinstance(value, int | float) and not (value >= 0 and math.isfinite(value)):
            yield field.name, f"{value} is out of range", "write 0 or more"


def _domain(item: AcceptedDomain) -> Found:
    try:
        check_domain(item.name)
    except AddressError as error:
        yield "name", f"{shown(item.name)} is not a domain: {error}", "write it as example.org"
    else:
        if item.name.startswith("[") or item.name.endswith("."):
            yield "name", f"{shown(item.name)} is not a domain", "write it as example.org"


def _mailbox(item: Mailbox) -> Found:
    yield from _mail_object(item)


def _contact(item: Contact) -> Found:
    yield from _mail_object(item)
    if item.external is None:
        yield *NO_TARGET, "write the address where its mail goes"
    elif item.external.key in {address.key for address in item.addresses}:
        yield "external", f"{item.external} is the contact itself", "write the address where its mail goes"


def _group(item: Group) -> Found:
    yield from _mail_object(item)
    if not item.members and not item.filter:
        yield *NO_MEMBERS, "name at least one address"
    if len(item.members) > MAX_MEMBERS:
        yield "members", f"there are {len(item.members)}", f"name at most {MAX_MEMBERS}"
    own = {address.key for address in item.addresses}
    if any(member.key in own for member in item.members):
        yield "members", "the group is a member of itself", "leave its own address out"
    yield from _twice("members", item.members)
    yield from _filter(item.filter)
    if item.filter_container and not item.filter:
        yield "filter_container", "it limits a filter, and there is none", "add a filter"
    if item.report_to_manager and item.report_to_originator:
        yield "report_to_manager", "reports go to the sender already", "add report_to_originator = false"
    if item.report_to_manager and not item.managed_by:
        yield "report_to_manager", "there is nobody in managed_by", "name an owner"
    if item.expansion_permission is ExpansionPermission.OWNERS and not item.managed_by:
        yield "expansion_permission", "there is nobody in managed_by", "name an owner"
    yield from _host("expansion_server", item.expansion_server)


def _folder(item: Folder) -> Found:
    yield from _mail_object(item)
    yield from _line("path", item.path)
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
        if who not in ("default", "anonymous") and not _is_address(who):
            yield "permissions", f"{shown(who)} is nobody", "write Default, Anonymous or an address"


def _address_policy(item: AddressPolicy) -> Found:
    if not item.templates:
        yield "templates", "there is none", 'write ["%g.%s@example.org"]'
    for template in item.templates:
        try:
            address_template.check(template)
        except address_template.TemplateError as error:
            yield "templates", f"{shown(template)}: {error}", "write it as %g.%s@example.org"
    yield from _filter(item.filter)


def _mail_object(item: DirectoryObject) -> Found:
    yield from _owned(item.addresses)
    yield from _line("display_name", item.display_name)
    yield from _line("unusable", item.unusable)
    for attribute in item.attributes:
        if not attribute.partition("=")[0].strip() or "=" not in attribute:
            yield "attributes", f"{shown(attribute)} is not name=value", "write it as department=Brewery"
    for other in item.other_addresses:
        kind, colon, _ = other.partition(":")
        if not colon or not kind.isalnum() or kind.upper() == "SMTP":
            yield "other_addresses", f"{shown(other)} is not TYPE:address", "write it as X500:/o=corp/cn=anna"
    if item.moderated and not item.moderators:
        yield "moderated", "there is no moderator", "name at least one in moderators"


def _filter(text: str) -> Found:
    if not text:
        return
    try:
        matching.parse(text)
    except matching.FilterError as error:
        yield (
            "filter",
            f"{shown(text)} is no filter: {error}",
            "write it as department = Brewery",
        )


def _is_address(text: str) -> bool:
    try:
        Address.parse(text)
    except AddressError:
        return False
    return True


def _owned(addresses: tuple[Address, ...]) -> Found:
    if not addresses:
        yield "addresses", "there is no address", "give it at least one"
    if len(addresses) > MAX_ADDRESSES:
        yield "addresses", f"there are {len(addresses)}", f"give it at most {MAX_ADDRESSES}"
    yield from _twice("addresses", addresses)


def _twice(field: str, addresses: tuple[Address, ...]) -> Found:
    seen: set[str] = set()
    for address in addresses:
        if address.key in seen:
            yield field, f"{address} stands here twice", "write it once"
        seen.add(address.key)


def _line(field: str, text: str) -> Found:
    if not one_line(text):
        yield field, f"{shown(text)} has a control character", "write it as one line of text"


def _user(item: User) -> Found:
    if not item.password.startswith("$argon2"):
        yield (
            "password",
            "this is not an argon2 hash",
            "never write a password here: `saywhy user add` asks for it, `saywhy org export` shows the hash",
        )
    yield from _twice("addresses", item.addresses)


def _receive_connector(item: ReceiveConnector) -> Found:
    if not item.listeners:
        yield "listeners", "the connector has none", "name at least one listener of the server"
    if not item.remote_ranges:
        yield "remote_ranges", "the connector takes no client", 'write ["0.0.0.0/0", "::/0"] for all'
    yield from _networks("remote_ranges", item.remote_ranges)
    yield from _networks("relay_ranges", item.relay_ranges)
    for network in networks(item.relay_ranges):
        if network.prefixlen == 0:
            yield "relay_ranges", f"{network} lets everybody relay through this server", "name your own networks"
    for mechanism in item.auth:
        if mechanism not in MECHANISMS:
            yield "auth", f"{shown(mechanism)} is not a mechanism of ours", f"write {' or '.join(MECHANISMS)}"
    if item.require_auth and not item.auth:
        yield "require_auth", "a sign-in is required, but auth offers none", 'add auth = ["PLAIN", "LOGIN"]'
    for zone in item.block_lists:
        yield from _host("block_lists", zone)
    yield from _host("fqdn", item.fqdn)
    yield from _positive(item, "max_message_size", "max_recipients", "max_hops", "max_connections")
    yield from _positive(item, "connection_timeout", "inactivity_timeout")


def _send_connector(item: SendConnector) -> Found:
    if not item.address_spaces:
        yield "address_spaces", "the connector takes no domain", 'write ["*"] for all'
    for space in item.address_spaces:
        yield from report_rules.address_space("address_spaces", space)
    for host in item.smart_hosts:
        if not (is_smart_host(host) or (item.protocol is SendProtocol.LMTP and is_unix_socket(host))):
            yield (
                "smart_hosts",
                f"{shown(host)} is not a host",
                "write relay.example.org, [192.0.2.1] or either :port",
            )
    if not 1 <= item.port <= 65535:
        yield "port", f"{item.port} is not a port", "write 1 to 65535"
    yield from _tls(item)
    if item.protocol is SendProtocol.LMTP:
        yield from _lmtp(item)
    if bool(item.user) != bool(item.password):
        yield "user", "user and password go together", "give both, or neither"
    elif item.user and not item.smart_hosts:
        yield "user", "there is no smart host to sign in at", "name smart_hosts"
    yield from _host("fqdn", item.fqdn)
    yield from _source(item.source_ip)
    yield from _networks("networks", item.networks)
    yield from _positive(item, "max_connections_per_destination", "max_messages_per_connection")


def _tls(item: SendConnector) -> Found:
    if item.require_tls and item.ignore_starttls:
        yield "require_tls", "TLS is required and ignored at once", "set one of require_tls and ignore_starttls"
    if item.tls_auth_level is not TlsAuthLevel.ENCRYPTION and item.ignore_starttls:
        yield "tls_auth_level", "a certificate is asked for and TLS is ignored", "leave out ignore_starttls"
    yield from _host("tls_domain", item.tls_domain)


def _lmtp(item: SendConnector) -> Found:
    if not item.smart_hosts:
        yield "protocol", "LMTP goes to a server of mailboxes, never by MX", "name it in smart_hosts"
    elif item.port == 25 and not have_ports(item.smart_hosts):
        yield "protocol", "LMTP must not use port 25 (RFC 2033 section 5)", "set port, to 24 for instance"


def _host(field: str, text: str) -> Found:
    if text and not (is_host(text) and text.isascii()):
        yield field, f"{shown(text)} is not a host name", "write it as mail.example.org"


def _source(text: str) -> Found:
    try:
        ipaddress.ip_address(text or "::")
    except ValueError:
        yield "source_ip", f"{shown(text)} is not an IP address", "write an address of this host"


def _networks(field: str, texts: tuple[str, ...]) -> Found:
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            yield field, f"{shown(text)} is not a network", _network_cure(text)


def _network_cure(text: str) -> str:
    try:
        return f"write {ipaddress.ip_network(text, strict=False)}: the bits after the prefix are zero"
    except ValueError:
        return "write it as 192.0.2.0/24, 2001:db8::/32 or a single address"


def _positive(item: OrganisationObject, *names: str) -> Found:
    for name in names:
        if getattr(item, name) == 0:
            yield name, "0 would let nothing through", "write 1 or more"


_RULE_STATUS = re.compile(r"5\.7\.9[0-9][0-9]")


def _transport_rule(item: TransportRule) -> Found:
    status = item.status
    if status not in ("5.7.1", "5.3.4") and _RULE_STATUS.fullmatch(status) is None:
        yield "status", f"{shown(status)} is no status of a rule", "write 5.7.1, 5.7.900 to 5.7.999, or 5.3.4"
    yield from _line("text", item.text)
    for entry in (each for each in item.header_contains if ":" not in each):
        yield "header_contains", f"{shown(entry)} names no field", "write it as X-Spam-Flag: yes"


def _transport(item: TransportConfig) -> Found:
    for name in ("expire_after", "report_expire_after"):
        if not 5 <= getattr(item, name) <= 90 * DAY:
            yield name, f"{getattr(item, name):g} s is out of range", 'write "5 s" to "90 d"'
    yield from _positive(item, "steady_interval", "message_interval", "mailbox_interval", "max_recipients")
    if item.retry_jitter > 0.5:
        yield "retry_jitter", f"{item.retry_jitter:g} is too much", "write 0 to 0.5"
    if item.nxdomain_status not in ("5.1.2", "5.4.4"):
        yield "nxdomain_status", f"{shown(item.nxdomain_status)} is not one of its values", "write 5.1.2 or 5.4.4"
    if item.report_postmaster:
        try:
            Address.parse(item.report_postmaster)
        except AddressError as error:
            reason = f"{shown(item.report_postmaster)} is not an address: {error}"
            yield "report_postmaster", reason, "write it as postmaster@example.org"
    yield from _line("report_help_text", item.report_help_text)
    for code in item.report_copies:
        if not report_rules.is_failure_code(code):
            yield "report_copies", f"{shown(code)} is no code of a failure", "write it as 5.4.6"
    language = item.report_default_language
    if language and not (language.isascii() and language.replace("-", "").isalnum()):
        yield "report_default_language", f"{shown(language)} is not a language tag", "write it as de or pt-BR"


def _suspension(_item: Suspension) -> Found:
    """Written by us alone."""
    yield from ()


_RULES: Mapping[type, Callable[[Any], Found]] = {
    next(iter(typing.get_type_hints(rule).values())): rule
    for rule in (
        _domain,
        _mailbox,
        _contact,
        _group,
        _folder,
        _address_policy,
        _user,
        _receive_connector,
        _send_connector,
        _transport,
        _transport_rule,
        report_rules.remote_domain,
        report_rules.dial_plan,
        report_rules.lockdown,
        _suspension,
    )
}
