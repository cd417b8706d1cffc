"""What a receive connector offers in EHLO, and the limits that the protocol engine keeps for it (spec F1)."""

from __future__ import annotations

from saywhy.model.organisation import ReceiveConnector
from saywhy.wire.smtp.server import Limits, Offer


def offer(connector: ReceiveConnector, fqdn: str, *, starttls: bool, encrypted: bool) -> Offer:
    """Sign-in only over TLS, STARTTLS only before it."""
    return Offer(
        fqdn=fqdn,
        size=connector.max_message_size,
        pipelining=connector.pipelining,
        dsn=connector.dsn,
        deliverby=connector.deliver_by,
        min_by=connector.min_deliver_by,
        eightbitmime=connector.eightbitmime,
        smtputf8=connector.smtputf8,
        chunking=connector.chunking,
        starttls=starttls and not encrypted,
        auth=connector.auth if encrypted else (),
    )


def limits(connector: ReceiveConnector) -> Limits:
    return Limits(
        max_message_size=connector.max_message_size,
        max_header_size=connector.max_header_size,
        max_errors=connector.max_protocol_errors,
        require_ehlo_domain=connector.require_ehlo_domain,
    )
