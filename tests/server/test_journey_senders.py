"""Who a message is from, through the whole server: DNS packets, sockets, and what becomes of the report."""

from __future__ import annotations

from dataclasses import replace

from saywhy.lab.dns import Mood
from saywhy.lab.script import Script
from saywhy.model.event import Kind
from tests.server.stage import Site, letter, read_report
from tests.wire.auth.signing import ed25519_key, record, signed

BEN = "ben@worcester.example"
EVE = "eve@partner.example"
NOBODY = "nobody@worcester.example"

CONNECTOR = """
[[receive_connector]]
name = "Strangers"
listeners = ["smtp"]
remote_ranges = ["127.0.0.1/32"]
recipient_lookup = false
tarpit = 0
"""


def partner(site: Site, *, spf: str = "v=spf1 -all") -> None:
    """partner.example takes mail, and its key is known."""
    site.world.host("mx.partner.example", Script())
    site.world.domain("partner.example", mx=["mx.partner.example"])
    site.world.dns.set("partner.example", "TXT", "some other text", spf)
    site.world.dns.set("one._domainkey.partner.example", "TXT", record(ed25519_key()))


def mail(sender: str = EVE) -> bytes:
    return letter(sender=sender)


def proved() -> bytes:
    return signed(mail(), ed25519_key(), domain="partner.example")


async def dropped(site: Site, content: bytes, sender: str = EVE) -> str:
    """The rule that held back the report on a message to nobody; empty when the report left."""
    message = await site.send(sender, [NOBODY], content, listener="smtp")
    await site.quiet()
    drops = site.found(Kind.DROP, message=message)
    assert len(drops) + len(site.found(Kind.REPORT, message=message)) == 1
    return drops[0].text if drops else ""


async def test_no_report_goes_to_a_reverse_path_that_spf_says_is_forged() -> None:
    async with Site(organisation=CONNECTOR) as site:
        partner(site)
        assert await dropped(site, mail()) == "forged-reverse-path"
        assert await dropped(site, proved()) == ""
        assert await dropped(site, proved().replace(b"At ten", b"At one")) == "forged-reverse-path"
        told = (await site.ask("status")).text
        assert "Reports held back since the start, by rule: 2 forged-reverse-path." in told
        [drop, _] = site.found(Kind.DROP)
        assert drop.data["checks"] == "dkim=none dmarc=none spf=fail"
        story = (await site.ask("trace", message_id=drop.message)).text
        assert "the sender's domain does not permit the server that sent the message (SPF)" in story


async def test_the_report_leaves_where_spf_passes_says_nothing_or_has_no_answer() -> None:
    async with Site(organisation=CONNECTOR) as site:
        partner(site, spf="v=spf1 ip4:127.0.0.0/8 -all")
        assert await dropped(site, mail()) == ""
    async with Site(organisation=CONNECTOR) as site:
        partner(site, spf="v=spf1 ~all")
        assert await dropped(site, mail()) == ""
    async with Site(organisation=CONNECTOR) as site:
        partner(site)
        site.world.dns.misbehave("partner.example", Mood.SERVFAIL, "TXT")
        assert await dropped(site, mail()) == ""


async def test_no_report_goes_where_nobody_can_read_it() -> None:
    async with Site(organisation=CONNECTOR) as site:
        assert await dropped(site, mail("eve@absent.example"), "eve@absent.example") == "reverse-path-nowhere"
        site.world.domain("deaf.example", null_mx=True)
        assert await dropped(site, mail("eve@deaf.example"), "eve@deaf.example") == "reverse-path-nowhere"


async def test_reports_to_senders_that_nothing_proves_can_be_switched_off() -> None:
    async with Site(organisation=CONNECTOR, transport="report_unverified = false\n") as site:
        partner(site, spf="v=spf1 ?all")
        assert await dropped(site, mail()) == "unverified-reverse-path"
        assert await dropped(site, proved()) == ""


async def test_a_client_of_ours_is_not_checked_and_gets_its_report() -> None:
    async with Site(organisation=CONNECTOR) as site:
        site.world.dns.set("worcester.example", "TXT", "v=spf1 -all")
        message = await site.send("ann@worcester.example", [NOBODY])
        [report] = await site.mail("ann")
        assert b"#5.1.1" in report
        assert not site.found(Kind.DROP, message=message)
        assert site.world.dns.questions["worcester.example", "TXT"] == 0


async def test_the_results_stand_in_the_delivered_message_and_in_its_history() -> None:
    async with Site(organisation=CONNECTOR) as site:
        partner(site)
        site.world.dns.set("_dmarc.partner.example", "TXT", "v=DMARC1; p=reject")
        forged = b"Authentication-Results: mail.worcester.example; spf=pass\r\n"
        message = await site.send(EVE, [BEN], forged + proved(), listener="smtp")
        [stored] = await site.mail("ben")
        assert stored.count(b"Authentication-Results: mail.worcester.example;") == 1
        assert b"spf=fail smtp.mailfrom=partner.example;\n\tdkim=pass" in stored
        [received, *_] = await site.tracking(message)
        assert received.data["checks"] == "dkim=pass dmarc=pass spf=fail"


async def test_a_connector_that_refuses_says_which_check_failed_and_why() -> None:
    strict = CONNECTOR + 'spf = "refuse"\ndkim = "refuse"\ndmarc = "refuse"\n'
    async with Site(organisation=strict) as site:
        partner(site)
        client = await site.client("smtp")
        reply = await client.say(f"MAIL FROM:<{EVE}>")
        assert reply == "550 5.7.23 SPF: partner.example does not permit 127.0.0.1 to send for it"
        [refused] = site.found(Kind.REFUSE, cause="spf-failed")
        assert refused.data["dns"] == "TXT partner.example: SPF fail"
        site.world.dns.set("_dmarc.partner.example", "TXT", "v=DMARC1; p=reject")
        for content, reply in (
            (mail(), "550 5.7.26 partner.example asks to refuse what is not proved to come from it (DMARC)"),
            (proved().replace(b"At ten", b"At one"), "554 5.7.7 AGENT.Signature; Message integrity failure; dkim"),
            (proved(), "250 2.0.0 Queued as"),
        ):
            await client.expect("MAIL FROM:<>", "250")
            await client.expect(f"RCPT TO:<{BEN}>", "250")
            await client.expect("DATA", "354")
            assert (await client.content(content)).startswith(reply)
        await client.close()
        [broken] = site.found(Kind.REFUSE, cause="signature-broken")
        assert broken.data["dns"] == "DKIM of partner.example: the body has changed"


async def test_the_name_of_a_client_is_looked_up_in_both_directions() -> None:
    async with Site(organisation=CONNECTOR + 'reverse_dns = "refuse"\n') as site:
        site.world.dns.set("1.0.0.127.in-addr.arpa", "PTR", "pc7.partner.example.")
        client = await site.client("smtp")
        reply = await client.say(f"MAIL FROM:<{EVE}>")
        assert reply == "550 5.7.25 the name of 127.0.0.1 does not lead back to it"
        await client.close()
    async with Site(organisation=CONNECTOR + 'reverse_dns = "refuse"\n') as site:
        site.world.dns.set("1.0.0.127.in-addr.arpa", "PTR", "pc7.partner.example.")
        site.world.dns.set("pc7.partner.example", "A", "127.0.0.1")
        client = await site.client("smtp")
        await client.expect(f"MAIL FROM:<{EVE}>", "250")
        await client.close()


async def test_a_list_that_a_forged_message_reaches_reports_to_its_owner_all_the_same() -> None:
    owned = """
[[contact]]
name = "carl"
addresses = ["carl@worcester.example"]
external = "carl@absent.example"

[[group]]
name = "club"
addresses = ["club@worcester.example"]
members = ["carl@worcester.example"]
report_to_originator = false
report_to_manager = true
managed_by = ["ann@worcester.example"]
"""
    async with Site(organisation=CONNECTOR + owned) as site:
        partner(site)
        await site.send(EVE, ["club@worcester.example"], mail(), listener="smtp")
        [report] = await site.mail("ann")
        assert b"carl@worcester.example" in report
        assert not site.found(Kind.DROP)


async def test_above_the_cap_one_report_names_all_recipients_when_its_time_is_over() -> None:
    async with Site(organisation=CONNECTOR, transport="report_rate = 2\n") as site:
        partner(site, spf="v=spf1 ip4:127.0.0.1 -all")
        wanted = [f"gone{number}@worcester.example" for number in range(5)]
        for recipient in wanted:
            await site.send(EVE, [recipient], mail(), listener="smtp")
        await site.event(Kind.HOLD, 3)
        [row] = (await site.ask("storm list")).rows
        assert (row["storm"], row["recipients"]) == ("held/report-rate/eve@partner.example", 3)
        assert not site.found(Kind.STORM)
        transport = site.app.organisation().transport
        await site.put(replace(transport, report_rate_interval=0.0))  # the hour is over
        await site.quiet()
        mails = await site.world.hosts["mx.partner.example"].received(3)
        reports = [read_report(each.content) for each in mails]
        assert sorted(len(report.recipients) for report in reports) == [1, 1, 3]
        named = [verdict[0] for report in reports for verdict in report.verdicts]
        assert sorted(named) == wanted
        assert not site.found(Kind.DROP)
