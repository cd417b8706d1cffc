"""What an organisation refuses to take whoever it is for or from: lists, reserved names, attachments (spec F2).

Pure, and nearly free where nothing is set.  What has to ask the DNS is in asking.py.
"""

from __future__ import annotations

import fnmatch

from saywhy.flow.receive import refusals
from saywhy.flow.receive.connectors import longest_match
from saywhy.model.address import Address, domain_key
from saywhy.model.failure import Failure
from saywhy.model.organisation import ConnectorState, Organisation, ReceiveConnector, TransportConfig
from saywhy.wire import mime

RESERVED_TLDS = frozenset({"test", "example", "invalid", "localhost"})  # RFC 2606 section 2
RESERVED_DOMAINS = frozenset({"example.com", "example.net", "example.org"})  # RFC 2606 section 3
MANY_PARTS = mime.Bounds(parts=2000)


def check_client(organisation: Organisation, connector: ReceiveConnector, ip: str) -> Failure | None:
    """Why this client is not even greeted."""
    if connector.state is not ConnectorState.ACTIVE:
        return refusals.not_active(connector.name, closed=connector.state is ConnectorState.CLOSED)
    blocked = organisation.transport.blocked_clients
    if blocked and longest_match(blocked, ip) is not None:
        return refusals.client_listed(connector.name, "blocked_clients", ip)
    return None


def check_sender(
    organisation: Organisation, connector: ReceiveConnector, sender: Address, *, known: bool
) -> Failure | None:
    """Why nobody may send under this address here; `known`: the client signed in or is on a network of ours."""
    config = organisation.transport
    if config.blocked_senders and listed(sender, config.blocked_senders):
        return refusals.sender_blocked(connector.name, str(sender))
    if config.restricted_senders and sender.key in {address.key for address in config.restricted_senders}:
        return refusals.sender_restricted(connector.name, str(sender))
    if not connector.own_domain_senders and not known and sender.domain_key in organisation.domains:
        return refusals.sender_domain_forged(connector.name, str(sender))
    return None


def check_recipient_domain(
    config: TransportConfig, connector: ReceiveConnector, address: Address
) -> Failure | None:
    """Reserved names that can only be a mistake (2013 and later: spec 5.1.4 c, 5.1.5 b, 5.1.6 c)."""
    domain = address.domain_key
    if config.reject_single_labels and "." not in domain and not domain.startswith("["):
        return refusals.reserved_domain(connector.name, "5.1.6", domain)
    if config.reject_reserved_tlds and domain.rpartition(".")[2] in RESERVED_TLDS:
        return refusals.reserved_domain(connector.name, "5.1.4", domain)
    if config.reject_reserved_domains and ".".join(domain.split(".")[-2:]) in RESERVED_DOMAINS:
        return refusals.reserved_domain(connector.name, "5.1.5", domain)
    return None


def check_attachments(config: TransportConfig, connector: ReceiveConnector, content: bytes) -> Failure | None:
    """How many attachments there are, and what they are called (spec 5.6.3, 5.7.1 h)."""
    limit, names = config.max_attachments, config.blocked_attachments
    if not names and (not limit or content.count(b"\n--") <= limit):  # each part begins with a boundary
        return None
    count = 0
    for part in mime.read(content, MANY_PARTS).walk():
        disposition = part.get("Content-Disposition")
        name = mime.parameters(disposition).get("filename", "") or part.parameters.get("name", "")
        count += bool(name) or disposition.lower().startswith("attachment") or part.type == "message/rfc822"
        if name and any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in names):
            return refusals.attachment_blocked(connector.name, name)
    return refusals.too_many_attachments(connector.name, count, limit) if limit and count > limit else None


def listed(sender: Address, entries: tuple[str, ...]) -> bool:
    domain = sender.domain_key
    for entry in entries:
        if "@" in entry:
            if entry.lower() == sender.key.lower():
                return True
        elif entry.startswith("*."):
            if domain.endswith(domain_key(entry[1:])):
                return True
        elif domain == domain_key(entry):
            return True
    return False
