"""What must be true of one receive or send connector alone (spec F1, F5)."""

from __future__ import annotations

import ipaddress

from saywhy.config import field_rules as fields
from saywhy.config import report_rules
from saywhy.config.hosts import have_ports, is_smart_host, is_unix_socket
from saywhy.config.report_rules import Found
from saywhy.config.words import shown
from saywhy.model import foreign
from saywhy.model.organisation import ReceiveConnector, SendConnector, SendProtocol, TlsAuthLevel

NO_DNS = ("address_spaces", "there is no MX for addresses that are no mail addresses")
MECHANISMS = ("PLAIN", "LOGIN")
MAX_KEY_BITS = 16384  # OpenSSL reads no longer RSA keys


def receive_connector(item: ReceiveConnector) -> Found:
    if not item.listeners:
        yield "listeners", "the connector has none", "name at least one listener of the server"
    if not item.remote_ranges:
        yield "remote_ranges", "the connector takes no client", 'write ["0.0.0.0/0", "::/0"] for all'
    yield from fields.all_networks("remote_ranges", item.remote_ranges)
    yield from fields.all_networks("relay_ranges", item.relay_ranges)
    for network in fields.networks(item.relay_ranges):
        if network.prefixlen == 0:
            yield "relay_ranges", f"{network} lets everybody relay through this server", "name your own networks"
    for mechanism in item.auth:
        if mechanism not in MECHANISMS:
            yield "auth", f"{shown(mechanism)} is not a mechanism of ours", f"write {' or '.join(MECHANISMS)}"
    if item.require_auth and not item.auth:
        yield "require_auth", "a sign-in is required, but auth offers none", 'add auth = ["PLAIN", "LOGIN"]'
    for zone in item.block_lists:
        yield from fields.host("block_lists", zone)
    yield from fields.host("fqdn", item.fqdn)
    yield from fields.positive(item, "max_message_size", "max_recipients", "max_hops", "max_connections")
    yield from fields.positive(item, "connection_timeout", "inactivity_timeout")


def send_connector(item: SendConnector) -> Found:
    if not item.address_spaces:
        yield "address_spaces", "the connector takes no domain", 'write ["*"] for all'
    yield from _spaces(item)
    for host in item.smart_hosts:
        if not (is_smart_host(host) or (item.protocol is SendProtocol.LMTP and is_unix_socket(host))):
            yield (
                "smart_hosts",
                f"{shown(host)} is not a host",
                "write relay.example.org, [192.0.2.1] or either :port",
            )
    if not 1 <= item.port <= 65535:
        yield "port", f"{item.port} is not a port", "write 1 to 65535"
    yield from _tls(item)
    if item.protocol is SendProtocol.LMTP:
        yield from _lmtp(item)
    yield from _program(item)
    yield from fields.media_types("media_types", item.media_types)
    if bool(item.user) != bool(item.password):
        yield "user", "user and password go together", "give both, or neither"
    elif item.user and not item.smart_hosts:
        yield "user", "there is no smart host to sign in at", "name smart_hosts"
    yield from _scope(item)
    if item.require_esmtp and item.force_helo:
        yield "require_esmtp", "ESMTP is demanded and never spoken", "set one of require_esmtp and force_helo"
    yield from fields.host("fqdn", item.fqdn)
    yield from _source(item.source_ip)
    yield from fields.all_networks("networks", item.networks)
    yield from fields.positive(item, "max_connections_per_destination", "max_messages_per_connection")


def _spaces(item: SendConnector) -> Found:
    for space in item.address_spaces:
        if ":" not in space:
            yield from report_rules.address_space("address_spaces", space)
        elif not foreign.is_space(space):
            yield "address_spaces", f"{shown(space)} is not an address space", "write it as FAX:* or FAX:+44*"
        elif item.protocol is not SendProtocol.PROGRAM and not item.smart_hosts:
            yield *NO_DNS, "name smart_hosts or a program, or take such addresses out"


def _program(item: SendConnector) -> Found:
    if (item.protocol is SendProtocol.PROGRAM) is not bool(item.program):
        yield "program", "protocol and program go together", 'write protocol = "program" and program = ["/path"]'
    if item.program and not item.program[0].startswith("/"):
        yield "program", f"{shown(item.program[0])} is not a whole path", "write it from / on"
    for argument in item.program:
        if "\0" in argument:
            yield "program", f"{shown(argument)} cannot be an argument", "leave the NUL out"
    if item.program and item.smart_hosts:
        yield "program", "its mail goes to smart_hosts already", "give one of program and smart_hosts"
    yield from fields.positive(item, "program_timeout")


def _scope(item: SendConnector) -> Found:
    for server in item.servers:
        yield from fields.host("servers", server)
    if item.scoped and not item.servers:
        yield "scoped", "it is for some servers only, and none is named", "name them in servers"


def _tls(item: SendConnector) -> Found:
    if item.require_tls and item.ignore_starttls:
        yield "require_tls", "TLS is required and ignored at once", "set one of require_tls and ignore_starttls"
    if item.tls_auth_level is not TlsAuthLevel.ENCRYPTION and item.ignore_starttls:
        yield "tls_auth_level", "a certificate is asked for and TLS is ignored", "leave out ignore_starttls"
    if item.min_key_bits and item.ignore_starttls:
        yield "min_key_bits", "a certificate is judged and TLS is ignored", "leave out ignore_starttls"
    if item.min_key_bits > MAX_KEY_BITS:
        yield "min_key_bits", f"no key has {item.min_key_bits} bits", f"write {MAX_KEY_BITS} at most, such as 2048"
    yield from fields.host("tls_domain", item.tls_domain)


def _lmtp(item: SendConnector) -> Found:
    if not item.smart_hosts:
        yield "protocol", "LMTP goes to a server of mailboxes, never by MX", "name it in smart_hosts"
    elif item.port == 25 and not have_ports(item.smart_hosts):
        yield "protocol", "LMTP must not use port 25 (RFC 2033 section 5)", "set port, to 24 for instance"


def _source(text: str) -> Found:
    try:
        ipaddress.ip_address(text or "::")
    except ValueError:
        yield "source_ip", f"{shown(text)} is not an IP address", "write an address of this host"
