"""Rows of the store -> the immutable Organisation of one revision, and one revision -> the next.

What is in a row was checked when it was written (see `rules`); here it is only built.  Leaves out: the tables that
recipients are looked up in (infra/directory).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from saywhy.config import defaults
from saywhy.model.address import domain_key
from saywhy.model.organisation import (
    KINDS,
    AcceptedDomain,
    AddressPolicy,
    Contact,
    DirectoryObject,
    Folder,
    Group,
    Mailbox,
    Organisation,
    OrganisationObject,
    ReceiveConnector,
    SendConnector,
    TransportConfig,
    User,
)
from saywhy.model.record import load

Row = tuple[str, str, Mapping[str, Any]]  # kind, key, data

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
    return item.name.lower()


def objects(rows: Iterable[Row]) -> list[OrganisationObject]:
    """ValueError names the row that this version cannot read."""
    out = []
    for kind, name, data in rows:
        try:
            out.append(load(KINDS[kind], data))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"the organisation's {kind} {name!r} cannot be read: {error!r}") from error
    return out


def snapshot(revision: int, rows: Iterable[Row]) -> Organisation:
    """The organisation as the store holds it, built-in connectors filled in."""
    return organisation(revision, objects(rows))


def organisation(revision: int, items: Iterable[OrganisationObject]) -> Organisation:
    domains: dict[str, AcceptedDomain] = {}
    recipients: dict[str, DirectoryObject] = {}
    policies: dict[str, AddressPolicy] = {}
    users: dict[str, User] = {}
    receive: dict[str, ReceiveConnector] = {}
    send: dict[str, SendConnector] = {}
    transport = TransportConfig()
    for item in items:
        match item:
            case AcceptedDomain():
                domains[key_of(item)] = item
            case Mailbox() | Contact() | Group() | Folder():
                recipients[key_of(item)] = item
            case AddressPolicy():
                policies[key_of(item)] = item
            case User():
                users[key_of(item)] = item
            case ReceiveConnector():
                receive[key_of(item)] = item
            case SendConnector():
                send[key_of(item)] = item
            case TransportConfig():
                transport = item
    receive = receive or {key_of(item): item for item in defaults.RECEIVE}
    send = send or {key_of(item): item for item in defaults.SEND}
    return Organisation(revision, domains, recipients, users, receive, send, transport, policies)


def stored(current: Organisation) -> list[OrganisationObject]:
    """The objects that are rows of the store: all but the built-in ones."""
    built_in = {id(item) for item in (*defaults.RECEIVE, *defaults.SEND)}
    connectors: tuple[ReceiveConnector | SendConnector, ...] = (
        *current.receive_connectors.values(),
        *current.send_connectors.values(),
    )
    return [
        *current.domains.values(),
        *current.recipients.values(),
        *current.policies.values(),
        *current.users.values(),
        *(item for item in connectors if id(item) not in built_in),
        *([current.transport] if current.transport != TransportConfig() else []),
    ]
