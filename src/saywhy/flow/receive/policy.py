"""What a session may do: pure decisions on MAIL, RCPT and content, in the order of spec F2."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.flow.receive import filters, refusals
from saywhy.flow.receive.connectors import longest_match
from saywhy.flow.receive.services import Lookup
from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.model.organisation import DomainType, Organisation, ReceiveConnector, User
from saywhy.model.queued import Headline
from saywhy.wire.header import received_lines

_ROUTING = frozenset("%!@")  # user%host@us, host!user@us, "user@host"@us: routes hidden in a local part


@dataclass(frozen=True, slots=True)
class Client:
    """Who speaks: known after EHLO, STARTTLS and AUTH."""

    ip: str
    user: User | None = None
    encrypted: bool = False


def may_relay(connector: ReceiveConnector, client: Client) -> bool:
    """Signed in, or on a network that the connector lists."""
    return client.user is not None or longest_match(connector.relay_ranges, client.ip) is not None


def check_sender(
    connector: ReceiveConnector, client: Client, tls_offered: bool, sender: Address | None
) -> Failure | None:
    """Why this MAIL FROM is refused, or None.  Anybody may use the null reverse-path (MDNs do, RFC 8098)."""
    if connector.require_auth and client.user is None:
        if tls_offered and not client.encrypted:
            return refusals.tls_first(connector.name)
        return refusals.sign_in_first(connector.name)
    if client.user is not None and sender is not None:
        key = sender.key
        if all(own.key != key for own in client.user.addresses):
            return refusals.sender_not_own(connector.name, client.user.name)
    return None


def check_recipient(
    organisation: Organisation, connector: ReceiveConnector, client: Client, lookup: Lookup, address: Address
) -> Failure | None:
    """Why this RCPT TO is refused, or None: relay first, then whether the recipient exists."""
    relay = may_relay(connector, client)
    domain = organisation.domains.get(address.domain_key)
    reserved = (
        filters.check_recipient_domain(organisation.transport, connector, address) if domain is None else None
    )
    if reserved is not None and relay:
        return reserved
    if domain is None:
        return None if relay else refusals.unable_to_relay(connector.name, str(address))
    unknown = None
    if domain.type is not DomainType.EXTERNAL_RELAY and (connector.recipient_lookup or not relay):
        unknown = lookup(address, internal=client.user is not None)
    if not relay and not _ROUTING.isdisjoint(address.local):
        exists = domain.type is DomainType.AUTHORITATIVE and unknown is None
        if not exists:
            return refusals.unable_to_relay(connector.name, str(address))
    if unknown is not None and connector.recipient_lookup:
        return unknown.failure
    return None


def check_headline(connector: ReceiveConnector, headline: Headline) -> Failure | None:
    """Why a message that is complete is refused, or None."""
    if headline.hops > connector.max_hops:
        return refusals.too_many_hops(connector.name, headline.hops, connector.max_hops)
    return None


def check_local_hops(connector: ReceiveConnector, hostname: str, content: bytes) -> Failure | None:
    """A message that comes back to this server again and again waits, for somebody to break the circle."""
    by = f" by {hostname.lower()} "
    observed = sum(by in f"{line.lower()} " for line in received_lines(content))
    limit = connector.max_local_hops
    return refusals.local_loop(connector.name, observed, limit) if observed > limit else None
