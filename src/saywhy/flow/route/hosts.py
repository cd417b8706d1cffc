"""Which addresses to try for a next hop, in order: RFC 5321 section 5, RFC 7505, spec F5 with errata 3 and 60.

MX hosts by preference, equals shuffled, all addresses of each in the resolver's order.  Ourselves in the list cut
off that preference and all above.  The implicit MX holds only where the domain has no MX at all.  What cannot be
reached is this stage's Failure, raised as Refused; whether it is final is in the Failure.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from saywhy.flow.route import failures, smarthost
from saywhy.flow.route.reach import Reach, Reachability
from saywhy.flow.stages import CurrentOrganisation, Host
from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.model.address import domain_key, literal_ip
from saywhy.model.clock import Clock
from saywhy.model.failure import Refused
from saywhy.model.organisation import SendConnector
from saywhy.model.queued import HopKind, NextHop

MAX_TARGETS = 20  # MX or smart hosts looked up for one attempt
MAX_HOSTS = 20  # addresses tried in one attempt; RFC 5321 section 5.1 allows a limit, of two at least


class Resolver(Protocol):
    """What is asked of the DNS (infra/net/dns is one); raises infra.errors.DnsError."""

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        """Preference and target of each MX; an empty target is the root, `.` (RFC 7505)."""
        ...

    async def addresses(self, name: str) -> list[str]:
        """A and AAAA, in the order to try."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """A name with the addresses that were found for it, or the trouble that was met instead."""

    name: str
    preference: int
    port: int
    addresses: tuple[str, ...] = ()
    trouble: DnsError | None = None

    def hosts(self) -> list[Host]:
        return [Host(self.name, ip, self.port, self.preference) for ip in self.addresses]

    @property
    def fact(self) -> str:
        if self.trouble is not None:
            return failures.dns_fact(self.trouble)
        return f"{self.name}: {', '.join(self.addresses) or 'no address'}"


@dataclass(frozen=True, slots=True)
class SortedOut:
    """`usable` addresses in order; those `refused`, with the reason; the targets that were `eligible` at all."""

    usable: list[Host]
    refused: tuple[str, ...]
    eligible: list[Target]


class HostFinder:
    """Implements stages.FindHosts.

    `own_names` and `own_addresses` are what this server is known by; `shuffle` mixes a list in place.
    """

    def __init__(
        self,
        resolver: Resolver,
        organisation: CurrentOrganisation,
        own_names: Collection[str],
        own_addresses: Collection[str],
        clock: Clock,
        shuffle: Callable[[list[Any]], None] = random.shuffle,
    ) -> None:
        self._resolver = resolver
        self._organisation = organisation
        self._own_names = frozenset(_host_key(name) for name in own_names)
        self._reach = Reachability(own_addresses)
        self._clock = clock
        self._shuffle = shuffle

    async def __call__(self, hop: NextHop) -> list[Host]:
        connector = self._organisation().send_connectors.get(hop.connector.lower())
        if connector is None or not connector.enabled:
            raise Refused(failures.connector_gone(hop, self._clock.now()))
        if hop.kind is HopKind.SMART_HOST:
            return await self._smart_hosts(hop, connector)
        if hop.domain.endswith(":"):  # the type of an address that is none of mail
            raise Refused(failures.not_over_dns(hop, self._clock.now()))
        literal = literal_ip(hop.domain)
        if literal is not None:
            return self._literal(hop, str(literal), connector)
        return await self._mail_exchangers(hop, connector)

    def _literal(self, hop: NextHop, ip: str, connector: SendConnector) -> list[Host]:
        sorted_out = self._sort_out([Target(hop.domain, 0, connector.port, (ip,))], connector)
        if not sorted_out.usable:
            raise self._loop(hop, "", sorted_out.refused)
        return sorted_out.usable

    # -- by MX --

    async def _mail_exchangers(self, hop: NextHop, connector: SendConnector) -> list[Host]:
        records = await self._mx(hop)
        if records == [(0, "")]:
            raise Refused(failures.null_mx(hop, self._clock.now()))
        named = self._before_ourselves(records)
        if not named:
            raise self._loop(hop, _mx_fact(hop, records), ())
        targets = await self._look_up([(preference, name, connector.port) for preference, name in named])
        sorted_out = self._sort_out(targets, connector)
        if sorted_out.usable:
            return sorted_out.usable
        now = self._clock.now()
        facts = failures.facts([_mx_fact(hop, records), *(target.fact for target in targets)])
        if any(target.trouble is not None and target.trouble.transient for target in sorted_out.eligible):
            raise Refused(failures.dns_unavailable(hop, facts, now))
        if sorted_out.refused:
            raise self._loop(hop, facts, sorted_out.refused)
        if all(target.trouble is not None and target.trouble.problem is DnsProblem.NXDOMAIN for target in targets):
            raise Refused(failures.mail_host_unknown(hop, facts, now))
        raise Refused(failures.no_mail_host(hop, facts, now))

    async def _mx(self, hop: NextHop) -> list[tuple[int, str]]:
        """The MX records; the domain itself where it has none (implicit MX, preference 0)."""
        try:
            records = await self._resolver.mx(hop.domain)
        except DnsError as error:
            if error.problem is DnsProblem.NODATA:
                records = []
            elif error.problem is DnsProblem.NXDOMAIN:
                status = self._organisation().transport.nxdomain_status
                now = self._clock.now()
                raise Refused(failures.no_such_domain(hop, status, failures.dns_fact(error), now)) from None
            else:
                fact = failures.dns_fact(error)
                refused = error.problem is DnsProblem.REFUSED
                raise Refused(failures.dns_unavailable(hop, fact, self._clock.now(), refused=refused)) from None
        return list(records) or [(0, hop.domain)]

    def _before_ourselves(self, records: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Best first, equals shuffled, each name once; those preferred to our own names."""
        mixed = [(preference, _host_key(name)) for preference, name in records]
        self._shuffle(mixed)
        mixed.sort(key=lambda record: record[0])
        cut = min((preference for preference, name in mixed if name in self._own_names), default=None)
        best: dict[str, int] = {}
        for preference, name in mixed:
            if cut is None or preference < cut:
                best.setdefault(name, preference)
        return [(preference, name) for name, preference in best.items()][:MAX_TARGETS]

    # -- by smart host --

    async def _smart_hosts(self, hop: NextHop, connector: SendConnector) -> list[Host]:
        wanted, bad = [], []
        for place, entry in enumerate(smarthost.entries(hop.domain)[:MAX_TARGETS]):
            try:
                wanted.append((place, smarthost.parse(entry)))
            except smarthost.BadSmartHost as error:
                bad.append(str(error))
        targets = await self._resolve_smart_hosts(wanted, connector.port)
        sorted_out = self._sort_out(targets, connector)
        if sorted_out.usable:
            return sorted_out.usable
        now = self._clock.now()
        facts = failures.facts([*bad, *(target.fact for target in targets)])
        if sorted_out.refused and not any(target.trouble for target in targets):
            raise self._loop(hop, facts, sorted_out.refused)
        raise Refused(failures.smart_host(hop, "Unresolved" if targets else "BadLiteral", facts, now))

    async def _resolve_smart_hosts(self, wanted: list[tuple[int, smarthost.SmartHost]], port: int) -> list[Target]:
        known = [Target(entry.name, place, entry.port or port, (entry.ip,)) for place, entry in wanted if entry.ip]
        names = [(place, entry.name, entry.port or port) for place, entry in wanted if not entry.ip]
        return sorted([*known, *await self._look_up(names)], key=lambda target: target.preference)

    # -- both --

    def _loop(self, hop: NextHop, facts: str, hosts: tuple[str, ...]) -> Refused:
        ours = hop.domain in self._organisation().domains
        return Refused(failures.loops_back(hop, facts, hosts, self._clock.now(), ours=ours))

    async def _look_up(self, names: list[tuple[int, str, int]]) -> list[Target]:
        """Preference, name and port of each -> the same with addresses, in the same order."""
        if len(names) < 2:  # nearly always; a task for each would cost more than the answer in the cache
            return [await self._target(*name) for name in names]
        return list(await asyncio.gather(*(self._target(*name) for name in names)))

    async def _target(self, preference: int, name: str, port: int) -> Target:
        if not name:  # `.` beside other MX records: published by mistake, no host
            return Target(".", preference, port)
        try:
            return Target(name, preference, port, tuple(await self._resolver.addresses(name)))
        except DnsError as error:
            return Target(name, preference, port, trouble=error)

    def _sort_out(self, targets: list[Target], connector: SendConnector) -> SortedOut:
        """Which addresses mail may be sent to.  An MX that is ourselves cuts off itself and what comes after."""
        usable: dict[tuple[str, int], Host] = {}
        refused: list[str] = []
        cut: int | None = None
        for host in (host for target in targets for host in target.hosts()):
            reach = self._reach.of(host.ip, connector.networks)
            if reach is Reach.OPEN:
                usable.setdefault((host.ip, host.port), host)
                continue
            refused.append(f"{host.name} [{host.ip}]:{host.port}: {reach.value}")
            if reach is Reach.OURSELVES and cut is None and not connector.smart_hosts:
                cut = host.preference
        return SortedOut(
            [host for host in usable.values() if cut is None or host.preference < cut][:MAX_HOSTS],
            tuple(refused[:MAX_HOSTS]),
            [target for target in targets if cut is None or target.preference < cut],
        )


def _host_key(name: str) -> str:
    return domain_key(name).rstrip(".")


def _mx_fact(hop: NextHop, records: list[tuple[int, str]]) -> str:
    listed = ", ".join(f"{preference} {name or '.'}" for preference, name in sorted(records)[:MAX_TARGETS])
    return f"MX {hop.domain}: {listed}"
