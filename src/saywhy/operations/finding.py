"""Find what an administrator named, or say that it is not there and what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from saywhy.config.snapshot import kind_of
from saywhy.config.words import nearest
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.store.protocol import QueueRow
from saywhy.model import system_messages
from saywhy.model.address import Address, AddressError, domain_key
from saywhy.model.organisation import (
    AcceptedDomain,
    AddressPolicy,
    DialPlan,
    DirectoryObject,
    Folder,
    Group,
    Organisation,
    RemoteDomain,
    SystemMessage,
    Tombstone,
    User,
)
from saywhy.model.queued import HopKind
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError

T = TypeVar("T")
R = TypeVar("R", Group, Folder)


def not_found(kind: str, named: str, near: str, listing: str) -> OperationError:
    cure = f"did you mean {near}?" if near else f"`saywhy {listing}` shows what there is"
    return OperationError("not-found", f"{kind} {named}", "there is none", cure)


def domain(organisation: Organisation, named: str) -> AcceptedDomain:
    try:
        key = domain_key(named.rstrip("."))
    except ValueError:
        key = named
    return _get("domain", organisation.domains, key, named)


def user(organisation: Organisation, named: str) -> User:
    return _get("user", organisation.users, named.lower(), named)


def _get(kind: str, items: Mapping[str, T], key: str, named: str) -> T:
    if key in items:
        return items[key]
    raise not_found(kind, named, nearest(key, items), f"{kind} list")


def recipient(organisation: Organisation, named: str) -> DirectoryObject:
    """By name, or by any of its addresses."""
    by_name = organisation.recipients.get(named.lower())
    if by_name is not None:
        return by_name
    directory = TableDirectory(lambda: organisation)
    address = _address(named)
    owners = directory.find(address) if address else ()
    if len(owners) == 1:
        return owners[0]
    if owners:
        why = f"it belongs to {', '.join(owner.name for owner in owners)}"
        raise OperationError("refused", f"recipient {named}", why, "name one of them")
    near = [str(found) for found in directory.near(address)] if address else []
    suggested = near[0] if near else nearest(named, organisation.recipients)
    raise not_found("recipient", named, suggested, "recipient list")


def _address(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except AddressError:
        return None


async def queue(context: Context, named: str) -> QueueRow:
    for found in await context.store.queues(named):
        return found
    near = near_queue(named, (row.key for row in await context.store.queues()))
    raise not_found("queue", named, near, "queue list")


async def possible_queue(context: Context, named: str) -> None:
    """As `queue`, for one that need not hold anything: it is suspended, or a connector makes it possible."""
    organisation = context.organisation()
    kind, _, rest = named.partition("/")
    connector = rest.rpartition("/")[2].lower()
    ours = not rest and kind in (HopKind.MAILBOX.value, HopKind.SUBMISSION.value)
    elsewhere = (HopKind.DNS.value, HopKind.SMART_HOST.value, HopKind.PROGRAM.value)
    theirs = kind in elsewhere and connector in organisation.send_connectors
    if not (named.lower() in organisation.suspensions or ours or theirs):
        await queue(context, named)


def group(organisation: Organisation, named: str) -> Group:
    return _of_kind(organisation, named, Group, "group")


def folder(organisation: Organisation, named: str) -> Folder:
    """By name, address, or path: `\\ProblemFolder`."""
    wanted = named.strip("\\").lower()
    for item in organisation.recipients.values():
        if isinstance(item, Folder) and wanted in (item.path.strip("\\").lower(), item.name.lower()):
            return item
    return _of_kind(organisation, named, Folder, "folder")


def policy(organisation: Organisation, named: str) -> AddressPolicy:
    return _get("policy", organisation.policies, named.lower(), named)


def tombstone(organisation: Organisation, named: str) -> Tombstone:
    if named.lower() in organisation.tombstones:
        return organisation.tombstones[named.lower()]
    near = nearest(named.lower(), organisation.tombstones)
    raise not_found("removed recipient", named, near, "recipient deleted")


def remote_domain(organisation: Organisation, named: str) -> RemoteDomain:
    """By name, or by its domain as written: `*.partner.example`."""
    by_name = {item.name.lower(): item for item in organisation.remote_domains.values()}
    by_domain = {item.domain.lower(): item for item in organisation.remote_domains.values()}
    return _get("remote-domain", by_domain | by_name, named.lower(), named)


def dial_plan(organisation: Organisation, named: str) -> DialPlan:
    return _get("dial-plan", organisation.dial_plans, named.lower(), named)


def system_message(organisation: Organisation, named: str) -> SystemMessage:
    return _get("system-message", organisation.system_messages, system_messages.key(named), named)


def _of_kind(organisation: Organisation, named: str, cls: type[R], kind: str) -> R:
    found = recipient(organisation, named)
    if not isinstance(found, cls):
        why = f"it is a {kind_of(found)}"
        raise OperationError(
            "refused", f"{kind} {named}", why, f"`saywhy recipient list --kind {kind}` shows them"
        )
    return found


def near_queue(named: str, keys: Iterable[str]) -> str:
    """The queue most like `named`, also when only its domain was named."""
    keys = list(keys)
    holding = [key for key in keys if named.lower() in key.split("/")]
    return holding[0] if holding else nearest(named, keys)
