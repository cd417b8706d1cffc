"""Recipients from an LDAP server, Active Directory above all: searches in threads, answers kept for a while.

`find` tells from memory what was asked lately and is None otherwise; `fetch` asks for up to 20 addresses with one
search.  A server that is down is no word on any recipient: DirectoryDown, and for some seconds nobody tries again.
Leaves out: changes as they happen (DirSync), referrals, near misses, Kerberos.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import math
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import ldap3  # type: ignore[import-untyped]
from ldap3.core.exceptions import LDAPException, LDAPInvalidFilterError  # type: ignore[import-untyped]
from ldap3.utils.conv import escape_filter_chars  # type: ignore[import-untyped]

from saywhy.infra.directory import ldap_attributes
from saywhy.infra.directory.ldap_attributes import Entry
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.organisation import DirectoryObject, Group

T = TypeVar("T")

BATCH = 20  # addresses of one search (spec F4)
MAX_CACHED = 100_000  # addresses
MAX_REFERENCES = 1000  # names that one entry's attributes are followed for
MAX_BAD = 100  # members of a group whose address is none, as they are told
PAGE = 500
PAUSE = 5.0  # seconds without a new attempt after a failed one
NOT_THERE = 0.2  # share of the time for which it is remembered that nobody has an address
_MISSING = "noSuchObject"


@dataclass(frozen=True, slots=True)
class LdapServer:
    """`url` is ldap:// or ldaps://; times in seconds; `keep` is how long an answer holds."""

    url: str
    base: str
    user: str = ""
    password: str = ""
    start_tls: bool = False
    ca_file: str = ""
    timeout: float = 5.0
    keep: float = 60.0
    connections: int = 2
    homes: bool = False  # homeMDB tells the store of a mailbox


class LdapDirectory:
    """A `Directory` (flow/stages) over one server."""

    def __init__(self, server: LdapServer, now: Callable[[], float] = time.monotonic) -> None:
        self._settings = server
        self._now = now
        self._cache: OrderedDict[str, tuple[float, tuple[DirectoryObject, ...]]] = OrderedDict()
        self._threads = ThreadPoolExecutor(server.connections, thread_name_prefix="ldap")
        self._local = threading.local()
        self._open: set[Any] = set()
        self._down_until = 0.0
        self._down = ""

    def find(self, address: Address) -> Sequence[DirectoryObject] | None:
        entry = self._cache.get(address.key)
        if entry is not None and entry[0] > self._now():
            return entry[1]
        self._refuse_while_down()
        return None

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]:
        wanted = {address.key: address for address in addresses}
        out: dict[str, Sequence[DirectoryObject]] = {}
        for key in wanted:
            entry = self._cache.get(key)
            if entry is not None and entry[0] > self._now():
                out[key] = entry[1]
        missing = [address for key, address in wanted.items() if key not in out]
        for start in range(0, len(missing), BATCH):
            found = await self._ask(_Search.owners, missing[start : start + BATCH])
            for key, items in found.items():
                self._keep(key, items)
            out |= found
        return out

    async def find_other(self, address: str) -> Sequence[DirectoryObject]:
        return await self._ask(_Search.other, address)

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None:  # noqa: ARG002
        """Groups of the server bring their members with them."""
        return () if not container else None

    def near(self, address: Address, limit: int = 3) -> list[Address]:  # noqa: ARG002
        return []

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for connection in list(self._open):
            self._drop(connection)

    # -- asking --

    async def _ask(self, question: Callable[[_Search, Any], T], about: Any) -> T:
        await asyncio.sleep(0)  # whoever cannot wait leaves here, before a thread is at work
        self._refuse_while_down()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._asked, question, about)
        except DirectoryDown as down:
            self._down, self._down_until = str(down), self._now() + PAUSE
            raise

    def _refuse_while_down(self) -> None:
        if self._now() < self._down_until:
            raise DirectoryDown(self._down)

    def _asked(self, question: Callable[[_Search, Any], T], about: Any) -> T:
        """In a thread.  A connection that broke meanwhile is opened anew, once."""
        for again in (True, False):
            fresh = getattr(self._local, "connection", None) is None
            try:
                return question(_Search(self._connection(), self._settings), about)
            except (LDAPException, OSError) as error:
                self._drop(getattr(self._local, "connection", None))
                self._local.connection = None
                if fresh or not again:
                    raise DirectoryDown(f"{self._settings.url}: {error}"[:500]) from error
        raise AssertionError("unreachable")

    def _connection(self) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connection(self._settings)
            self._open.add(connection)  # whatever becomes of it, it is closed
            self._local.connection = connection
            _bind(connection, self._settings)
        return connection

    def _drop(self, connection: Any) -> None:
        self._open.discard(connection)
        if connection is not None:
            sock = connection.socket
            with contextlib.suppress(LDAPException, OSError):
                connection.unbind()
            if sock is not None:  # ldap3 leaves it open when it never came to a connection
                sock.close()

    def _keep(self, key: str, items: tuple[DirectoryObject, ...]) -> None:
        share = 1.0 if items else NOT_THERE
        self._cache[key] = (self._now() + share * self._settings.keep, items)
        self._cache.move_to_end(key)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)


def _connection(settings: LdapServer) -> Any:
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.ca_file or None)
    server = ldap3.Server(settings.url, connect_timeout=settings.timeout, get_info=ldap3.NONE, tls=tls)
    return ldap3.Connection(
        server,
        settings.user or None,
        settings.password or None,
        authentication=ldap3.SIMPLE if settings.user else ldap3.ANONYMOUS,
        receive_timeout=math.ceil(settings.timeout),  # whole seconds: it goes into SO_RCVTIMEO
        read_only=True,
        raise_exceptions=False,
        check_names=False,
        auto_referrals=False,
    )


def _bind(connection: Any, settings: LdapServer) -> None:
    connection.open()
    if settings.start_tls:
        connection.start_tls()
    if not connection.bind():
        raise LDAPException(f"bind as {settings.user or 'nobody'}: {connection.result['description']}")


class _Search:
    """One conversation with the server, in a thread."""

    def __init__(self, connection: Any, settings: LdapServer) -> None:
        self._connection = connection
        self._base = settings.base
        self._homes = settings.homes

    def owners(self, addresses: Sequence[Address]) -> dict[str, tuple[DirectoryObject, ...]]:
        """Address key -> owners, for each of `addresses`."""
        parts = []
        for address in addresses:
            text = escape_filter_chars(str(address))
            parts.append(f"(proxyAddresses=smtp:{text})(mail={text})")
        items = [self._object(dn, entry) for dn, entry in self._search(f"(|{''.join(parts)})")]
        out: dict[str, tuple[DirectoryObject, ...]] = {address.key: () for address in addresses}
        for item in sorted(items, key=lambda each: each.name.lower()):
            for own in item.addresses:
                if own.key in out:
                    out[own.key] = (*out[own.key], item)
        return out

    def other(self, address: str) -> Sequence[DirectoryObject]:
        kind, _, text = address.partition(":")
        name = escape_filter_chars(address)
        legacy = f"(legacyExchangeDN={escape_filter_chars(text)})" if kind == "EX" else ""
        return [self._object(dn, entry) for dn, entry in self._search(f"(|(proxyAddresses={name}){legacy})")]

    def _object(self, dn: str, entry: Entry) -> DirectoryObject:
        item = ldap_attributes.directory_object(dn, entry, self._primaries, homes=self._homes)
        return self._with_members(dn, entry, item) if isinstance(item, Group) else item

    def _with_members(self, dn: str, entry: Entry, group: Group) -> Group:
        """By `memberOf`, which the server may lack; by name otherwise.  A dynamic list's by its own filter."""
        rule = next(iter(entry.get("msexchdynamicdlfilter", ())), "")
        if rule:
            base = next(iter(entry.get("msexchdynamicdlbasedn", ())), "") or self._base
            return self._dynamic(group, rule, base)
        filled = _filled(group, self._search(f"(memberOf={escape_filter_chars(dn)})"))
        listed = (*entry.get("member", ()), *entry.get("uniquemember", ()))
        if filled is group and listed:
            filled = _filled(group, self._named(listed))
        return filled

    def _dynamic(self, group: Group, rule: str, base: str) -> Group:
        """What is wrong with its filter or base is the group's fault, told as such (5.2.4)."""
        try:
            found = self._search(rule, base=base)
        except LDAPInvalidFilterError:
            return dataclasses.replace(group, filter=f"({rule[:200]}")
        if self._connection.result["description"] == _MISSING:
            return dataclasses.replace(group, filter="name = *", filter_container=base)
        return _filled(group, found)

    def _primaries(self, names: Sequence[str]) -> tuple[Address, ...]:
        """Names in the tree -> the addresses of those entries; who is gone is left out."""
        found = (ldap_attributes.primary(entry) for _, entry in self._named(names[:MAX_REFERENCES]))
        return tuple(each for each in found if each is not None)

    def _named(self, names: Sequence[str]) -> Iterator[tuple[str, Entry]]:
        """The entries of those names that exist."""
        for name in names:
            yield from self._search("(objectClass=*)", base=name, scope=ldap3.BASE)

    def _search(self, filter: str, *, base: str = "", scope: str = ldap3.SUBTREE) -> list[tuple[str, Entry]]:
        """In pages; a base that does not exist has nobody in it."""
        cookie: Any = None
        out: list[tuple[str, Entry]] = []
        while True:
            self._connection.search(
                base or self._base,
                filter,
                scope,
                attributes=list(ldap_attributes.ATTRIBUTES),
                paged_size=PAGE if scope == ldap3.SUBTREE else None,
                paged_cookie=cookie,
            )
            result = self._connection.result
            if result["description"] not in ("success", _MISSING):
                raise LDAPException(f"search: {result['description']} {result.get('message', '')}".strip())
            out += [_entry(each) for each in self._connection.response or () if each["type"] == "searchResEntry"]
            controls = result.get("controls") or {}
            cookie = controls.get("1.2.840.113556.1.4.319", {}).get("value", {}).get("cookie")
            if not cookie:
                return out


def _filled(group: Group, entries: Iterable[tuple[str, Entry]]) -> Group:
    """With the addresses of `entries` as members; entries that are meant to have one and have none stand apart."""
    members, bad = [], []
    for _, entry in entries:
        address = ldap_attributes.primary(entry)
        if address is not None:
            members.append(address)
        elif text := ldap_attributes.unreadable(entry):
            bad.append(text)
    if not members and not bad:
        return group
    return dataclasses.replace(group, members=tuple(members), bad_members=tuple(bad[:MAX_BAD]))


def _entry(found: Mapping[str, Any]) -> tuple[str, Entry]:
    values = {
        name.lower(): [octets.decode("utf-8", "replace") for octets in listed]
        for name, listed in found["raw_attributes"].items()
    }
    return found["dn"], values
