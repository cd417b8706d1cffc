"""From a next hop to addresses: RFC 5321 section 5, RFC 7505, errata 3 and 60."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from saywhy.flow.route.hosts import MAX_HOSTS, HostFinder
from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.model.failure import Failure, Refused
from saywhy.model.organisation import Organisation, SendConnector, TransportConfig
from saywhy.model.queued import HopKind, NextHop

DEST = NextHop(HopKind.DNS, "dest.test", "Internet")
INTERNET = SendConnector("Internet", port=2525)
DEFAULTS = TransportConfig()


class FixedClock:
    def now(self) -> float:
        return 1000.0


class Zone:
    """A resolver over two tables.  A DnsProblem stands for that answer; what is missing does not exist."""

    def __init__(
        self,
        mx: dict[str, Sequence[tuple[int, str]] | DnsProblem] | None = None,
        addresses: dict[str, Sequence[str] | DnsProblem] | None = None,
    ) -> None:
        self._mx = mx or {}
        self._addresses = addresses or {}
        self.asked: list[str] = []

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        return list(self._answer("MX", domain, self._mx.get(domain, DnsProblem.NXDOMAIN)))

    async def addresses(self, name: str) -> list[str]:
        return list(self._answer("A/AAAA", name, self._addresses.get(name, DnsProblem.NXDOMAIN)))

    def _answer(self, rtype: str, name: str, answer: Any) -> Any:
        self.asked.append(f"{rtype} {name}")
        if isinstance(answer, DnsProblem):
            raise DnsError(name, rtype, answer)
        return answer


def keep(_items: list[Any]) -> None:
    """A shuffle that leaves the order alone."""


def finder(
    zone: Zone,
    connector: SendConnector = INTERNET,
    *,
    own_names: Sequence[str] = ("mail.us.test",),
    own_addresses: Sequence[str] = ("198.51.100.1", "2001:db8:99::1"),
    shuffle: Any = keep,
    transport: TransportConfig = DEFAULTS,
) -> HostFinder:
    snapshot = Organisation(send_connectors={connector.name.lower(): connector}, transport=transport)
    return HostFinder(zone, lambda: snapshot, own_names, own_addresses, FixedClock(), shuffle)


async def found(find: HostFinder, hop: NextHop = DEST) -> list[tuple[str, str, int]]:
    return [(host.name, host.ip, host.preference) for host in await find(hop)]


async def refusal(find: HostFinder, hop: NextHop = DEST) -> Failure:
    with pytest.raises(Refused) as caught:
        await find(hop)
    return caught.value.failure


TWO_MX = Zone(
    {"dest.test": [(20, "mx2.dest.test"), (10, "mx1.dest.test")]},
    {"mx1.dest.test": ["192.0.2.1", "2001:db8::1"], "mx2.dest.test": ["192.0.2.2"]},
)


async def test_r24_hosts_come_by_preference_with_all_their_addresses_in_the_resolvers_order() -> None:
    assert await found(finder(TWO_MX)) == [
        ("mx1.dest.test", "192.0.2.1", 10),
        ("mx1.dest.test", "2001:db8::1", 10),
        ("mx2.dest.test", "192.0.2.2", 20),
    ]


async def test_r24_equals_are_shuffled_and_unequals_are_not() -> None:
    zone = Zone(
        {"dest.test": [(10, "a.test"), (10, "b.test"), (20, "c.test"), (20, "d.test")]},
        {f"{name}.test": [f"192.0.2.{number}"] for number, name in enumerate("abcd", 1)},
    )
    turned = await found(finder(zone, shuffle=list.reverse))
    assert [name for name, _, _ in turned] == ["b.test", "a.test", "d.test", "c.test"]


async def test_r24_over_many_attempts_each_equal_is_first_at_times() -> None:
    zone = Zone(
        {"dest.test": [(10, "a.test"), (10, "b.test")]},
        {"a.test": ["192.0.2.1"], "b.test": ["192.0.2.2"]},
    )
    snapshot = Organisation(send_connectors={"internet": INTERNET})
    find = HostFinder(zone, lambda: snapshot, (), (), FixedClock())
    first = {(await find(DEST))[0].name for _ in range(200)}
    assert first == {"a.test", "b.test"}


async def test_r24_an_mx_whose_name_is_an_alias_is_used_under_the_name_that_the_mx_gives() -> None:
    # The resolver follows the CNAME; the name in the MX record stays the name to show and to compare.
    zone = Zone({"dest.test": [(10, "Alias.Dest.Test.")]}, {"alias.dest.test": ["192.0.2.7"]})
    assert await found(finder(zone)) == [("alias.dest.test", "192.0.2.7", 10)]


@pytest.mark.parametrize("ours", ["mail.us.test", "MAIL.us.test."])
async def test_r24_our_own_name_cuts_off_its_preference_and_all_above(ours: str) -> None:
    zone = Zone(
        {"dest.test": [(10, "mx1.dest.test"), (20, ours), (20, "twin.dest.test"), (30, "mx3.dest.test")]},
        {"mx1.dest.test": ["192.0.2.1"], "twin.dest.test": ["192.0.2.2"], "mx3.dest.test": ["192.0.2.3"]},
    )
    assert await found(finder(zone)) == [("mx1.dest.test", "192.0.2.1", 10)]


@pytest.mark.parametrize("ip", ["198.51.100.1", "2001:db8:99::1", "::ffff:198.51.100.1", "127.0.0.1", "::1"])
async def test_r24_our_own_address_cuts_off_its_preference_and_all_above(ip: str) -> None:
    zone = Zone(
        {"dest.test": [(10, "mx1.dest.test"), (20, "other.name.test"), (30, "mx3.dest.test")]},
        {"mx1.dest.test": ["192.0.2.1"], "other.name.test": [ip], "mx3.dest.test": ["192.0.2.3"]},
    )
    assert await found(finder(zone)) == [("mx1.dest.test", "192.0.2.1", 10)]


async def test_r24_loop_to_self_is_permanent_when_nothing_better_remains() -> None:
    zone = Zone({"dest.test": [(10, "mail.us.test"), (20, "mx2.dest.test")]}, {"mx2.dest.test": ["192.0.2.2"]})
    failure = await refusal(finder(zone))
    assert failure.line() == "554 5.3.5 SMTPSEND.DNS.MxLoopback; next hop is this server"
    assert failure.cause == "mail-loops-back"
    assert failure.permanent
    assert failure.evidence.dns.startswith("MX dest.test: 10 mail.us.test, 20 mx2.dest.test")
    assert failure.evidence.connector == "Internet"
    assert failure.evidence.queue == "dns/dest.test/Internet"


async def test_a_backup_mx_waits_when_the_primary_cannot_be_looked_up_just_now() -> None:
    zone = Zone(
        {"dest.test": [(10, "mx1.dest.test"), (20, "ours.under.another.name.test")]},
        {"mx1.dest.test": DnsProblem.SERVFAIL, "ours.under.another.name.test": ["198.51.100.1"]},
    )
    failure = await refusal(finder(zone))
    assert str(failure.status) == "4.4.0"
    assert not failure.permanent


async def test_the_domain_itself_is_the_host_when_it_has_no_mx() -> None:
    zone = Zone({"dest.test": DnsProblem.NODATA}, {"dest.test": ["192.0.2.4"]})
    assert await found(finder(zone)) == [("dest.test", "192.0.2.4", 0)]


async def test_the_implicit_mx_is_not_ourselves_either() -> None:
    zone = Zone({"mail.us.test": DnsProblem.NODATA}, {"mail.us.test": ["198.51.100.1"]})
    failure = await refusal(finder(zone), NextHop(HopKind.DNS, "mail.us.test", "Internet"))
    assert failure.cause == "mail-loops-back"


async def test_an_mx_without_address_is_an_error_and_never_falls_back_to_the_domains_own_address() -> None:
    zone = Zone({"dest.test": [(10, "gone.dest.test")]}, {"dest.test": ["192.0.2.4"]})
    failure = await refusal(finder(zone))
    assert failure.line() == "550 5.4.0 SMTPSEND.DNS.HostNotFound; the mail hosts of dest.test do not exist"
    assert failure.cause == "no-mail-host"
    assert failure.evidence.dns == "MX dest.test: 10 gone.dest.test; A/AAAA gone.dest.test: NXDOMAIN"
    assert "A/AAAA dest.test" not in zone.asked


async def test_a_domain_without_mx_and_without_address_has_no_mail_host() -> None:
    zone = Zone({"dest.test": DnsProblem.NODATA}, {"dest.test": DnsProblem.NODATA})
    failure = await refusal(finder(zone))
    assert (str(failure.status), failure.permanent) == ("5.4.4", True)


async def test_one_mx_that_cannot_be_looked_up_does_not_keep_mail_from_the_others() -> None:
    zone = Zone(
        {"dest.test": [(10, "mx1.dest.test"), (20, "mx2.dest.test")]},
        {"mx1.dest.test": DnsProblem.TIMEOUT, "mx2.dest.test": ["192.0.2.2"]},
    )
    assert await found(finder(zone)) == [("mx2.dest.test", "192.0.2.2", 20)]


async def test_a_passing_trouble_with_any_mx_address_is_a_reason_to_wait() -> None:
    zone = Zone(
        {"dest.test": [(10, "gone.dest.test"), (20, "mx2.dest.test")]},
        {"gone.dest.test": DnsProblem.NXDOMAIN, "mx2.dest.test": DnsProblem.TIMEOUT},
    )
    failure = await refusal(finder(zone))
    assert (str(failure.status), failure.cause, failure.permanent) == ("4.4.0", "dns-unavailable", False)
    assert "A/AAAA mx2.dest.test: time-out" in failure.evidence.dns


async def test_r22_null_mx_fails_at_once_with_5_1_10() -> None:
    zone = Zone({"dest.test": [(0, "")]}, {"dest.test": ["192.0.2.4"]})
    failure = await refusal(finder(zone))
    assert (failure.reply, str(failure.status), failure.cause) == (556, "5.1.10", "null-mx")
    assert failure.permanent
    assert failure.evidence.dns == "MX dest.test: 0 ."
    assert zone.asked == ["MX dest.test"]


async def test_r22_a_root_target_beside_a_real_mx_is_no_null_mx() -> None:
    zone = Zone({"dest.test": [(0, ""), (10, "mx1.dest.test")]}, {"mx1.dest.test": ["192.0.2.1"]})
    assert await found(finder(zone)) == [("mx1.dest.test", "192.0.2.1", 10)]


async def test_a_domain_that_does_not_exist_fails_with_5_1_2() -> None:
    failure = await refusal(finder(Zone()))
    assert failure.line() == "550 5.1.2 SMTPSEND.DNS.NonExistentDomain; Host unknown"
    assert failure.cause == "domain-not-found"
    assert failure.evidence.dns == "MX dest.test: NXDOMAIN"
    assert failure.at == 1000.0


async def test_the_status_for_a_domain_that_does_not_exist_can_be_set() -> None:
    failure = await refusal(finder(Zone(), transport=TransportConfig(nxdomain_status="5.4.4")))
    assert str(failure.status) == "5.4.4"
    assert failure.cause == "domain-not-found"


@pytest.mark.parametrize(
    "problem", [DnsProblem.SERVFAIL, DnsProblem.TIMEOUT, DnsProblem.REFUSED, DnsProblem.BROKEN]
)
async def test_a_name_service_in_trouble_is_a_reason_to_wait(problem: DnsProblem) -> None:
    failure = await refusal(finder(Zone({"dest.test": problem})))
    assert (str(failure.status), failure.cause, failure.permanent) == ("4.4.0", "dns-unavailable", False)
    refused = problem is DnsProblem.REFUSED
    assert failure.tag == ("SMTPSEND.DNS.Refused" if refused else "SMTPSEND.DNS.Unavailable")
    assert failure.evidence.dns == f"MX dest.test: {problem.value}"


async def test_an_address_literal_is_its_own_host() -> None:
    zone = Zone()
    hosts = await finder(zone)(NextHop(HopKind.DNS, "[ipv6:2001:db8::7]", "Internet"))
    assert [(host.ip, host.port) for host in hosts] == [("2001:db8::7", 2525)]
    assert zone.asked == []


FORBIDDEN = [
    "127.0.0.1",
    "127.77.3.4",
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "255.255.255.255",
    "198.51.100.1",
    "IPv6:::1",
    "IPv6:::",
    "IPv6:ff02::1",
    "IPv6:::ffff:127.0.0.1",
    "IPv6:::ffff:0.0.0.0",
    "IPv6:2001:db8:99::1",
]


@pytest.mark.parametrize("literal", FORBIDDEN)
@pytest.mark.parametrize("kind", [HopKind.DNS, HopKind.SMART_HOST])
async def test_a_next_hop_on_this_server_or_on_no_host_is_refused(kind: HopKind, literal: str) -> None:
    hosts = (f"[{literal}]",) if kind is HopKind.SMART_HOST else ()
    failure = await refusal(
        finder(Zone(), replace(INTERNET, smart_hosts=hosts)), NextHop(kind, f"[{literal}]", "Internet")
    )
    assert (str(failure.status), failure.cause, failure.permanent) == ("5.3.5", "mail-loops-back", True)
    assert failure.evidence.hosts


async def test_an_mx_on_an_address_that_no_host_has_is_passed_over() -> None:
    zone = Zone(
        {"dest.test": [(10, "silly.dest.test"), (20, "mx2.dest.test")]},
        {"silly.dest.test": ["224.0.0.9"], "mx2.dest.test": ["192.0.2.2"]},
    )
    assert await found(finder(zone)) == [("mx2.dest.test", "192.0.2.2", 20)]


@pytest.mark.parametrize("networks", [("127.0.0.0/8",), ("not a network", "127.77.0.0/16")])
async def test_a_connector_that_names_the_network_is_believed(networks: tuple[str, ...]) -> None:
    zone = Zone({"dest.test": [(10, "mx1.dest.test")]}, {"mx1.dest.test": ["127.77.3.4"]})
    hosts = await found(finder(zone, replace(INTERNET, networks=networks)))
    assert hosts == [("mx1.dest.test", "127.77.3.4", 10)]


async def test_no_more_than_a_score_of_addresses_is_tried() -> None:
    zone = Zone(
        {"dest.test": [(number, f"mx{number}.test") for number in range(100)]},
        {f"mx{number}.test": [f"192.0.2.{number}", f"198.18.0.{number}"] for number in range(100)},
    )
    hosts = await found(finder(zone))
    assert len(hosts) == MAX_HOSTS
    assert len(zone.asked) <= 1 + MAX_HOSTS


async def test_an_address_that_two_hosts_share_is_tried_once() -> None:
    zone = Zone(
        {"dest.test": [(10, "a.test"), (20, "b.test")]},
        {"a.test": ["192.0.2.1"], "b.test": ["192.0.2.1", "192.0.2.2"]},
    )
    assert [ip for _, ip, _ in await found(finder(zone))] == ["192.0.2.1", "192.0.2.2"]


# -- smart hosts --


def smart(*hosts: str) -> tuple[SendConnector, NextHop]:
    connector = replace(INTERNET, smart_hosts=hosts)
    return connector, NextHop(HopKind.SMART_HOST, ",".join(hosts), "Internet")


async def test_smart_hosts_are_tried_in_the_order_of_the_list_and_without_mx() -> None:
    zone = Zone({"relay.test": [(1, "trap.test")]}, {"relay.test": ["192.0.2.9"], "b.test": ["192.0.2.8"]})
    connector, hop = smart("relay.test:587", "[192.0.2.10]", "[IPv6:2001:db8::5]:26", "b.test")
    hosts = await finder(zone, connector)(hop)
    assert [(host.name, host.ip, host.port) for host in hosts] == [
        ("relay.test", "192.0.2.9", 587),
        ("[192.0.2.10]", "192.0.2.10", 2525),
        ("[IPv6:2001:db8::5]", "2001:db8::5", 26),
        ("b.test", "192.0.2.8", 2525),
    ]
    assert not any(question.startswith("MX") for question in zone.asked)


@pytest.mark.parametrize("problem", [DnsProblem.NXDOMAIN, DnsProblem.NODATA, DnsProblem.SERVFAIL])
async def test_a_smart_host_without_address_is_waited_for(problem: DnsProblem) -> None:
    connector, hop = smart("relay.test")
    failure = await refusal(finder(Zone({}, {"relay.test": problem}), connector), hop)
    assert (failure.reply, str(failure.status), failure.permanent) == (451, "4.4.9", False)
    assert failure.tag == "ROUTING.SmartHost.Unresolved"
    assert failure.cause == "smart-host-unresolved"
    assert failure.evidence.dns == f"A/AAAA relay.test: {problem.value}"


@pytest.mark.parametrize(
    "entry",
    [
        "192.0.2.1x",
        "192.0.2.1",
        "[192.0.2.1",
        "[192.0.2.256]",
        "[relay.test]",
        "2001:db8::1",
        "a b.test",
        "h:99999",
    ],
)
async def test_a_malformed_smart_host_is_named_as_such(entry: str) -> None:
    connector, hop = smart(entry)
    failure = await refusal(finder(Zone(), connector), hop)
    assert (str(failure.status), failure.tag) == ("4.4.9", "ROUTING.SmartHost.BadLiteral")
    assert entry.split(":")[0] in failure.evidence.dns


async def test_a_malformed_smart_host_does_not_keep_mail_from_the_next() -> None:
    connector, hop = smart("192.0.2.1x", "relay.test")
    assert await found(finder(Zone({}, {"relay.test": ["192.0.2.9"]}), connector), hop) == [
        ("relay.test", "192.0.2.9", 1)
    ]


@pytest.mark.parametrize("connector", [replace(INTERNET, enabled=False), replace(INTERNET, name="Other")])
async def test_mail_waits_when_its_connector_is_gone(connector: SendConnector) -> None:
    failure = await refusal(finder(TWO_MX, connector))
    assert (str(failure.status), failure.permanent) == ("4.4.9", False)
    assert failure.cause == "connector-gone"
    assert failure.tag == "ROUTING.SmartHost.ConnectorGone"
