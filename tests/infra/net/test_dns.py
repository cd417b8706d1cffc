from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from dns.resolver import BaseResolver, NoResolverConfiguration

from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.infra.net.dns import MAX_RECORDS, TRANSIENT_TTL, Resolver
from saywhy.lab.dns import FakeDns, Mood

ZONE = {
    "partner.example": {
        "MX": ["20 MX2.partner.example", "10 mx1.partner.example"],
        "TXT": ["v=spf1 mx -all", "a long one: " + "x" * 600],
    },
    "mx1.partner.example": {"A": ["192.0.2.1"], "AAAA": ["2001:db8::1"]},
    "nomail.example": {"MX": ["0 ."], "A": ["192.0.2.9"]},
    "www.example": {"CNAME": ["alias.example"]},
    "alias.example": {"CNAME": ["real.example"]},
    "real.example": {"A": ["192.0.2.5"], "MX": ["5 mx.real.example"]},
    "lost.example": {"CNAME": ["gone.example"]},
    "round.example": {"CNAME": ["about.example"]},
    "about.example": {"CNAME": ["round.example"]},
    "xn--bcher-kva.example": {"MX": ["10 xn--mx-eka.example"]},
}


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def dns() -> AsyncIterator[FakeDns]:
    async with FakeDns(ZONE, negative_ttl=60) as server:
        yield server


def resolver_for(dns: FakeDns, now: Time | None = None, timeout: float = 30.0, cache_size: int = 100) -> Resolver:
    return Resolver([dns.host], dns.port, timeout, now=now or Time(), cache_size=cache_size)


@contextmanager
def raises(problem: DnsProblem, transient: bool) -> Iterator[None]:
    with pytest.raises(DnsError) as caught:
        yield
    assert caught.value.problem is problem
    assert caught.value.transient is transient


async def test_mail_hosts_come_by_preference_in_lower_case_without_final_dot(dns: FakeDns) -> None:
    assert await resolver_for(dns).mx("Partner.Example.") == [
        (10, "mx1.partner.example"),
        (20, "mx2.partner.example"),
    ]


async def test_a_null_mx_is_an_empty_name(dns: FakeDns) -> None:
    assert await resolver_for(dns).mx("nomail.example") == [(0, "")]


async def test_a_domain_in_unicode_is_looked_up_by_its_a_labels(dns: FakeDns) -> None:
    assert await resolver_for(dns).mx("Bücher.example") == [(10, "xn--mx-eka.example")]


async def test_addresses_are_ipv4_then_ipv6(dns: FakeDns) -> None:
    assert await resolver_for(dns).addresses("mx1.partner.example") == ["192.0.2.1", "2001:db8::1"]


@pytest.mark.parametrize(
    ("literal", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("[192.0.2.7]", "192.0.2.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[IPv6:2001:db8::7]", "2001:db8::7"),
    ],
)
async def test_an_address_is_its_own_answer(dns: FakeDns, literal: str, address: str) -> None:
    assert await resolver_for(dns).addresses(literal) == [address]
    assert not dns.questions


async def test_texts_are_joined(dns: FakeDns) -> None:
    assert sorted(await resolver_for(dns).txt("partner.example")) == ["a long one: " + "x" * 600, "v=spf1 mx -all"]


async def test_aliases_are_followed(dns: FakeDns) -> None:
    resolver = resolver_for(dns)
    assert await resolver.addresses("www.example") == ["192.0.2.5"]
    assert await resolver.mx("www.example") == [(5, "mx.real.example")]


async def test_a_name_that_does_not_exist_is_nxdomain(dns: FakeDns) -> None:
    with raises(DnsProblem.NXDOMAIN, transient=False):
        await resolver_for(dns).mx("nowhere.example")
    with raises(DnsProblem.NXDOMAIN, transient=False):
        await resolver_for(dns).addresses("lost.example")


@pytest.mark.parametrize(
    "name", ["", ".", "a..example", "x" * 64 + ".example", "ex\u2028ample.example", "\\300.x"]
)
async def test_a_name_that_dns_cannot_hold_does_not_exist(dns: FakeDns, name: str) -> None:
    with raises(DnsProblem.NXDOMAIN, transient=False):
        await resolver_for(dns).mx(name)
    assert not dns.questions


async def test_a_name_without_such_a_record_is_nodata(dns: FakeDns) -> None:
    resolver = resolver_for(dns)
    with raises(DnsProblem.NODATA, transient=False):
        await resolver.mx("mx1.partner.example")
    with raises(DnsProblem.NODATA, transient=False):
        await resolver.addresses("partner.example")
    with raises(DnsProblem.NODATA, transient=False):
        await resolver.txt("example")  # exists, because names below it do


@pytest.mark.parametrize(
    ("mood", "problem"),
    [
        (Mood.SERVFAIL, DnsProblem.SERVFAIL),
        (Mood.REFUSED, DnsProblem.REFUSED),
        (Mood.FORMERR, DnsProblem.BROKEN),
    ],
)
async def test_a_name_server_that_fails_is_transient(dns: FakeDns, mood: Mood, problem: DnsProblem) -> None:
    dns.misbehave("partner.example", mood)
    with raises(problem, transient=True):
        await resolver_for(dns).mx("partner.example")


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.GARBAGE])
async def test_no_answer_is_a_time_out_after_several_tries(dns: FakeDns, mood: Mood) -> None:
    dns.misbehave("partner.example", mood)
    with raises(DnsProblem.TIMEOUT, transient=True):
        await resolver_for(dns, timeout=0.3).mx("partner.example")
    assert dns.questions["partner.example", "MX"] >= 2


async def test_aliases_in_a_circle_are_broken(dns: FakeDns) -> None:
    with raises(DnsProblem.BROKEN, transient=True):
        await resolver_for(dns).addresses("round.example")


async def test_a_truncated_answer_is_asked_for_again_by_tcp(dns: FakeDns) -> None:
    dns.misbehave("partner.example", Mood.TRUNCATED)
    assert len(await resolver_for(dns).mx("partner.example")) == 2
    assert dns.questions["partner.example", "MX"] == 2


async def test_an_answer_too_large_for_udp_comes_by_tcp_and_is_bounded(dns: FakeDns) -> None:
    dns.set("big.example", "MX", *[f"{n} mx{n}.somewhere-with-a-long-name.example" for n in range(300, 0, -1)])
    found = await resolver_for(dns).mx("big.example")
    assert len(found) == MAX_RECORDS
    assert found[0] == (1, "mx1.somewhere-with-a-long-name.example")
    assert dns.questions["big.example", "MX"] == 2


async def test_a_name_server_that_chokes_on_aaaa_spoils_nothing(dns: FakeDns) -> None:
    dns.misbehave("mx1.partner.example", Mood.SERVFAIL, "AAAA")
    assert await resolver_for(dns).addresses("mx1.partner.example") == ["192.0.2.1"]


async def test_no_address_while_one_question_fails_is_transient(dns: FakeDns) -> None:
    dns.set("v6.example", "AAAA", "2001:db8::6")
    dns.misbehave("v6.example", Mood.SERVFAIL, "AAAA")
    with raises(DnsProblem.SERVFAIL, transient=True):
        await resolver_for(dns).addresses("v6.example")


async def test_an_answer_is_kept_for_its_ttl(dns: FakeDns) -> None:
    now = Time()
    resolver = resolver_for(dns, now)
    dns.set("partner.example", "MX", "10 old.example", ttl=300)
    assert await resolver.mx("partner.example") == [(10, "old.example")]
    dns.set("partner.example", "MX", "10 new.example", ttl=300)
    now.seconds = 299.0
    assert await resolver.mx("partner.example") == [(10, "old.example")]
    now.seconds = 300.0
    assert await resolver.mx("partner.example") == [(10, "new.example")]
    assert dns.questions["partner.example", "MX"] == 2


async def test_an_alias_shortens_the_ttl(dns: FakeDns) -> None:
    now = Time()
    resolver = resolver_for(dns, now)
    dns.set("www.example", "CNAME", "real.example", ttl=5)
    await resolver.mx("www.example")
    now.seconds = 5.0
    await resolver.mx("www.example")
    assert dns.questions["www.example", "MX"] == 2


async def test_a_ttl_of_zero_is_not_kept(dns: FakeDns) -> None:
    resolver = resolver_for(dns)
    dns.set("partner.example", "MX", "10 mx1.partner.example", ttl=0)
    await resolver.mx("partner.example")
    await resolver.mx("partner.example")
    assert dns.questions["partner.example", "MX"] == 2


@pytest.mark.parametrize("name", ["nowhere.example", "mx1.partner.example"])
async def test_a_negative_answer_is_kept_as_long_as_its_soa_says(dns: FakeDns, name: str) -> None:
    now = Time()
    resolver = resolver_for(dns, now)
    for seconds, asked in ((0.0, 1), (59.0, 1), (60.0, 2)):
        now.seconds = seconds
        with pytest.raises(DnsError):
            await resolver.mx(name)
        assert dns.questions[name, "MX"] == asked


async def test_a_failure_is_kept_for_seconds_only(dns: FakeDns) -> None:
    now = Time()
    resolver = resolver_for(dns, now)
    dns.misbehave("partner.example", Mood.SERVFAIL)
    with raises(DnsProblem.SERVFAIL, transient=True):
        await resolver.mx("partner.example")
    dns.misbehave("partner.example", None)
    with raises(DnsProblem.SERVFAIL, transient=True):
        await resolver.mx("partner.example")
    now.seconds = TRANSIENT_TTL
    assert await resolver.mx("partner.example")
    assert TRANSIENT_TTL <= 5


async def test_the_cache_is_bounded_and_forgets_the_least_used(dns: FakeDns) -> None:
    resolver = resolver_for(dns, cache_size=2)
    for name in ("partner.example", "nomail.example", "partner.example", "real.example", "partner.example"):
        await resolver.mx(name)
    assert dns.questions["partner.example", "MX"] == 1
    await resolver.mx("nomail.example")
    assert dns.questions["nomail.example", "MX"] == 2


async def test_equal_questions_at_the_same_time_are_asked_once(dns: FakeDns) -> None:
    resolver = resolver_for(dns)
    answers = await asyncio.gather(*(resolver.mx("partner.example") for _ in range(50)))
    assert all(answer == answers[0] for answer in answers)
    assert dns.questions["partner.example", "MX"] == 1


async def test_one_who_gives_up_does_not_disturb_the_others(dns: FakeDns) -> None:
    resolver = resolver_for(dns)
    first = asyncio.create_task(resolver.mx("partner.example"))
    second = asyncio.create_task(resolver.mx("partner.example"))
    await asyncio.sleep(0)
    first.cancel()
    assert len(await second) == 2
    assert first.cancelled()
    assert dns.questions["partner.example", "MX"] == 1


async def test_a_second_name_server_helps_when_the_first_fails(dns: FakeDns) -> None:
    other = FakeDns(host="127.0.0.2", port=dns.port)
    other.misbehave("partner.example", Mood.SERVFAIL)
    try:
        await other.__aenter__()
    except OSError as error:
        pytest.skip(f"no second name server on the same port: {error}")
    try:
        assert await Resolver([other.host, dns.host], dns.port, 30.0).mx("partner.example")
        assert other.questions["partner.example", "MX"] == 1
    finally:
        await other.__aexit__()


async def test_without_resolv_conf_the_name_server_is_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object) -> None:
        raise NoResolverConfiguration

    monkeypatch.setattr(BaseResolver, "read_resolv_conf", missing)
    assert Resolver()._stub.nameservers == ["127.0.0.1"]
