"""The fake DNS server, asked by dnspython itself (the resolver's tests use it through ours)."""

from __future__ import annotations

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode

from saywhy.lab.dns import FakeDns, Mood

ZONE = {
    "partner.example": {"MX": ["10 mx1.partner.example"]},
    "mx1.partner.example": {"A": ["192.0.2.1", "192.0.2.2"]},
    "www.example": {"CNAME": ["mx1.partner.example"]},
}


async def ask(server: FakeDns, name: str, rtype: str, tcp: bool = False) -> dns.message.Message:
    query = dns.message.make_query(name, rtype)
    how = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    return await how(query, server.host, 30.0, server.port)


def texts(response: dns.message.Message) -> list[str]:
    return [str(rrset).lower() for rrset in response.answer]  # compression copies the case of the question


async def test_records_are_served_over_udp_and_tcp() -> None:
    async with FakeDns(ZONE) as server:
        for tcp in (False, True):
            response = await ask(server, "PARTNER.example", "MX", tcp)
            assert texts(response) == ["partner.example. 300 in mx 10 mx1.partner.example."]
        assert server.questions == {("partner.example", "MX"): 2}


async def test_an_alias_comes_with_what_it_points_at() -> None:
    async with FakeDns(ZONE) as server:
        alias, addresses = texts(await ask(server, "www.example", "A"))
        assert alias == "www.example. 300 in cname mx1.partner.example."
        assert "192.0.2.1" in addresses
        assert "192.0.2.2" in addresses


async def test_negative_answers_carry_an_soa() -> None:
    async with FakeDns(ZONE, negative_ttl=77) as server:
        for name, rcode in (("nowhere.example", dns.rcode.NXDOMAIN), ("partner.example", dns.rcode.NOERROR)):
            response = await ask(server, name, "A")
            assert response.rcode() == rcode
            assert not response.answer
            assert response.authority[0][0].minimum == 77


async def test_a_zone_changes_while_the_server_runs() -> None:
    async with FakeDns(ZONE) as server:
        server.set("partner.example", "MX", "0 .", ttl=5)
        assert texts(await ask(server, "partner.example", "MX")) == ["partner.example. 5 in mx 0 ."]
        server.remove("partner.example")
        server.remove("mx1.partner.example")
        assert (await ask(server, "partner.example", "MX")).rcode() == dns.rcode.NXDOMAIN
        server.set("new.example", "TXT", 'with "quotes" and a \\ backslash')
        response = await ask(server, "new.example", "TXT")
        assert response.answer[0][0].strings == (b'with "quotes" and a \\ backslash',)


async def test_a_mood_may_concern_one_type_only() -> None:
    async with FakeDns(ZONE) as server:
        server.misbehave("mx1.partner.example", Mood.REFUSED, "AAAA")
        assert (await ask(server, "mx1.partner.example", "AAAA")).rcode() == dns.rcode.REFUSED
        assert (await ask(server, "mx1.partner.example", "A")).rcode() == dns.rcode.NOERROR
        server.misbehave("mx1.partner.example", None, "AAAA")
        assert (await ask(server, "mx1.partner.example", "AAAA")).rcode() == dns.rcode.NOERROR


async def test_truncation_is_for_udp_only() -> None:
    async with FakeDns(ZONE) as server:
        server.misbehave("partner.example", Mood.TRUNCATED)
        assert (await ask(server, "partner.example", "MX")).flags & dns.flags.TC
        assert len((await ask(server, "partner.example", "MX", tcp=True)).answer) == 1


async def test_nonsense_is_left_unanswered_and_does_no_harm() -> None:
    async with FakeDns(ZONE) as server:
        assert server.answer(b"\x00\x01nonsense", udp=True) is None
        assert server.answer(b"", udp=True) is None
        assert (await ask(server, "partner.example", "MX")).answer
