"""Routes for addresses of other kinds (spec F5): the longest space, nobody's address, and no name service."""

from __future__ import annotations

import pytest

from saywhy.flow.route.select import RouteSelector
from saywhy.flow.stages import Resolved
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.organisation import Organisation, SendConnector, SendProtocol
from saywhy.model.outcome import Failed
from saywhy.model.queued import HopKind, NextHop

FAX = SendConnector("Fax", ("FAX:*",), protocol=SendProtocol.PROGRAM, program=("/bin/fax",))
BRITAIN = SendConnector("Britain", ("fax:+44*", "X400:c=GB*"), smart_hosts=("fax.example",))
MAIL = SendConnector("Mail")


def route(address: str, *connectors: SendConnector, size: int = 1000) -> NextHop | Failed:
    snapshot = Organisation(send_connectors={each.name.lower(): each for each in connectors})
    ours = Address.parse("bobs.fax@corp.example")
    return RouteSelector(lambda: snapshot)(Resolved(Recipient(ours), ours, foreign=address), size)


@pytest.mark.parametrize(("address", "hop"), [
    ("FAX:+33123", NextHop(HopKind.PROGRAM, "", "Fax")),
    ("FAX:+44190", NextHop(HopKind.SMART_HOST, "fax.example", "Britain")),
    ("X400:C=gb;s=cork", NextHop(HopKind.SMART_HOST, "fax.example", "Britain")),
])  # fmt: skip
def test_the_longest_space_takes_the_address(address: str, hop: NextHop) -> None:
    assert route(address, MAIL, FAX, BRITAIN) == hop


@pytest.mark.parametrize("connectors", [(), (MAIL,), (MAIL, BRITAIN)])
def test_an_address_of_a_kind_that_nothing_carries_is_5_1_2(connectors: tuple[SendConnector, ...]) -> None:
    failed = route("FAX:+33123", *connectors)
    assert isinstance(failed, Failed)
    assert failed.failure.line().startswith("550 5.1.2 ROUTING.NoConnectorForAddressType; ")


def test_a_connector_that_is_closed_is_waited_for() -> None:
    closed = SendConnector("Fax", ("FAX:*",), smart_hosts=("fax.example",), enabled=False)
    assert route("FAX:+33123", MAIL, closed) == NextHop(HopKind.UNREACHABLE, "FAX:", "Fax")


def test_one_by_mx_has_a_hop_that_no_domain_can_have() -> None:
    assert route("FAX:+33123", SendConnector("Wrong", ("FAX:*",))) == NextHop(HopKind.DNS, "FAX:", "Wrong")


def test_what_is_too_large_fails_with_the_limit() -> None:
    small = SendConnector("Fax", ("FAX:*",), smart_hosts=("fax.example",), max_message_size=10)
    failed = route("FAX:+33123", small, size=11)
    assert isinstance(failed, Failed)
    assert (str(failed.failure.status), failed.failure.evidence.limit) == ("5.3.4", 10)
