"""Every kind of report, from a message that somebody sends to the report in the sender's mailbox (spec B1)."""

from __future__ import annotations

import asyncio
import base64
import dataclasses

import pytest

from saywhy.lab.script import DROP, Presence, Script
from saywhy.model.event import Kind
from saywhy.model.organisation import ExpiryStatus
from tests.server.stage import PASSWORD, Client, Report, Site, letter, read_report

ANN = "ann@worcester.example"
NO_DSN = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
NEWS = """
[[group]]
name = "news"
addresses = ["news@worcester.example"]
members = ["ann@worcester.example", "ben@worcester.example", "gone@partner.example"]
"""


async def sign_in(site: Site) -> Client:
    client = await site.client("submission")
    await client.start_tls()
    await client.expect("EHLO pc7.worcester.example", "250")
    await client.expect("AUTH PLAIN " + plain("ann", PASSWORD), "235")
    return client


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


async def failed(site: Site, recipient: str) -> Report:
    """The only report about a message from Ann to `recipient`."""
    await site.send(ANN, [recipient])
    [report] = await site.reports()
    await site.quiet()
    assert report.only["Final-Recipient"] == f"rfc822; {recipient}"
    assert report.only["Action"] == "failed"
    return report


# -- failed --


async def test_a_mistyped_colleague_comes_back_with_the_one_who_was_probably_meant() -> None:
    async with Site() as site:
        client = await sign_in(site)
        await client.expect(f"MAIL FROM:<{ANN}> RET=FULL ENVID=QQ314159", "250")
        await client.expect("RCPT TO:<bem@worcester.example> ORCPT=rfc822;Bem@worcester.example", "250")
        await client.expect("DATA", "354")
        assert (await client.content(letter(body="Meet me."))).startswith("250 ")
        await client.close()
        [report] = await site.reports()
    assert report.only["Status"] == "5.1.1"
    assert report.only["Original-Recipient"] == "rfc822; Bem@worcester.example"
    assert report.groups[0]["Original-Envelope-Id"] == "QQ314159"
    assert report.groups[0]["Reporting-MTA"] == "dns; mail.worcester.example"
    assert "Did you mean ben@worcester.example?" in report.text
    assert report.text.endswith("<mail.worcester.example #5.1.1>")
    assert report.message["Subject"] == "Undeliverable: Secret"
    assert report.message["To"] == ANN
    assert b"Meet me." in report.raw


async def test_a_stranger_is_told_of_no_near_miss() -> None:
    outside = '[[receive_connector]]\nname = "Lax"\nlisteners = ["smtp"]\nremote_ranges = ["127.0.0.1/32"]\n'
    async with Site(organisation=outside + "recipient_lookup = false\n") as site:
        site.world.host("mx.partner.example")
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.send("eve@partner.example", ["bem@worcester.example"], listener="smtp")
        [message] = await site.world.hosts["mx.partner.example"].received()
    assert message.sender == ""
    assert b"Status: 5.1.1" in message.content
    assert b"ben@worcester.example" not in message.content


async def test_a_remote_refusal_is_quoted_word_for_word() -> None:
    words = "550 5.7.1 Recipient rejected: sender not on this group's allow list"
    async with Site() as site:
        host = site.world.host("mx.partner.example", Script(rcpt={"ronald@*": words}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        report = await failed(site, "ronald@partner.example")
        assert not host.messages
    assert report.only["Status"] == "5.7.1"
    assert report.only["Remote-MTA"] == "dns; mx.partner.example"
    assert report.only["Diagnostic-Code"] == f"smtp; {words}"
    assert "sender not on this group's allow list" in report.text


@pytest.mark.parametrize(("step", "script"), [
    ("end of data", Script(content="554 5.6.0 we do not want that")),
    ("MAIL", Script(mail="550 5.7.1 not from you")),
])  # fmt: skip
async def test_a_refusal_at_any_other_step_fails_the_recipient_as_well(step: str, script: Script) -> None:
    async with Site() as site:
        site.world.host("mx.partner.example", script)
        site.world.domain("partner.example", mx=["mx.partner.example"])
        report = await failed(site, "bob@partner.example")
    assert report.only["Remote-MTA"] == "dns; mx.partner.example"


async def test_a_domain_that_does_not_exist_fails_at_once_with_5_1_2() -> None:
    async with Site() as site:
        report = await failed(site, "sales@partnr.example")
        assert not site.found(Kind.DEFER)
    assert report.only["Status"] == "5.1.2"
    assert "Remote-MTA" not in report.only
    assert report.only["Diagnostic-Code"].startswith("x-saywhy; ")


async def test_a_null_mx_fails_at_once_with_5_1_10() -> None:
    async with Site() as site:
        site.world.domain("quiet.example", null_mx=True)
        report = await failed(site, "bob@quiet.example")
        assert not site.found(Kind.DEFER)
    assert report.only["Status"] == "5.1.10"


async def test_a_domain_without_mail_host_fails_with_5_4_4() -> None:
    async with Site() as site:
        site.world.dns.set("bare.example", "TXT", "no mail here")
        report = await failed(site, "bob@bare.example")
    assert report.only["Status"] == "5.4.4"


async def test_an_mx_that_is_ourselves_fails_with_5_3_5() -> None:
    async with Site() as site:
        site.world.domain("loop.example", mx=["mail.worcester.example"])
        report = await failed(site, "bob@loop.example")
    assert report.only["Status"] == "5.3.5"


async def test_a_next_hop_on_an_address_that_no_connector_allows_fails_with_5_3_5() -> None:
    async with Site(internet=False) as site:
        site.world.host("mx.partner.example")
        site.world.domain("partner.example", mx=["mx.partner.example"])
        report = await failed(site, "bob@partner.example")
        assert not site.world.hosts["mx.partner.example"].sessions
    assert report.only["Status"] == "5.3.5"


# -- delayed --


async def test_a_delay_is_reported_once_and_the_message_still_arrives() -> None:
    async with Site(transport="delay_after = 0.2\n") as site:
        host = site.world.host("mx.partner.example", Script(rcpt={"*": "452 4.2.2 mailbox full"}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        queued = await site.send(ANN, ["bob@partner.example"])
        [report] = await site.reports()
        before = len(site.found(Kind.DEFER, message=queued))
        await site.event(Kind.DEFER, before + 4, message=queued)  # long past the delay, and tried again
        host.script = Script()
        await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert [event.data["kind"] for event in site.found(Kind.REPORT)] == ["delayed"]
        assert len(site.lying("ann")) == 1
        assert len(host.messages) == 1
    assert report.only["Action"] == "delayed"
    assert report.only["Status"] == "4.2.2"
    assert report.only["Will-Retry-Until"]
    assert report.message["Subject"] == "Delivery delayed: Secret"
    assert b"failed" not in report.raw.lower()


async def test_a_delay_is_not_reported_to_those_who_asked_for_failures_only() -> None:
    async with Site(transport="delay_after = 0.1\n") as site:
        host = site.world.host("mx.partner.example", Script(rcpt={"*": "452 4.2.2 mailbox full"}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.send(ANN, ["bob@partner.example NOTIFY=FAILURE"])
        drop = await site.event(Kind.DROP)
        host.script = Script()
        await site.quiet()
        assert drop.data["rule"] == "notify"
        assert not site.found(Kind.REPORT)
        assert not site.lying("ann")


# -- delivered, relayed, expanded --


async def test_a_delivery_here_is_confirmed_when_that_was_asked_for() -> None:
    async with Site() as site:
        await site.send(ANN, ["ben@worcester.example NOTIFY=SUCCESS", "benjamin@worcester.example"])
        [report] = await site.reports()
        await site.quiet()
    assert report.verdicts == {("ben@worcester.example", "delivered", "2.1.5")}
    assert report.message["Subject"] == "Delivered: Secret"
    assert b"At ten." not in report.raw  # headers only (RFC 3461 section 4.3)


async def test_a_next_hop_without_dsn_makes_a_relayed_report() -> None:
    async with Site() as site:
        host = site.world.host("mx.old.example", Script(capabilities=NO_DSN))
        site.world.domain("old.example", mx=["mx.old.example"])
        await site.send(ANN, ["bob@old.example NOTIFY=SUCCESS,FAILURE", "sue@old.example"])
        [report] = await site.reports()
        await site.quiet()
        [message] = host.messages
    assert report.verdicts == {("bob@old.example", "relayed", "2.0.0")}
    assert report.message["Subject"] == "Relayed: Secret"
    assert [parameters for _, parameters in message.recipients] == [(), ()]


async def test_a_next_hop_with_dsn_gets_the_wishes_and_nothing_is_reported() -> None:
    async with Site() as site:
        host = site.world.host("mx.partner.example")
        site.world.domain("partner.example", mx=["mx.partner.example"])
        wishes = "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob@partner.example"
        await site.send(ANN, [f"bob@partner.example {wishes}"], parameters="RET=HDRS ENVID=QQ+2B1")
        await site.quiet()
        [message] = host.messages
        assert not site.found(Kind.REPORT, Kind.DROP)
    assert {"RET=HDRS", "ENVID=QQ+2B1"} <= set(message.parameters)
    [(_, parameters)] = message.recipients
    assert set(parameters) == {"NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;Bob@partner.example"}


async def test_a_group_is_reported_as_expanded_and_a_members_failure_once() -> None:
    async with Site(organisation=NEWS) as site:
        host = site.world.host("mx.partner.example", Script(rcpt={"gone@*": "550 5.1.1 no such user"}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.send("ben@worcester.example", ["news@worcester.example NOTIFY=SUCCESS,FAILURE"])
        mail = await site.mail("ben", 3)
        reports = [read_report(raw) for raw in mail if b"multipart/report" in raw]
        await site.quiet()
        assert len(site.lying("ben")) == 3  # his own copy and two reports
        assert len(site.lying("ann")) == 1
        assert not host.messages
    verdicts = sorted(verdict for report in reports for verdict in report.verdicts)
    assert verdicts == [
        ("news@worcester.example", "expanded", "2.0.0"),
        ("news@worcester.example", "failed", "5.1.1"),
    ]


async def test_what_fails_beyond_a_contact_or_group_is_not_laid_to_the_address_that_was_written() -> None:
    contact = (
        '[[contact]]\nname = "carl"\naddresses = ["carl@worcester.example"]\nexternal = "carl@gone.example"\n'
    )
    async with Site(organisation=NEWS + contact) as site:
        site.world.host("mx.partner.example", Script(rcpt={"gone@*": "550 5.1.1 no such user"}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.send("ben@worcester.example", ["news@worcester.example", "carl@worcester.example"])
        mail = await site.mail("ben", 3)
        await site.quiet()
    found = [read_report(raw) for raw in mail if b"multipart/report" in raw]
    reports = {report.only["Final-Recipient"]: report for report in found}
    for recipient, target in (("news", "gone@partner.example"), ("carl", "carl@gone.example")):
        report = reports[f"rfc822; {recipient}@worcester.example"]
        human, _, diagnostics = report.text.partition("Diagnostic information for administrators:")
        assert "letter by letter" not in human
        assert "The domain worcester.example" not in human
        assert f"with the address {recipient}@worcester.example" not in human
        assert "1. Tell the organisation's administrator" in human
        assert "[ ] you [x] your mail server" in human
        assert f"Leads on to: {target}" in diagnostics


async def test_notify_never_silences_a_failure_and_the_log_says_so() -> None:
    async with Site() as site:
        queued = await site.send(ANN, ["nobody@worcester.example NOTIFY=NEVER"])
        drop = await site.event(Kind.DROP, message=queued)
        await site.quiet()
        assert drop.data["rule"] == "notify"
        assert site.found(Kind.FAIL, message=queued)
        assert not site.found(Kind.REPORT)


# -- expired --


@pytest.mark.parametrize(("mode", "status"), [
    (ExpiryStatus.SPECIFIC, "5.4.1"),
    (ExpiryStatus.CLASSIC, "4.4.7"),
    (ExpiryStatus.PERMANENT, "5.4.7"),
    (ExpiryStatus.TRANSIENT, "4.4.1"),
])  # fmt: skip
async def test_what_nobody_answers_for_is_given_up_with_the_status_of_the_setting(
    mode: ExpiryStatus, status: str
) -> None:
    async with Site() as site:
        await expire_soon(site, mode)
        site.world.host("mx.partner.example", Script(presence=Presence.REFUSING))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        report = await failed(site, "bob@partner.example")
    assert report.only["Status"] == status
    assert "mx.partner.example" in report.text
    assert "Connection refused" in report.text
    assert report.text.endswith(f"#{status}>")


async def test_an_expired_message_tells_what_each_attempt_met_and_keeps_the_remotes_code() -> None:
    async with Site() as site:
        await expire_soon(site, ExpiryStatus.SPECIFIC, 2.0)
        steps = [DROP, "450 4.2.0 greylisted, come back", "452 4.2.2 mailbox full"]
        site.world.host("mx.partner.example", Script(rcpt={"*": steps}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        report = await failed(site, "bob@partner.example")
        [fail] = site.found(Kind.FAIL)
        attempts = fail.data["attempts"]
        assert attempts in (len(site.found(Kind.DEFER)), len(site.found(Kind.DEFER)) + 1)
    assert report.only["Status"] == "4.2.2"  # errata 48: never rewritten
    assert report.only["Diagnostic-Code"] == "smtp; 452 4.2.2 mailbox full"
    diagnostics = report.text.partition("Diagnostic information for administrators:")[2]
    assert "What earlier attempts met:" in diagnostics
    assert "450 4.2.0 greylisted, come back" in diagnostics
    assert f"Attempts: {attempts} " in diagnostics


async def expire_soon(site: Site, mode: ExpiryStatus, after: float = 0.5) -> None:
    config = site.app.organisation().transport
    await site.put(dataclasses.replace(config, expire_after=after, expiry_status=mode))


# -- never --


async def test_r2_mail_from_the_null_reverse_path_is_never_reported() -> None:
    async with Site() as site:
        queued = await site.send("", ["nobody@worcester.example"])
        drop = await site.event(Kind.DROP, message=queued)
        await site.quiet()
        assert (drop.recipient, drop.data["rule"]) == ("nobody@worcester.example", "null-reverse-path")
        assert not site.found(Kind.REPORT)


async def test_a_report_that_cannot_be_delivered_is_dropped_and_not_reported_in_turn() -> None:
    async with Site() as site:
        await site.send("ann@gone.example", ["nobody@worcester.example"])
        report = await site.event(Kind.REPORT)
        drop = await site.event(Kind.DROP, message=str(report.data["report"]))
        await site.quiet()
        assert drop.data["rule"] == "null-reverse-path"
        assert len(site.found(Kind.REPORT)) == 1


async def test_reports_side_by_side_do_not_mix() -> None:
    async with Site() as site:
        names = [f"nobody{number}@worcester.example" for number in range(10)]
        await asyncio.gather(*(site.send(ANN, [name], letter(subject=name)) for name in names))
        reports = await site.reports(number=len(names))
    assert {(str(report.message["Subject"]), *report.verdicts) for report in reports} == {
        (f"Undeliverable: {name}", (name, "failed", "5.1.1")) for name in names
    }
