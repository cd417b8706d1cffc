"""Rows of the store -> the immutable Organisation of one revision, and one revision -> the next.

What is in a row was checked when it was written (see `rules`); here it is only built.  Leaves out: the tables that
recipients are looked up in (infra/directory).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from saywhy.config import defaults
from saywhy.model import address_space, system_messages
from saywhy.model.address import domain_key
from saywhy.model.organisation import (
    KINDS,
    AcceptedDomain,
    AddressBookPolicy,
    AddressPolicy,
    Contact,
    DialPlan,
    Folder,
    Group,
    Lockdown,
    Mailbox,
    Organisation,
    OrganisationObject,
    ReceiveConnector,
    RemoteDomain,
    SendConnector,
    Server,
    Suspension,
    SystemMessage,
    Tombstone,
    TransportConfig,
    TransportRule,
    User,
)
from saywhy.model.record import load
from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN

Row = tuple[str, str, Mapping[str, Any]]  # kind, key, data
Change = tuple[str, str, Mapping[str, Any] | None]  # None: the row is removed

_KIND_OF = {cls: kind for kind, cls in KINDS.items()}


def kind_of(item: OrganisationObject) -> str:
    return _KIND_OF[type(item)]


def key_of(item: OrganisationObject) -> str:
    """The name of an object's row: what two spellings of its name share."""
    if isinstance(item, AcceptedDomain):
        try:
            return domain_key(item.name)
        except ValueError:  # no domain: the rules say so, and need a name to say it of
            return item.name.lower()
    return system_messages.key(item.name) if isinstance(item, SystemMessage) else item.name.lower()


class Table:
    """The organisation's rows as objects, so that the next revision costs no more than what it changes."""

    def __init__(self, revision: int = 0, rows: Iterable[Row] = ()) -> None:
        self.revision = revision
        self._objects = {(kind, name): _object(kind, name, data) for kind, name, data in rows}

    def change(self, revision: int, changes: Iterable[Change]) -> None:
        """Become `revision`.  ValueError, and nothing changed, when a row cannot be read."""
        changes = list(changes)
        read = {(kind, name): _object(kind, name, data) for kind, name, data in changes if data is not None}
        for kind, name, _ in changes:
            self._objects.pop((kind, name), None)
        self._objects.update(read)
        self.revision = revision

    def copy(self) -> Table:
        """Objects are frozen and may be shared."""
        other = Table(self.revision)
        other._objects = dict(self._objects)
        return other

    def snapshot(self) -> Organisation:
        """In the order of the store's rows, built-in connectors filled in."""
        return organisation(self.revision, (self._objects[row] for row in sorted(self._objects)))


def _object(kind: str, name: str, data: Mapping[str, Any]) -> OrganisationObject:
    """ValueError names the row that this version cannot read."""
    try:
        item: OrganisationObject = load(KINDS[kind], data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"the organisation's {kind} {name!r} cannot be read: {error!r}") from error
    return item


def snapshot(revision: int, rows: Iterable[Row]) -> Organisation:
    """The organisation as the store holds it, built-in connectors filled in."""
    return Table(revision, rows).snapshot()


_PLACES: Mapping[type[OrganisationObject], str] = {
    AcceptedDomain: "domains",
    Mailbox: "recipients",
    Contact: "recipients",
    Group: "recipients",
    Folder: "recipients",
    AddressPolicy: "policies",
    AddressBookPolicy: "address_books",
    User: "users",
    ReceiveConnector: "receive_connectors",
    SendConnector: "send_connectors",
    Server: "servers",
    TransportRule: "rules",
    RemoteDomain: "remote_domains",
    DialPlan: "dial_plans",
    Lockdown: "lockdowns",
    Suspension: "suspensions",
    Tombstone: "tombstones",
    SystemMessage: "system_messages",
}


def organisation(revision: int, items: Iterable[OrganisationObject]) -> Organisation:
    places: dict[str, dict[str, Any]] = {place: {} for place in _PLACES.values()}
    transport = TransportConfig()
    for item in items:
        if isinstance(item, TransportConfig):
            transport = item
        else:
            places[_PLACES[type(item)]][_place_key(item)] = item
    places["receive_connectors"] = places["receive_connectors"] or {
        key_of(item): item for item in defaults.RECEIVE
    }
    places["send_connectors"] = places["send_connectors"] or {key_of(item): item for item in defaults.SEND}
    places["remote_domains"].setdefault(address_space.EVERYTHING, DEFAULT_REMOTE_DOMAIN)
    return Organisation(revision, transport=transport, **places)


def _place_key(item: OrganisationObject) -> str:
    return address_space.key(item.domain) if isinstance(item, RemoteDomain) else key_of(item)


def stored(current: Organisation) -> list[OrganisationObject]:
    """The configuration that is rows of the store: all but the built-in objects, and no state."""
    built_in = {id(item) for item in (*defaults.RECEIVE, *defaults.SEND)}
    connectors: tuple[ReceiveConnector | SendConnector, ...] = (
        *current.receive_connectors.values(),
        *current.send_connectors.values(),
    )
    return [
        *current.domains.values(),
        *current.recipients.values(),
        *current.policies.values(),
        *current.address_books.values(),
        *current.users.values(),
        *current.rules.values(),
        *current.servers.values(),
        *(item for item in current.remote_domains.values() if item is not DEFAULT_REMOTE_DOMAIN),
        *current.dial_plans.values(),
        *current.system_messages.values(),
        *(item for item in connectors if id(item) not in built_in),
        *([current.transport] if current.transport != TransportConfig() else []),
    ]
