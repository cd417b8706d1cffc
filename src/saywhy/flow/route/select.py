"""Which queue a resolved recipient joins: connector selection of spec F5 in the order of spec A6.3.  No IO.

The most specific address space (model/address_space) wins, then the lowest cost, then the name.  A connector that
the message is too large for is passed over, so that a wider space may still take it.  Between two servers of ours
the way is the connector whose address space covers the other's host name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from saywhy.flow.route import failures
from saywhy.flow.stages import CurrentOrganisation, Resolved
from saywhy.model import address_space, foreign
from saywhy.model.address import domain_key
from saywhy.model.moderation import is_ticket
from saywhy.model.organisation import Organisation, SendConnector, UnreachableAction
from saywhy.model.outcome import Failed
from saywhy.model.queued import HopKind, NextHop

MAILBOX = NextHop(HopKind.MAILBOX)
ARBITRATION = NextHop(HopKind.ARBITRATION)


class RouteSelector:
    """Implements stages.SelectRoute."""

    def __init__(self, organisation: CurrentOrganisation, hostname: str = "") -> None:
        self._organisation = organisation
        self._hostname = domain_key(hostname)
        self._seen: Organisation | None = None
        self._by_space: Mapping[str, tuple[SendConnector, ...]] = {}
        self._closed: Mapping[str, tuple[SendConnector, ...]] = {}

    def __call__(self, resolved: Resolved, size: int) -> NextHop | Failed:
        if resolved.mailbox:
            return MAILBOX
        if resolved.server:
            return self._to_server(resolved.server, size)
        if resolved.foreign:
            return self._foreign(resolved.foreign, size)
        domain = resolved.address.domain_key
        if is_ticket(resolved.address) and domain in self._organisation().domains:
            return ARBITRATION
        if domain == self._hostname and domain in self._organisation().domains:
            return Failed(failures.domain_is_server(domain))
        covering = list(self._covering(domain))
        if not covering:
            return self._unreachable(domain)
        return self._hop_of(_fitting(covering, size), domain, size)

    def _hop_of(self, connector: SendConnector | Failed, domain: str, size: int) -> NextHop | Failed:
        """By way of another server of ours, where the connector is that one's."""
        if isinstance(connector, Failed):
            return connector
        if not self._is_here(connector):
            return self._to_server(self._users(connector)[0], size)
        if not (connector.smart_hosts or connector.program or connector.dns_routing):
            return NextHop(HopKind.UNREACHABLE, domain, connector.name)
        return _hop(connector, domain)

    def _foreign(self, address: str, size: int) -> NextHop | Failed:
        """No connector for it is a failure (spec F5); a closed one is waited for."""
        key, type_ = foreign.key(address), foreign.type_of(address)
        spaces = self._foreign_spaces(self._index(), key)
        if spaces:
            return self._hop_of(_fitting(spaces, size), f"{type_}:", size)
        closed = self._foreign_spaces(self._closed, key)
        if closed:
            return NextHop(HopKind.UNREACHABLE, f"{type_}:", closed[0].name)
        return Failed(failures.no_connector_for(type_))

    def _foreign_spaces(self, index: Mapping[str, tuple[SendConnector, ...]], key: str) -> list[SendConnector]:
        """The connectors that cover an address of another kind, the longest space first."""
        found = sorted((space for space in index if ":" in space and foreign.covers(space, key)), key=len)
        return [connector for space in reversed(found) for connector in index[space]]

    def _to_server(self, server: str, size: int) -> NextHop | Failed:
        """The way to another server of ours: no look-up of MX, and never by the connector for everything."""
        covering = [each for each in self._covering(server, general=False) if self._is_here(each)]
        if not covering:
            if self._organisation().transport.unreachable_action is UnreachableAction.REJECT:
                return Failed(failures.no_path(server))
            return NextHop(HopKind.UNREACHABLE, server)
        connector = _fitting(covering, size)
        if isinstance(connector, Failed):
            return connector
        return NextHop(HopKind.SMART_HOST, ",".join(connector.smart_hosts) or server, connector.name)

    def _covering(self, domain: str, *, general: bool = True) -> Iterator[SendConnector]:
        """The enabled connectors that cover `domain`, best first; `general`: those for everything, too."""
        index = self._index()
        for space in address_space.covering(domain):
            if general or space != address_space.EVERYTHING:
                yield from index.get(space, ())

    def _closed_for(self, domain: str) -> SendConnector | None:
        """The connector that would take the domain's mail if it were enabled."""
        self._index()
        found = (self._closed.get(space, ()) for space in address_space.covering(domain))
        return next((each[0] for each in found if each), None)

    def _index(self) -> Mapping[str, tuple[SendConnector, ...]]:
        organisation = self._organisation()
        if organisation is not self._seen:
            self._seen = organisation
            self._by_space = connectors_by_space(organisation, self._is_open)
            self._closed = connectors_by_space(organisation, lambda each: not self._is_open(each))
        return self._by_space

    def _is_open(self, connector: SendConnector) -> bool:
        """Enabled, and in scope: this server uses it, or sends to one that does."""
        if not connector.enabled:
            return False
        return self._is_here(connector) or (not connector.scoped and bool(self._users(connector)))

    def _is_here(self, connector: SendConnector) -> bool:
        return not connector.servers or self._hostname in map(domain_key, connector.servers)

    def _users(self, connector: SendConnector) -> list[str]:
        """The servers that use it, as far as we know them."""
        known = self._organisation().servers
        return [key for key in map(domain_key, connector.servers) if key in known]

    def _unreachable(self, domain: str) -> NextHop | Failed:
        if self._organisation().transport.unreachable_action is UnreachableAction.REJECT:
            return Failed(failures.no_connector(domain))
        closed = self._closed_for(domain)
        return NextHop(HopKind.UNREACHABLE, domain, closed.name if closed is not None else "")


def connectors_by_space(
    organisation: Organisation, wanted: Callable[[SendConnector], bool]
) -> dict[str, tuple[SendConnector, ...]]:
    """Address space key -> those of its connectors that are `wanted`, by cost and name."""
    found: dict[str, list[SendConnector]] = defaultdict(list)
    for connector in organisation.send_connectors.values():
        if wanted(connector):
            for space in {_key(each) for each in connector.address_spaces}:
                found[space].append(connector)
    return {space: tuple(sorted(each, key=_rank)) for space, each in found.items()}


def _key(space: str) -> str:
    return foreign.key(space) if ":" in space else address_space.key(space)


def _fitting(covering: Sequence[SendConnector], size: int) -> SendConnector | Failed:
    """The first that takes a message so large."""
    for connector in covering:
        if not connector.max_message_size or size <= connector.max_message_size:
            return connector
    widest = max(covering, key=lambda each: each.max_message_size)
    return Failed(failures.too_large(widest.name, size, widest.max_message_size))


def _rank(connector: SendConnector) -> tuple[int, str]:
    return connector.cost, connector.name.lower()


def _hop(connector: SendConnector, domain: str) -> NextHop:
    if connector.program:
        return NextHop(HopKind.PROGRAM, "", connector.name)
    if connector.smart_hosts:
        return NextHop(HopKind.SMART_HOST, ",".join(connector.smart_hosts), connector.name)
    return NextHop(HopKind.DNS, domain, connector.name)
