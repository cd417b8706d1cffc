"""Silence, stops and changes in the middle of a journey; roads that open and close while mail waits."""

from __future__ import annotations

import asyncio

import pytest

from saywhy.lab.mta import FakeMta
from saywhy.lab.script import SILENT, Act, Presence, Script, Then, TlsMode
from saywhy.lab.world import NETWORK
from saywhy.model.event import Kind
from saywhy.model.organisation import AcceptedDomain, DomainType, SendConnector
from tests.server.stage import Site, letter

ANN = "ann@worcester.example"
BOB = "bob@partner.example"
IMPATIENT = "\n[timeouts]\nconnect = 0.3\ngreeting = 0.3\nmail = 0.3\nrcpt = 0.3\nfinal = 0.3\nquit = 0.3\n"


def partner(site: Site, script: Script) -> FakeMta:
    host = site.world.host("mx.partner.example", script)
    site.world.domain("partner.example", mx=["mx.partner.example"])
    return host


@pytest.mark.parametrize("script", [
    Script(presence=Presence.DEAF),
    Script(greeting=SILENT),
    Script(mail=SILENT),
    Script(rcpt={"*": SILENT}),
], ids=["deaf", "greeting", "mail", "rcpt"])  # fmt: skip
async def test_a_silent_host_leaves_the_message_to_the_next(script: Script) -> None:
    async with Site(settings=IMPATIENT) as site:
        site.world.host("mx1.partner.example", script)
        other = site.world.host("mx2.partner.example")
        site.world.domain("partner.example", mx=["mx1.partner.example", "mx2.partner.example"])
        await site.send(ANN, [BOB])
        await other.received()
        await site.quiet()
        assert not site.found(Kind.DEFER)


async def test_silence_after_the_final_dot_is_no_reason_to_try_another_host_at_once() -> None:
    async with Site(settings=IMPATIENT) as site:
        first = site.world.host("mx1.partner.example", Script(content=[SILENT, ""]))
        other = site.world.host("mx2.partner.example")
        site.world.domain("partner.example", mx=["mx1.partner.example", "mx2.partner.example"])
        queued = await site.send(ANN, [BOB])
        await first.received()
        await site.quiet()
        [defer] = site.found(Kind.DEFER, message=queued)
        assert (defer.status, defer.cause) == ("4.4.2", "remote-timeout")
        assert not other.messages


async def test_a_stop_waits_for_a_delivery_under_way_and_a_restart_does_not_repeat_it() -> None:
    async with Site() as site:
        host = partner(site, Script(content=Act(after=0.3)))
        queued = await site.send(ANN, [BOB])
        await talking(host, "C: BDAT")
        await site.stop()
        assert site.found(Kind.SEND, message=queued)
        await site.start()
        await site.quiet()
        assert len(host.messages) == 1


async def test_a_delivery_that_outlasts_the_stop_is_tried_again_after_it() -> None:
    async with Site(drain_grace=0) as site:
        host = partner(site, Script(rcpt={"*": SILENT}))
        queued = await site.send(ANN, [BOB])
        await talking(host, "C: RCPT")
        async with asyncio.timeout(30):
            await site.stop()
        host.script = Script()
        await site.start()
        await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert len(host.messages) == 1
        assert not site.found(Kind.FAULT)


async def talking(host: FakeMta, line: str) -> None:
    """Until the host has heard that."""
    async with asyncio.timeout(60):
        while not any(said.startswith(line) for session in host.sessions for said in session.lines):
            await asyncio.sleep(0.01)


async def test_a_client_that_hangs_up_before_the_final_dot_has_sent_nothing() -> None:
    async with Site() as site:
        client = await site.client()
        await client.expect(f"MAIL FROM:<{ANN}>", "250")
        await client.expect("RCPT TO:<ben@worcester.example>", "250")
        await client.expect("DATA", "354")
        client.write(b"Subject: half\r\n\r\nhalf a mess")
        await client.close()
        await site.send(ANN, ["ben@worcester.example"], letter("Whole"))
        [raw] = await site.mail("ben")
        assert b"Subject: Whole" in raw
        assert len(site.found(Kind.RECEIVE)) == 1


async def test_what_is_removed_while_it_is_tried_is_gone_when_that_fails() -> None:
    async with Site() as site:
        host = partner(site, Script(rcpt={"*": Act("450 4.2.0 later", after=0.3)}))
        queued = await site.send(ANN, [BOB])
        await talking(host, "C: RCPT")
        await site.ask("message remove", message=queued)
        [report] = await site.reports()
        await site.quiet()
        assert report.verdicts == {(BOB, "failed", "4.3.2")}
        assert len(site.found(Kind.REMOVE, message=queued)) == 1
        assert not host.messages


async def test_what_is_removed_while_it_is_taken_was_delivered_all_the_same() -> None:
    async with Site() as site:
        host = partner(site, Script(content=Act(after=0.3)))
        queued = await site.send(ANN, [BOB])
        await talking(host, "C: BDAT")
        await site.ask("message remove", message=queued)
        await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert len(host.messages) == 1
        assert not site.found(Kind.REPORT)
        assert not site.found(Kind.REMOVE)


async def test_mail_without_a_route_leaves_when_there_is_one() -> None:
    async with Site() as site:
        host = partner(site, Script())
        none = SendConnector("Internet", ("elsewhere.example",), port=site.world.port, networks=(NETWORK,))
        await site.put(none)
        queued = await site.send(ANN, [BOB])
        [row] = (await site.ask("queue list")).rows
        assert row["queue"] == "unreachable/partner.example"
        await site.put(SendConnector("Internet", port=site.world.port, networks=(NETWORK,)))
        await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert len(host.messages) == 1


async def test_encryption_that_is_demanded_is_waited_for() -> None:
    async with Site() as site:
        host = partner(site, Script(tls=TlsMode.NONE))
        await site.put(SendConnector("Internet", port=site.world.port, networks=(NETWORK,), require_tls=True))
        queued = await site.send(ANN, [BOB])
        defer = await site.event(Kind.DEFER, message=queued)
        assert defer.cause == "tls-not-offered"
        assert not host.messages
        host.script = Script()
        await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert host.messages[0].tls


async def test_relay_domains_pass_on_whom_they_do_not_know() -> None:
    async with Site() as site:
        await site.put(AcceptedDomain("branch.example", DomainType.INTERNAL_RELAY))
        host = site.world.host("mx.branch.example")
        site.world.domain("branch.example", mx=["mx.branch.example"])
        await site.ask("recipient add", kind="mailbox", name="zoe", address=["zoe@branch.example"])
        await site.send("eve@out.example", ["zoe@branch.example", "yan@branch.example"], listener="smtp")
        await site.quiet()
        assert len(site.lying("zoe")) == 1
        assert [message.recipients[0][0] for message in host.messages] == ["yan@branch.example"]


async def test_the_postmaster_is_reached_without_a_domain() -> None:
    async with Site() as site:
        await site.ask("recipient add", kind="mailbox", name="master", address=["postmaster@worcester.example"])
        await site.send("eve@out.example", ["Postmaster"], listener="smtp")
        await site.send("eve@out.example", ["POSTMASTER@worcester.example"], listener="smtp")
        assert len(await site.mail("master", 2)) == 2


async def test_a_message_that_circles_is_refused_with_5_4_6() -> None:
    hop = b"Received: from a.example by b.example; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    async with Site() as site:
        client = await site.client()
        for hops, code in ((31, "554 5.4.6"), (30, "250 ")):
            await client.expect(f"MAIL FROM:<{ANN}>", "250")
            await client.expect("RCPT TO:<ben@worcester.example>", "250")
            await client.expect("DATA", "354")
            assert (await client.content(hop * hops + letter())).startswith(code)
        await client.close()


async def test_chunks_and_pipelining_are_taken_from_clients() -> None:
    body = letter(body="x" * 900 + "\r\n" + "y" * 900)
    first, last = body[:1000], body[1000:]
    async with Site() as site:
        client = await site.client()
        client.write(
            f"MAIL FROM:<{ANN}>\r\nRCPT TO:<ben@worcester.example>\r\nBDAT {len(first)}\r\n".encode()
            + first + f"BDAT {len(last)} LAST\r\n".encode() + last + b"QUIT\r\n"
        )  # fmt: skip
        replies = [await client.reply() for _ in range(5)]
        assert [reply[:3] for reply in replies] == ["250", "250", "250", "250", "221"]
        await client.close()
        [raw] = await site.mail("ben")
    assert raw.endswith(body.replace(b"\r\n", b"\n"))


async def test_a_large_message_crosses_whole() -> None:
    content = letter(body=("z" * 98 + "\r\n") * 50_000)
    async with Site() as site:
        host = partner(site, Script())
        await site.send(ANN, [BOB, "ben@worcester.example"], content)
        [message] = await host.received()
        [raw] = await site.mail("ben")
        await site.quiet()
    assert message.content.endswith(content)
    assert raw.endswith(content.replace(b"\r\n", b"\n"))


async def test_a_host_that_closes_after_every_message_costs_no_delivery() -> None:
    async with Site() as site:
        host = partner(site, Script(content=Act("250 2.0.0 taken, bye", then=Then.CLOSE)))
        for number in range(3):
            await site.send(ANN, [BOB], letter(f"Number {number}"))
        await host.received(3)
        await site.quiet()
        assert len(host.messages) == 3
        assert not site.found(Kind.DEFER)
