"""Which connector takes a connection, and how many it takes (spec F1)."""

from __future__ import annotations

from saywhy.flow.receive.connectors import match
from saywhy.flow.receive.limits import Connections
from saywhy.model.organisation import Organisation, ReceiveConnector


def organisation(*connectors: ReceiveConnector) -> Organisation:
    return Organisation(1, receive_connectors={connector.name.lower(): connector for connector in connectors})


def test_the_most_specific_range_wins_on_the_same_listener() -> None:
    internet = ReceiveConnector("Internet", ("smtp",))
    partner = ReceiveConnector("Partner", ("smtp",), remote_ranges=("198.51.100.0/24",))
    printer = ReceiveConnector("Printer", ("smtp",), remote_ranges=("198.51.100.7",))
    all_three = organisation(internet, partner, printer)
    assert match(all_three, "smtp", "203.0.113.1") == internet
    assert match(all_three, "smtp", "198.51.100.8") == partner
    assert match(all_three, "smtp", "198.51.100.7") == printer
    assert match(all_three, "smtp", "::ffff:198.51.100.7") == printer
    assert match(all_three, "submission", "198.51.100.7") is None


def test_one_source_gets_no_more_than_its_share() -> None:
    connector = ReceiveConnector("C", ("smtp",), max_connections=100, max_connections_per_source=20)
    connections = Connections()
    taken = [connections.enter(connector, "192.0.2.1") for _ in range(5)]
    assert taken == [True, True, False, False, False]  # 2 % of 100
    assert connections.enter(connector, "192.0.2.2")
    connections.leave(connector, "192.0.2.1")
    assert connections.enter(connector, "192.0.2.1")


def test_the_connector_as_a_whole_has_a_limit() -> None:
    connector = ReceiveConnector(
        "C", ("smtp",), max_connections=2, max_connections_per_source=9, max_connections_per_source_percent=100
    )
    connections = Connections()
    assert connections.enter(connector, "192.0.2.1")
    assert connections.enter(connector, "192.0.2.2")
    assert not connections.enter(connector, "192.0.2.3")
