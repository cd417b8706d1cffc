"""What must be true of an organisation: between its objects (here) and of each alone (`object_rules`).

The organisation file and every operation go through the same rules.  A violation names the object and the field,
so that the reader of a file can add the line.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from saywhy.config import defaults, field_rules, object_rules
from saywhy.config.object_rules import Violation
from saywhy.config.snapshot import key_of, kind_of
from saywhy.config.words import nearest
from saywhy.model import address_space
from saywhy.model.address import Address
from saywhy.model.organisation import (
    AcceptedDomain,
    DialPlan,
    DirectoryObject,
    DomainType,
    OrganisationObject,
    ReceiveConnector,
    RemoteDomain,
    Server,
    TransportConfig,
    User,
)

FORWARDING = "forwarding_address"
_LISTS = (
    "members", "managed_by", "accept_from", "reject_from", "moderators", "bypass_moderation", "delegates",
)  # fmt: skip
MAX_SUGGESTIONS = 10  # each costs a look at every address there is


def violations(items: Sequence[OrganisationObject], listeners: Collection[str] | None = None) -> list[Violation]:
    """Everything that is wrong, in the order of `items`.  `listeners` are the server's, where they are known."""
    found = [violation for item in items for violation in object_rules.of(item)]
    return found + list(between(items, listeners))


def between(items: Sequence[OrganisationObject], listeners: Collection[str] | None) -> Iterator[Violation]:
    yield from _names(items)
    yield from _domains(items)
    yield from _addresses(items)
    yield from _references(items)
    yield from _reply_recipient(items)
    yield from _remote_domains(items)
    yield from _dial_plans(items)
    yield from _stores(items)
    yield from _receive_connectors([item for item in items if isinstance(item, ReceiveConnector)], listeners)


def _names(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    seen: dict[tuple[str, str], OrganisationObject] = {}
    for item in items:
        space = "recipient" if isinstance(item, DirectoryObject) else kind_of(item)
        first = seen.setdefault((space, key_of(item)), item)
        if first is not item:
            yield Violation(
                item, "name", f'there is a {kind_of(first)} "{first.name}" already', "give each a name of its own"
            )


def _domains(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    domains = [item for item in items if isinstance(item, AcceptedDomain)]
    if not domains:
        yield Violation(
            None, "domain", "no domain is accepted", 'add [[domain]] with name = "example.org"', missing=True
        )
    for domain in [domain for domain in domains if domain.default][1:]:
        yield Violation(domain, "default", "another domain is the default already", "mark one domain only")


def _stores(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    """A store is on one server."""
    holders: dict[str, Server] = {}
    for item in items:
        if not isinstance(item, Server):
            continue
        for store in item.stores:
            first = holders.setdefault(store.lower(), item)
            if first is not item:
                reason = f'{store} is held by the server "{first.name}" already'
                yield Violation(item, "stores", reason, "let one server hold it (5.1.0)", import_=True)


def _addresses(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    """Addresses lie in accepted domains, and belong to one recipient each."""
    domains = {key_of(item): item for item in items if isinstance(item, AcceptedDomain)}
    owners: dict[str, OrganisationObject] = {}
    for item in items:
        if not isinstance(item, DirectoryObject | User):
            continue
        for address in item.addresses:
            if address.domain_key not in domains:
                yield _foreign(item, address, domains)
            if isinstance(item, User):
                continue
            owner = owners.setdefault(address.key, item)
            if owner is not item:
                yield Violation(
                    item,
                    "addresses",
                    f'{address} belongs to the {kind_of(owner)} "{owner.name}" already',
                    "give each address to one recipient only",
                    import_=True,
                )


def _foreign(item: OrganisationObject, address: Address, domains: Collection[str]) -> Violation:
    near = nearest(address.domain_key, domains)
    cure = f"did you mean {address.local}@{near}?" if near else "add the domain first, or correct the address"
    return Violation(item, "addresses", f"{address.domain} is not an accepted domain", cure, missing=True)


def _references(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    """Whoever is named in an authoritative domain of ours must exist; what lies elsewhere cannot be known here."""
    ours = {
        key_of(item)
        for item in items
        if isinstance(item, AcceptedDomain) and item.type is DomainType.AUTHORITATIVE
    }
    known = {address.key for item in items for address in _owned(item)}
    suggestions = 0
    for item in items:
        for field, address in _named(item):
            if address.key in known or (address.domain_key not in ours and field != FORWARDING):
                continue
            suggestions += 1
            near = _near_address(address, known) if suggestions <= MAX_SUGGESTIONS else ""
            cure = f"did you mean {near}?" if near else "add the recipient first, or leave the address out"
            yield Violation(
                item, field, f"no recipient has the address {address}", cure, missing=True, import_=True
            )


def _named(item: OrganisationObject) -> Iterator[tuple[str, Address]]:
    """Everybody whom an object names, with the field."""
    if not isinstance(item, DirectoryObject):
        return
    for field in _LISTS:
        for address in getattr(item, field, ()):
            yield field, address
    forwarding: Address | None = getattr(item, FORWARDING, None)
    if forwarding is not None:
        yield FORWARDING, forwarding


def _reply_recipient(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    for item in items:
        if isinstance(item, TransportConfig) and item.reply_recipient:
            names = {other.name.lower() for other in items if isinstance(other, DirectoryObject)}
            if item.reply_recipient.lower() not in names:
                near = nearest(item.reply_recipient, names)
                cure = f'did you mean "{near}"?' if near else "name a recipient"
                reason = f'there is no recipient "{item.reply_recipient}"'
                yield Violation(item, "reply_recipient", reason, cure, missing=True)


def _remote_domains(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    taken: dict[str, RemoteDomain] = {}
    for item in items:
        if isinstance(item, RemoteDomain):
            try:
                space = address_space.key(item.domain)
            except ValueError:  # the rules of one object say so
                continue
            first = taken.setdefault(space, item)
            if first is not item:
                reason = f'{item.domain} belongs to the remote domain "{first.name}" already'
                yield Violation(item, "domain", reason, "change that one, or name another domain")


def _dial_plans(items: Sequence[OrganisationObject]) -> Iterator[Violation]:
    """Each names a receive connector that exists, built-in ones included, and that no other one names."""
    connectors = {key_of(item): item.name for item in items if isinstance(item, ReceiveConnector)}
    connectors = connectors or {key_of(item): item.name for item in defaults.RECEIVE}
    taken: dict[str, DialPlan] = {}
    for item in items:
        if not isinstance(item, DialPlan) or not item.connector:
            continue
        key = item.connector.lower()
        if key not in connectors:
            near = nearest(item.connector, connectors)
            cure = f'did you mean "{connectors[near]}"?' if near else "name a receive connector"
            reason = f'there is no receive connector "{item.connector}"'
            yield Violation(item, "connector", reason, cure, missing=True)
        first = taken.setdefault(key, item)
        if first is not item:
            reason = f'"{item.connector}" belongs to the dial plan "{first.name}" already'
            yield Violation(item, "connector", reason, "leave it out: a field of the messages can name the plan")


def _owned(item: OrganisationObject) -> tuple[Address, ...]:
    return item.addresses if isinstance(item, DirectoryObject) else ()


def _near_address(address: Address, known: Iterable[str]) -> str:
    domain = f"@{address.domain_key}"
    near = nearest(address.key.removesuffix(domain), [k.removesuffix(domain) for k in known if k.endswith(domain)])
    return near and near + domain


def _receive_connectors(
    connectors: Sequence[ReceiveConnector], listeners: Collection[str] | None
) -> Iterator[Violation]:
    taken: dict[tuple[str, str], ReceiveConnector] = {}
    for connector in connectors:
        if listeners is not None:
            yield from _unknown_listeners(connector, listeners)
        for listener in Counter(connector.listeners):
            for network in field_rules.networks(connector.remote_ranges):
                first = taken.setdefault((listener, _text(network)), connector)
                if first is not connector:
                    yield Violation(
                        connector,
                        "remote_ranges",
                        f'{_text(network)} on the listener {listener} belongs to "{first.name}" already (5.3.5)',
                        "give each connector a range or a listener of its own",
                    )


def _unknown_listeners(connector: ReceiveConnector, listeners: Collection[str]) -> Iterator[Violation]:
    for listener in connector.listeners:
        if listener not in listeners:
            near = nearest(listener, listeners)
            cure = f'did you mean "{near}"?' if near else f"the listeners are {', '.join(sorted(listeners))}"
            yield Violation(connector, "listeners", f'the server has no listener "{listener}"', cure)


def _text(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> str:
    return str(network)
