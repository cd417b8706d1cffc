"""Connector selection: spec F5 in the order of A6.3."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.route.select import RouteSelector
from saywhy.flow.stages import Resolved
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.organisation import (
    AcceptedDomain,
    DomainType,
    Organisation,
    SendConnector,
    Server,
    TransportConfig,
    UnreachableAction,
)
from saywhy.model.outcome import Failed
from saywhy.model.queued import HopKind, NextHop
from saywhy.model.status import Status


def organisation(*connectors: SendConnector, reject: bool = False) -> Organisation:
    action = UnreachableAction.REJECT if reject else UnreachableAction.QUEUE
    return Organisation(
        send_connectors={each.name.lower(): each for each in connectors},
        transport=TransportConfig(unreachable_action=action),
    )


def to(address: str, mailbox: str = "") -> Resolved:
    parsed = Address.parse(address)
    return Resolved(Recipient(parsed), parsed, mailbox=mailbox)


def route(address: str, *connectors: SendConnector, size: int = 1000, reject: bool = False) -> NextHop | Failed:
    snapshot = organisation(*connectors, reject=reject)
    return RouteSelector(lambda: snapshot)(to(address), size)


def connector_for(address: str, *connectors: SendConnector, size: int = 1000) -> str:
    hop = route(address, *connectors, size=size)
    assert isinstance(hop, NextHop)
    return hop.connector


ANY = SendConnector("Any")
SUB = SendConnector("Sub", address_spaces=("*.example",))
ONE = SendConnector("One", address_spaces=("partner.example",))


def test_mail_for_a_mailbox_goes_to_the_mailbox_queue_whatever_the_connectors() -> None:
    snapshot = organisation()
    assert RouteSelector(lambda: snapshot)(to("a@b.example", "a"), 10**9) == NextHop(HopKind.MAILBOX)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("x@partner.example", "One"),
        ("x@PARTNER.Example", "One"),
        ("x@deep.partner.example", "Sub"),
        ("x@other.example", "Sub"),
        ("x@example", "Any"),
        ("x@notexample", "Any"),
        ("x@dest.test", "Any"),
        ("x@[192.0.2.1]", "Any"),
    ],
)
def test_the_most_specific_address_space_wins(address: str, expected: str) -> None:
    assert connector_for(address, ANY, SUB, ONE) == expected


def test_a_deeper_wildcard_is_more_specific() -> None:
    deep = SendConnector("Deep", address_spaces=("*.partner.example",), cost=50)
    assert connector_for("x@a.b.partner.example", ANY, SUB, deep) == "Deep"


def test_an_address_space_in_unicode_covers_the_domain_as_a_labels() -> None:
    umlaut = SendConnector("Umlaut", address_spaces=("BÜCHER.example",))
    assert connector_for("x@xn--bcher-kva.example", ANY, umlaut) == "Umlaut"


def test_equally_specific_spaces_are_decided_by_cost_and_then_by_name() -> None:
    cheap = SendConnector("Zed", cost=1)
    dear = SendConnector("Alpha", cost=5)
    twin = SendConnector("yankee", cost=1)
    assert connector_for("x@dest.test", dear, cheap) == "Zed"
    assert connector_for("x@dest.test", dear, cheap, twin) == "yankee"


def test_a_disabled_connector_covers_nothing() -> None:
    assert connector_for("x@partner.example", ANY, replace(ONE, enabled=False)) == "Any"


def test_a_connector_with_too_small_a_limit_leaves_the_message_to_a_wider_space() -> None:
    small = replace(ONE, max_message_size=100)
    assert connector_for("x@partner.example", ANY, small, size=100) == "One"
    assert connector_for("x@partner.example", ANY, small, size=101) == "Any"


def test_no_limit_is_no_limit() -> None:
    assert connector_for("x@dest.test", replace(ANY, max_message_size=0), size=10**12) == "Any"


def test_a_message_too_large_for_every_connector_fails_with_size_and_limit() -> None:
    result = route(
        "x@partner.example",
        replace(ANY, max_message_size=500),
        replace(ONE, max_message_size=100),
        size=501,
    )
    assert isinstance(result, Failed)
    failure = result.failure
    assert failure.status == Status(5, 3, 4)
    assert failure.cause == "message-too-large"
    assert (failure.evidence.observed, failure.evidence.limit) == (501, 500)
    assert failure.evidence.connector == "Any"


def test_mail_that_no_connector_covers_waits_in_the_unreachable_queue() -> None:
    assert route("x@dest.test", ONE) == NextHop(HopKind.UNREACHABLE, "dest.test")


def test_mail_that_no_connector_covers_fails_with_5_0_0_where_so_set() -> None:
    result = route("x@dest.test", ONE, reject=True)
    assert isinstance(result, Failed)
    assert result.failure.line() == "550 5.0.0 ROUTING.NoConnector; no address space matches dest.test"
    assert result.failure.cause == "no-route"
    assert result.failure.permanent


def test_no_route_is_said_before_too_large() -> None:
    result = route("x@dest.test", replace(ONE, max_message_size=1), size=10**9, reject=True)
    assert isinstance(result, Failed)
    assert result.failure.cause == "no-route"


def test_mx_routing_queues_by_domain_and_smart_hosts_by_their_list() -> None:
    smart = SendConnector("Smart", smart_hosts=("relay.example", "[192.0.2.9]:2525"))
    assert route("x@Dest.Test", ANY) == NextHop(HopKind.DNS, "dest.test", "Any")
    assert route("x@[192.0.2.1]", ANY) == NextHop(HopKind.DNS, "[192.0.2.1]", "Any")
    assert route("x@dest.test", smart) == NextHop(HopKind.SMART_HOST, "relay.example,[192.0.2.9]:2525", "Smart")


def test_a_new_revision_is_followed_at_once() -> None:
    current = organisation(ANY)
    select = RouteSelector(lambda: current)
    assert select(to("x@partner.example"), 1) == NextHop(HopKind.DNS, "partner.example", "Any")
    current = organisation(ANY, ONE)
    assert select(to("x@partner.example"), 1) == NextHop(HopKind.DNS, "partner.example", "One")


def test_a_closed_connector_is_named_where_it_alone_would_take_the_mail() -> None:
    closed = SendConnector("Closed", enabled=False)
    assert route("bob@partner.example", closed) == NextHop(HopKind.UNREACHABLE, "partner.example", "Closed")
    assert connector_for("bob@partner.example", closed, SendConnector("Open")) == "Open"


def test_a_connector_without_hosts_and_without_the_dns_leads_nowhere() -> None:
    hop = route("bob@partner.example", SendConnector("X", dns_routing=False))
    assert hop == NextHop(HopKind.UNREACHABLE, "partner.example", "X")


def test_a_relay_domain_with_the_name_of_this_server_is_5_4_8() -> None:
    name = "mail.worcester.example"
    domain = AcceptedDomain(name, DomainType.INTERNAL_RELAY)
    snapshot = replace(organisation(SendConnector("X")), domains={name: domain})
    outcome = RouteSelector(lambda: snapshot, name)(to(f"ann@{name}"), 1)
    assert isinstance(outcome, Failed)
    assert outcome.failure.line() == f"550 5.4.8 ROUTING.DomainIsServer; {name}"


# -- to another server of ours --

HUB = SendConnector("Hub", address_spaces=("mx2.corp.example",))
HUBS = SendConnector("Hubs", address_spaces=("*.corp.example",), smart_hosts=("[192.0.2.9]",), cost=1)


def to_server(*connectors: SendConnector, size: int = 1000, reject: bool = False) -> NextHop | Failed:
    snapshot = organisation(*connectors, reject=reject)
    resolved = replace(to("ann@corp.example"), server="mx2.corp.example")
    return RouteSelector(lambda: snapshot)(resolved, size)


def test_the_way_to_a_server_is_the_connector_that_covers_its_name_and_no_mx_is_asked_for() -> None:
    assert to_server(ANY, HUBS, HUB) == NextHop(HopKind.SMART_HOST, "mx2.corp.example", "Hub")
    assert to_server(ANY, HUBS) == NextHop(HopKind.SMART_HOST, "[192.0.2.9]", "Hubs")
    assert to_server(HUBS, replace(HUB, max_message_size=10)) == NextHop(HopKind.SMART_HOST, "[192.0.2.9]", "Hubs")


def test_the_connector_for_everything_leads_to_no_server_of_ours() -> None:
    assert to_server(ANY, replace(HUB, enabled=False)) == NextHop(HopKind.UNREACHABLE, "mx2.corp.example")
    refused = to_server(ANY, reject=True)
    assert isinstance(refused, Failed)
    assert refused.failure.line() == "550 5.4.4 ROUTING.NoPathToServer; no path between the servers"
    assert refused.failure.evidence.name == "mx2.corp.example"


# -- connectors that some servers use --

THEIRS = SendConnector("Theirs", address_spaces=("partner.example",), servers=("MX2.corp.example",))
BETWEEN = SendConnector("Between", address_spaces=("*.corp.example",))


def from_server(hostname: str, *connectors: SendConnector, known: bool = True) -> NextHop | Failed:
    servers = {"mx2.corp.example": Server("mx2.corp.example")} if known else {}
    snapshot = replace(organisation(*connectors), servers=servers)
    return RouteSelector(lambda: snapshot, hostname)(to("bob@partner.example"), 1000)


def test_a_connector_of_some_servers_is_used_by_them() -> None:
    hop = from_server("mx2.corp.example", THEIRS, ANY, BETWEEN)
    assert hop == NextHop(HopKind.DNS, "partner.example", "Theirs")


def test_the_others_send_to_the_first_of_those_that_they_know() -> None:
    by_way = NextHop(HopKind.SMART_HOST, "mx2.corp.example", "Between")
    both = replace(THEIRS, servers=("mx9.corp.example", "mx2.corp.example"))
    assert from_server("mx1.corp.example", THEIRS, ANY, BETWEEN) == by_way
    assert from_server("mx1.corp.example", both, ANY, BETWEEN) == by_way
    assert from_server("mx1.corp.example", THEIRS) == NextHop(HopKind.UNREACHABLE, "mx2.corp.example")


def test_where_it_is_scoped_or_leads_to_no_server_that_is_known_others_pass_it_over() -> None:
    any_way = NextHop(HopKind.DNS, "partner.example", "Any")
    assert from_server("mx1.corp.example", replace(THEIRS, scoped=True), ANY, BETWEEN) == any_way
    assert from_server("mx1.corp.example", THEIRS, ANY, BETWEEN, known=False) == any_way


def test_a_route_that_is_out_of_scope_is_named_where_it_alone_would_take_the_mail() -> None:
    hop = from_server("mx1.corp.example", replace(THEIRS, scoped=True), BETWEEN)
    assert hop == NextHop(HopKind.UNREACHABLE, "partner.example", "Theirs")


def test_a_connector_of_other_servers_is_no_way_to_a_server() -> None:
    between = replace(BETWEEN, servers=("mx2.corp.example",))
    hop = from_server("mx1.corp.example", THEIRS, between)
    assert hop == NextHop(HopKind.UNREACHABLE, "mx2.corp.example")
