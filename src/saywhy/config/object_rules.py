"""What must be true of one organisation object alone: names, networks, address spaces, limits, times."""

from __future__ import annotations

import dataclasses
import math
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from saywhy.config import connector_rules, recipient_rules, report_rules
from saywhy.config import field_rules as fields
from saywhy.config.report_rules import Found
from saywhy.config.words import one_line, shown
from saywhy.model.address import Address, AddressError, check_domain
from saywhy.model.organisation import (
    AcceptedDomain,
    OrganisationObject,
    Server,
    Suspension,
    Tombstone,
    TransportConfig,
    TransportRule,
    User,
)
from saywhy.model.units import DAY

MAX_NAME = 128  # characters


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


_IMPORTABLE = recipient_rules.IMPORTABLE | {connector_rules.NO_DNS}


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


def _user(item: User) -> Found:
    if not item.password.startswith("$argon2"):
        yield (
            "password",
            "this is not an argon2 hash",
            "never write a password here: `saywhy user add` asks for it, `saywhy org export` shows the hash",
        )
    yield from fields.twice("addresses", item.addresses)


_RULE_STATUS = re.compile(r"5\.7\.9[0-9][0-9]")


def _transport_rule(item: TransportRule) -> Found:
    status = item.status
    if status not in ("5.7.1", "5.3.4") and _RULE_STATUS.fullmatch(status) is None:
        yield "status", f"{shown(status)} is no status of a rule", "write 5.7.1, 5.7.900 to 5.7.999, or 5.3.4"
    yield from fields.line("text", item.text)
    for entry in (each for each in item.header_contains if ":" not in each):
        yield "header_contains", f"{shown(entry)} names no field", "write it as X-Spam-Flag: yes"


def _tries(item: TransportConfig) -> Found:
    if item.poison_threshold == 1:
        yield "poison_threshold", "one crash proves nothing: others were in work as well", "write 2 or more, or 0"
    if item.quota_notices and _TIME_OF_DAY.fullmatch(item.quota_notices) is None:
        yield (
            "quota_notices",
            f"{shown(item.quota_notices)} is no time of day",
            "write it as 01:00, or leave it empty",
        )
    if item.retry_jitter > 0.5:
        yield "retry_jitter", f"{item.retry_jitter:g} is too much", "write 0 to 0.5"


_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


def _transport(item: TransportConfig) -> Found:
    for name, least in (("expire_after", 5), ("report_expire_after", 5), ("moderation_expire_after", 1)):
        if not least <= getattr(item, name) <= 90 * DAY:
            yield name, f"{getattr(item, name):g} s is out of range", f'write "{least} s" to "90 d"'
    yield from fields.positive(item, "steady_interval", "message_interval", "mailbox_interval", "max_recipients")
    yield from fields.positive(item, "max_forwardings", "max_automatic_forwardings")
    yield from _tries(item)
    if item.nxdomain_status not in ("5.1.2", "5.4.4"):
        yield "nxdomain_status", f"{shown(item.nxdomain_status)} is not one of its values", "write 5.1.2 or 5.4.4"
    if item.report_postmaster:
        try:
            Address.parse(item.report_postmaster)
        except AddressError as error:
            reason = f"{shown(item.report_postmaster)} is not an address: {error}"
            yield "report_postmaster", reason, "write it as postmaster@example.org"
    yield from fields.line("report_help_text", item.report_help_text)
    yield from _charsets(item)
    for code in item.report_copies:
        if not report_rules.is_failure_code(code):
            yield "report_copies", f"{shown(code)} is no code of a failure", "write it as 5.4.6"
    language = item.report_default_language
    if language and not (language.isascii() and language.replace("-", "").isalnum()):
        yield "report_default_language", f"{shown(language)} is not a language tag", "write it as de or pt-BR"


def _server(item: Server) -> Found:
    yield from fields.host("name", item.name)
    seen: set[str] = set()
    for store in item.stores:
        if not store.strip() or not one_line(store):
            yield "stores", f"{shown(store)} cannot be a store's name", "write a name in one line"
        if store.lower() in seen:
            yield "stores", f"{shown(store)} stands here twice", "write it once"
        seen.add(store.lower())


def _charsets(item: TransportConfig) -> Found:
    yield from report_rules.charset("store_character_set", item.store_character_set)
    for alias in item.charset_aliases:
        label, _, name = alias.partition("=")
        if not (label.strip() and name.strip()):
            yield "charset_aliases", f"{shown(alias)} names no other", "write it as x-cp-unknown=windows-1252"
        else:
            yield from report_rules.charset("charset_aliases", name.strip())


def _suspension(_item: Suspension) -> Found:
    """Written by us alone."""
    yield from ()


def _tombstone(_item: Tombstone) -> Found:
    """Written by us alone."""
    yield from ()


_RULES: Mapping[type, Callable[[Any], Found]] = {
    next(iter(typing.get_type_hints(rule).values())): rule
    for rule in (
        _domain,
        recipient_rules.mailbox,
        recipient_rules.contact,
        recipient_rules.group,
        recipient_rules.folder,
        recipient_rules.address_policy,
        recipient_rules.address_book_policy,
        _user,
        connector_rules.receive_connector,
        connector_rules.send_connector,
        _server,
        _transport,
        _transport_rule,
        report_rules.remote_domain,
        report_rules.dial_plan,
        report_rules.lockdown,
        report_rules.system_message,
        _suspension,
        _tombstone,
    )
}
