from __future__ import annotations

import asyncio

import aiosmtplib
import pytest

from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.lab import world as world_module
from saywhy.lab.dns import Mood
from saywhy.lab.script import Presence, Script, TlsMode
from saywhy.lab.world import World
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback


async def test_mail_finds_its_way_through_the_fake_internet() -> None:
    """How the world is used: hosts, domains, the resolver, one port."""
    async with World() as world:
        first = world.host("mx1.partner.example", Script(presence=Presence.REFUSING))
        second = world.host("mx2.partner.example", Script(tls=TlsMode.NONE))
        world.domain("partner.example", mx=["mx1.partner.example", "mx2.partner.example"])
        resolver = world.resolver()

        hosts = await resolver.mx("partner.example")
        assert hosts == [(10, "mx1.partner.example"), (20, "mx2.partner.example")]
        addresses = [await resolver.addresses(name) for _, name in hosts]
        assert addresses == [[first.ip], [second.ip]]

        with pytest.raises(OSError):
            await asyncio.open_connection(first.ip, world.port)
        await aiosmtplib.send(
            b"Subject: hello\r\n\r\n",
            sender="a@b.example",
            recipients=["ronald@partner.example"],
            hostname=second.ip,
            port=world.port,
            timeout=60.0,
        )
        [message] = await second.received(1)
        assert message.recipients[0][0] == "ronald@partner.example"


async def test_every_host_has_an_address_of_its_own_and_all_one_port() -> None:
    async with World() as world:
        hosts = [world.host(f"mx{n}.partner.example") for n in range(20)]
        assert len({host.ip for host in hosts}) == 20
        assert {host.port for host in hosts} == {world.port}
        assert all(host.ip.startswith("127.77.") for host in hosts)


async def test_an_address_may_be_chosen_but_a_name_is_taken_once() -> None:
    async with World() as world:
        assert world.host("mx.partner.example", ip="127.77.254.99").ip == "127.77.254.99"
        with pytest.raises(ValueError, match="already"):
            world.host("mx.partner.example")


async def test_domains_of_every_kind() -> None:
    async with World() as world:
        world.domain("nomail.example", null_mx=True)
        world.domain("equal.example", mx=["10 b.example", "10 a.example"])
        world.domain("bare.example")
        world.dns.misbehave("broken.example", Mood.SERVFAIL)
        resolver = world.resolver()
        assert await resolver.mx("nomail.example") == [(0, "")]
        assert await resolver.mx("equal.example") == [(10, "a.example"), (10, "b.example")]
        problems = {}
        for domain in ("bare.example", "broken.example", "nowhere.example"):
            with pytest.raises(DnsError) as caught:
                await resolver.mx(domain)
            problems[domain] = caught.value.problem
        assert problems == {
            "bare.example": DnsProblem.NODATA,
            "broken.example": DnsProblem.SERVFAIL,
            "nowhere.example": DnsProblem.NXDOMAIN,
        }


async def test_worlds_stand_beside_one_another() -> None:
    async with World() as one, World() as other:
        one.domain("only-here.example", null_mx=True)
        assert await one.resolver().mx("only-here.example")
        with pytest.raises(DnsError):
            await other.resolver().mx("only-here.example")
        assert one.dns_address != other.dns_address


async def test_a_world_without_addresses_left_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world_module, "LAST_HOST", 1)
    async with World() as world:
        world.address()
        with pytest.raises(OSError, match="all are taken"):
            world.host("mx.partner.example")
