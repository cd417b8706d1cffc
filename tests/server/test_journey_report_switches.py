"""Every switch that holds reports back, through the whole server: turned off, a report is held; on, it leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from saywhy.lab.mta import FakeMta
from saywhy.lab.script import Script
from saywhy.model.event import Kind
from tests.server.stage import Site, letter, read_report

ANN = "ann@worcester.example"
EVE = "eve@partner.example"
NOBODY = "nobody@worcester.example"
BUSY = Script(rcpt={"bob@*": "452 4.2.2 mailbox full"})

# Takes mail for unknown recipients from strangers, so that their failure has to be reported.
LAX = """
[[receive_connector]]
name = "Lax"
listeners = ["smtp"]
remote_ranges = ["127.0.0.1/32"]
recipient_lookup = false
tarpit = 0
"""


@asynccontextmanager
async def scene(script: Script | None = None, transport: str = "") -> AsyncIterator[tuple[Site, FakeMta]]:
    """The site, and the host of partner.example, where strangers read what we send them."""
    async with Site(organisation=LAX, transport=transport) as site:
        host = site.world.host("mx.partner.example", script or Script())
        site.world.domain("partner.example", mx=["mx.partner.example"])
        yield site, host


async def held_back(site: Site, message: str) -> str:
    """The rule that held back the report on `message`, once nothing is under way any more."""
    await site.quiet()
    assert not site.found(Kind.REPORT, message=message)
    [drop] = site.found(Kind.DROP, message=message)
    return drop.text


async def reported(site: Site, message: str) -> str:
    """What kind of report left on `message`."""
    event = await site.event(Kind.REPORT, message=message)
    await site.quiet()
    assert not site.found(Kind.DROP, message=message)
    return str(event.data["kind"])


async def stranger(site: Site, wishes: str = "", content: bytes = b"") -> str:
    return await site.send(EVE, [f"{NOBODY}{wishes}"], content, listener="smtp")


async def test_failure_reports_to_outside_go_off_with_remote_domain_default_and_on_again() -> None:
    async with scene() as (site, host):
        assert await reported(site, await stranger(site)) == "failed"
        await site.ask("remote-domain set", name="Default", ndr="no")
        message = await stranger(site)
        assert await held_back(site, message) == "remote-domain"
        assert [row["event"] for row in (await site.ask("trace", message_id=message)).rows][-1] == "DROP"
        assert await reported(site, await site.send(ANN, [NOBODY])) == "failed"  # our own readers are none of it
        await site.event(Kind.REPORTS_OFF)
        assert "(remote domain Default)" in (await site.ask("status")).text
        await site.ask("remote-domain set", name="Default", ndr="yes")
        assert await reported(site, await stranger(site)) == "failed"
        await site.event(Kind.REPORTS_ON)
        assert [received.sender for received in host.messages] == ["", ""]


async def test_the_remote_domain_that_names_the_reader_goes_before_default() -> None:
    async with scene() as (site, _):
        await site.ask("remote-domain set", name="Default", ndr="no")
        await site.ask("remote-domain add", name="Partner", domain="partner.example")
        assert await reported(site, await stranger(site)) == "failed"
        await site.ask("remote-domain set", name="Default", ndr="yes")
        await site.ask("remote-domain set", name="Partner", ndr="no")
        assert await held_back(site, await stranger(site)) == "remote-domain"
        await site.ask("remote-domain remove", name="Partner")
        assert await reported(site, await stranger(site)) == "failed"


async def test_other_reports_have_a_switch_of_their_own() -> None:
    async with scene() as (site, _):
        to_ben = {"sender": EVE, "recipients": ["ben@worcester.example NOTIFY=SUCCESS"], "listener": "smtp"}
        assert await reported(site, await site.send(**to_ben)) == "delivered"  # type: ignore[arg-type]
        await site.ask("remote-domain set", name="Default", delivery_reports="no")
        assert await held_back(site, await site.send(**to_ben)) == "remote-domain"  # type: ignore[arg-type]
        assert await reported(site, await stranger(site)) == "failed"


async def test_the_section_for_administrators_can_be_kept_from_readers_outside() -> None:
    async with scene() as (site, host):
        await stranger(site)
        await host.received(1)
        await site.ask("remote-domain set", name="Default", diagnostics="no")
        await stranger(site)
        whole, cut = await host.received(2)
    assert "Diagnostic information for administrators" in read_report(whole.content).text
    assert b"by mail.worcester.example" in whole.content
    assert "Diagnostic information for administrators" not in read_report(cut.content).text
    returned = read_report(cut.content).parts[2].as_bytes()
    assert b"Subject: Secret" in returned
    assert b"Received:" not in returned


async def test_a_dial_plan_is_switched_off_and_on() -> None:
    async with scene() as (site, _):
        await site.ask("dial-plan add", name="Phones", connector="Inside")
        assert await reported(site, await site.send(ANN, [NOBODY])) == "failed"
        await site.ask("dial-plan set", name="Phones", ndr="no")
        assert await held_back(site, await site.send(ANN, [NOBODY])) == "dial-plan"
        assert await reported(site, await stranger(site)) == "failed"  # came in by another connector
        await site.ask("dial-plan set", name="Phones", ndr="yes")
        assert await reported(site, await site.send(ANN, [NOBODY])) == "failed"


async def test_a_stamp_tells_the_dial_plan_and_a_strangers_stamp_does_not() -> None:
    stamped = b"X-SayWhy-Dial-Plan: Fax\r\n" + letter("Fax from 5551")
    async with scene() as (site, _):
        await site.ask("dial-plan add", name="Fax", ndr="no")
        assert await held_back(site, await site.send(ANN, [NOBODY], stamped)) == "dial-plan"
        assert await reported(site, await site.send(ANN, [NOBODY])) == "failed"
        assert await reported(site, await stranger(site, content=stamped)) == "failed"


async def test_a_lockdown_ends_when_it_is_stopped_and_by_itself() -> None:
    async with scene() as (site, _):
        await site.ask("lockdown start", profile="virus", **{"for": "2h"})
        assert await held_back(site, await stranger(site)) == "lockdown"
        assert "lockdown virus" in (await site.event(Kind.REPORTS_OFF)).text
        assert await reported(site, await site.send(ANN, [NOBODY])) == "failed"
        await site.ask("lockdown stop")
        assert await reported(site, await stranger(site)) == "failed"
        await site.ask("lockdown start", profile="spoof", **{"for": "1 s"})
        while (await site.ask("lockdown show")).rows:  # for a second, by the clock alone
            pass
        assert await reported(site, await stranger(site)) == "failed"


async def test_delay_reports_are_switched_for_readers_inside_and_outside() -> None:
    for switch, sender, held in (
        ("report_internal_delays", ANN, True),
        ("report_external_delays", ANN, False),
        ("report_external_delays", EVE, True),
        ("report_internal_delays", EVE, False),
    ):
        async with scene(BUSY, f"delay_after = 0.1\n{switch} = false\n") as (site, host):
            message = await site.send(sender, ["bob@partner.example"])
            event = await site.event(Kind.DROP if held else Kind.REPORT, message=message)
            assert (event.text or event.data["kind"]) == ("delay-reports" if held else "delayed")
            host.script = Script()
            await site.quiet()


async def test_a_copy_of_a_report_with_a_listed_code_goes_to_the_reply_recipient() -> None:
    async with scene(transport='reply_recipient = "ben"\n') as (site, _):
        site.world.dns.set("bare.example", "TXT", "no mail here")
        message = await site.send(ANN, ["bob@bare.example"])
        [mine], [copy] = await site.reports("ann"), await site.reports("ben")
        assert mine.only["Status"] == "5.4.4"
        assert copy.only == mine.only
        await site.quiet()
        assert [event.data["kind"] for event in site.found(Kind.REPORT, message=message)] == ["failed", "copy"]
        told = (await site.ask("trace", message_id=message)).text
        assert "a copy of the report was queued to the reply recipient" in told
        await site.send(ANN, [NOBODY])  # 5.1.1 is the sender's to mend
        await site.reports("ann", 2)
        await site.quiet()
        assert len(site.lying("ben")) == 1


async def test_nobody_gets_a_copy_while_no_reply_recipient_is_named() -> None:
    async with scene() as (site, _):
        site.world.dns.set("bare.example", "TXT", "no mail here")
        message = await site.send(ANN, ["bob@bare.example"])
        assert await reported(site, message) == "failed"
        assert len(site.found(Kind.REPORT, message=message)) == 1
