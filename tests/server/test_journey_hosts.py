"""The way to other servers: which hosts are tried, what is spoken with them, and what their answers lead to."""

from __future__ import annotations

import asyncio
import dataclasses
import email
import email.policy
from itertools import pairwise

import pytest

from saywhy.lab.dns import Mood
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import CAPABILITIES, DROP, Act, Presence, Script, Then, TlsMode
from saywhy.lab.world import NETWORK
from saywhy.model.event import Kind
from saywhy.model.organisation import SendConnector
from tests.server.stage import Site, letter

ANN = "ann@worcester.example"
BOB = "bob@partner.example"


def partner(site: Site, script: Script) -> FakeMta:
    host = site.world.host("mx.partner.example", script)
    site.world.domain("partner.example", mx=["mx.partner.example"])
    return host


def two(site: Site, first: Script, second: Script) -> tuple[FakeMta, FakeMta]:
    hosts = site.world.host("mx1.partner.example", first), site.world.host("mx2.partner.example", second)
    site.world.domain("partner.example", mx=["mx1.partner.example", "mx2.partner.example"])
    return hosts


def without(*words: str) -> tuple[str, ...]:
    return tuple(line for line in CAPABILITIES if line.partition(" ")[0] not in words)


def said(host: FakeMta) -> list[str]:
    """What the client said, in all sessions."""
    return [line[3:] for session in host.sessions for line in session.lines if line.startswith("C: ")]


@pytest.mark.parametrize("first", [
    Script(presence=Presence.REFUSING),
    Script(greeting="421 4.3.2 going down"),
    Script(greeting="554 5.3.2 no service here"),
    Script(greeting="521 5.3.2 takes no mail"),
    Script(greeting=DROP),
    Script(ehlo="550 5.7.1 go away"),
    Script(mail=Act("421 4.3.2 shutting down", then=Then.CLOSE)),
    Script(rcpt={"*": Act("421 4.3.2 shutting down", then=Then.CLOSE)}),
    Script(rcpt={"*": DROP}),
    Script(data=DROP),
    Script(mail=Act(then=Then.RESET)),
])  # fmt: skip
async def test_a_host_that_is_no_use_leaves_the_message_to_the_next_mx(first: Script) -> None:
    async with Site() as site:
        with_data = dataclasses.replace(first, capabilities=without("CHUNKING"))
        one, other = two(site, with_data, Script())
        queued = await site.send(ANN, [BOB])
        event = await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert event.data["remote-host"] == "mx2.partner.example"
        assert (len(one.messages), len(other.messages)) == (0, 1)
        assert not site.found(Kind.DEFER)


async def test_a_refused_recipient_is_not_tried_elsewhere() -> None:
    async with Site() as site:
        _, other = two(site, Script(rcpt={"*": "550 5.1.1 no such user"}), Script())
        await site.send(ANN, [BOB])
        await site.event(Kind.FAIL)
        await site.quiet()
        assert not other.sessions


async def test_a_greylisted_message_arrives_at_the_second_attempt() -> None:
    async with Site() as site:
        host = partner(site, Script(rcpt={"*": ["451 4.7.1 Greylisted, try again", ""]}))
        queued = await site.send(ANN, [BOB])
        await site.quiet()
        [defer] = site.found(Kind.DEFER, message=queued)
        [send] = site.found(Kind.SEND, message=queued)
        assert (defer.cause, send.data["attempts"]) == ("remote-greylisted", 2)
        assert len(host.messages) == 1
        assert not site.found(Kind.REPORT)


async def test_dns_trouble_is_waited_out() -> None:
    async with Site() as site:
        host = partner(site, Script())
        site.world.dns.misbehave("partner.example", Mood.SERVFAIL)
        queued = await site.send(ANN, [BOB])
        defer = await site.event(Kind.DEFER, message=queued)
        site.world.dns.misbehave("partner.example", None)
        await site.quiet()
        assert defer.cause == "dns-unavailable"
        assert len(host.messages) == 1


async def test_a_host_without_mx_is_found_by_its_address() -> None:
    async with Site() as site:
        host = site.world.host("lonely.example")
        await site.send(ANN, ["bob@lonely.example"])
        await host.received()
        await site.quiet()


async def test_the_session_is_encrypted_where_the_host_offers_it() -> None:
    async with Site() as site:
        host = partner(site, Script())
        await site.send(ANN, [BOB])
        [message] = await host.received()
        await site.quiet()
    assert message.tls.startswith("TLSv1")
    assert message.helo == "mail.worcester.example"


@pytest.mark.parametrize("script", [
    Script(tls=TlsMode.BROKEN),
    Script(starttls="454 4.7.0 TLS not available"),
    Script(starttls=DROP),
], ids=["handshake", "454", "drop"])  # fmt: skip
async def test_mail_goes_in_clear_where_starttls_is_broken(script: Script) -> None:
    async with Site() as site:
        host = partner(site, script)
        await site.send(ANN, [BOB])
        [message] = await host.received()
        await site.quiet()
        assert message.tls == ""
        assert not site.found(Kind.DEFER)


async def test_a_session_serves_several_messages() -> None:
    async with Site() as site:
        host = partner(site, Script())
        for number in range(5):
            await site.send(ANN, [BOB], letter(f"Number {number}"))
            await host.received(number + 1)
            await site.quiet()
        assert len(host.sessions) == 1
    assert host.sessions[0].ended == "quit"  # and the server takes its leave when it stops


async def test_a_session_that_the_peer_closed_meanwhile_costs_nothing() -> None:
    async with Site() as site:
        host = partner(site, Script(mail=["", Act("421 4.4.2 idle too long", then=Then.CLOSE), ""]))
        for number in range(2):
            await site.send(ANN, [BOB])
            await host.received(number + 1)
            await site.quiet()
        assert len(host.sessions) == 2
        assert not site.found(Kind.DEFER)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("chunking", [True, False])
async def test_a_message_crosses_unchanged_whatever_the_peer_can(pipelining: bool, chunking: bool) -> None:
    lacking = (() if pipelining else ("PIPELINING",)) + (() if chunking else ("CHUNKING",))
    body = "\r\n".join([".", "..", ".dot", "", "x" * 900, "ordinary"] * 200)
    async with Site() as site:
        host = partner(site, Script(capabilities=without(*lacking), rcpt={"no@*": "550 5.1.1 no"}))
        await site.send(ANN, [BOB, "no@partner.example", "sue@partner.example"], letter(body=body))
        [message] = await host.received()
        await site.quiet()
    assert message.content.endswith(letter(body=body))
    assert message.content.startswith(b"Received: from pc7.worcester.example")
    assert [to for to, _ in message.recipients] == [BOB, "sue@partner.example"]
    assert any(line.startswith("BDAT ") for line in said(host)) == chunking
    if not pipelining:
        assert lockstep(host)


def lockstep(host: FakeMta) -> bool:
    """No command was said before the reply to the one before."""
    lines = [line for session in host.sessions for line in session.lines if line[:3] in ("C: ", "S: ")]
    return not any(a.startswith("C: ") and b.startswith("C: ") for a, b in pairwise(lines))


async def test_a_message_above_the_peers_limit_is_not_even_sent() -> None:
    async with Site() as site:
        host = partner(site, Script(capabilities=[*without("SIZE"), "SIZE 2000"]))
        await site.send(ANN, [BOB], letter(body="x" * 900 + "\r\n" + "y" * 900 + "\r\n" + "z" * 900))
        [report] = await site.reports()
        await site.quiet()
        assert not host.messages
        assert not [line for line in said(host) if line[:4] in ("DATA", "BDAT", "MAIL")]
    assert report.only["Status"] == "5.3.4"
    assert "2000" in report.text.replace(",", "")


async def test_a_message_that_needs_smtputf8_fails_with_5_6_7_where_it_is_lacking() -> None:
    async with Site() as site:
        host = partner(site, Script(capabilities=without("SMTPUTF8")))
        await site.send(ANN, ["jürgen@partner.example"], letter("Grüße"), parameters="SMTPUTF8")
        [report] = await site.reports()
        await site.quiet()
        assert not host.messages
    assert report.only["Status"] == "5.6.7"
    assert report.parts[1].get_content_type() == "message/delivery-status"  # Ann's own address is plain
    assert report.only["Final-Recipient"].startswith("utf-8; j\\x{FC}rgen@partner.example")


async def test_smtputf8_crosses_from_end_to_end() -> None:
    async with Site() as site:
        host = partner(site, Script())
        content = letter("Grüße", sender="jürgen@worcester.example")
        await site.send("jürgen@worcester.example", ["пётр@partner.example"], content, parameters="SMTPUTF8")
        [message] = await host.received()
        await site.quiet()
    assert "SMTPUTF8" in message.parameters
    assert [to for to, _ in message.recipients] == ["пётр@partner.example"]
    assert message.content.endswith(content)


async def test_r20_a_sender_beyond_ascii_gets_a_global_report() -> None:
    mailbox = '[[mailbox]]\nname = "juergen"\naddresses = ["jürgen@worcester.example"]\n'
    async with Site(organisation=mailbox) as site:
        partner(site, Script(rcpt={"*": "550 5.1.1 no such user"}))
        content = letter("Grüße", sender="jürgen@worcester.example")
        await site.send("jürgen@worcester.example", ["пётр@partner.example"], content, parameters="SMTPUTF8")
        [raw] = await site.mail("juergen")
        await site.quiet()
    report = email.message_from_bytes(raw, policy=email.policy.SMTPUTF8)
    assert report.get_content_type() == "multipart/report"
    kinds = [part.get_content_type() for part in report.iter_parts()]
    assert kinds[1:] == ["message/global-delivery-status", "message/global"]
    assert "Final-Recipient: utf-8; пётр@partner.example".encode() in raw
    assert "To: jürgen@worcester.example".encode() in raw or "To: <jürgen@worcester.example>".encode() in raw


async def test_a_smart_host_gets_what_has_no_better_way_and_is_signed_in_at() -> None:
    async with Site(internet=False) as site:
        host = site.world.host("smart.provider.example", Script(users={"worcester": "secret"}))
        await site.put(
            SendConnector(
                "Provider",
                smart_hosts=("smart.provider.example",),
                port=site.world.port,
                networks=(NETWORK,),
                user="worcester",
                password="secret",
            )
        )
        await site.send(ANN, ["any@anywhere.example"])
        [message] = await host.received()
        await site.quiet()
    assert (message.user, message.tls[:4]) == ("worcester", "TLSv")


async def test_a_crowd_of_messages_for_one_host_all_arrive_over_few_sessions() -> None:
    async with Site() as site:
        host = partner(site, Script())
        await asyncio.gather(*(site.send(ANN, [BOB], letter(f"Number {number}")) for number in range(19)))
        messages = await host.received(19)
        await site.quiet()
        assert len(host.sessions) <= 20
    subjects = {email.message_from_bytes(message.content)["Subject"] for message in messages}
    assert subjects == {f"Number {number}" for number in range(19)}
