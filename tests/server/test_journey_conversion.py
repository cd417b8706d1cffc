"""Mail in another form and addresses of another kind, through a whole server."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from pathlib import Path

from saywhy.lab.script import Script
from saywhy.model.event import Kind
from tests.lab.loopback import needs_loopback
from tests.server.stage import Site

pytestmark = needs_loopback

ANN = "ann@worcester.example"
NO_DSN = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
PARTNER = '[[remote_domain]]\nname = "Partner"\ndomain = "*"\ncontent_type = "mime-text"\n'
LETTER = (
    b"From: <ann@worcester.example>\r\nSubject: Secret\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>At <b>ten</b>\r\n"
)
FAXES = """
[[send_connector]]
name = "Faxes"
address_spaces = ["FAX:*"]
protocol = "program"
program = ["/bin/sh", "-c", "{script}"]

[[contact]]
name = "Bob's fax"
addresses = ["bobs.fax@worcester.example"]
foreign = "FAX:+441905"
message_format = "text"
"""


async def test_what_was_converted_and_lost_is_told_and_the_report_returns_the_original() -> None:
    async with Site(organisation=PARTNER) as site:
        host = site.world.host(
            "mx.partner.example", Script(capabilities=NO_DSN, rcpt={"eve@*": "550 5.1.1 nobody"})
        )
        site.world.domain("partner.example", mx=["mx.partner.example"])
        to = ["bob@partner.example NOTIFY=SUCCESS,FAILURE", "eve@partner.example"]
        queued = await site.send(ANN, to, LETTER, parameters="RET=FULL")
        reports = {report.only["Action"]: report for report in await site.reports(number=2)}
        [arrived] = await host.received(1)
        told = await site.ask("trace", message_id=queued)
        sent = await site.event(Kind.SEND, recipient="bob@partner.example")
    assert arrived.content.endswith(b"\r\n\r\nAt ten\r\n")
    assert reports["relayed"].only["Status"] == "2.6.4"
    assert b"<p>At <b>ten</b>" in reports["failed"].raw
    assert (sent.data["converted"], sent.data["lost"]) == ("text/html to text/plain", "the formatting of HTML")
    assert "; converted: text/html to text/plain; lost: the formatting of HTML" in told.text


async def test_a_program_gets_what_the_contact_can_read_and_answers_for_it(tmp_path: Path) -> None:
    async with Site(organisation=FAXES.replace("{script}", f"cat > {tmp_path}/fax")) as site:
        await site.send(ANN, ["bobs.fax@worcester.example NOTIFY=SUCCESS"], LETTER)
        [report] = await site.reports()
        sent = await site.event(Kind.SEND)
    assert (report.only["Action"], report.only["Status"]) == ("relayed", "2.6.4")
    assert report.only["Final-Recipient"] == "rfc822; bobs.fax@worcester.example"
    assert "Remote-MTA" not in report.only
    assert sent.data["queue"] == "program/Faxes"
    fax = (tmp_path / "fax").read_bytes()
    assert fax.startswith(b"Return-Path: <ann@worcester.example>\nDelivered-To: bobs.fax@worcester.example\n")
    assert fax.endswith(b"\n\nAt ten\n")


async def test_a_server_that_ends_takes_the_program_with_it_and_keeps_the_message(tmp_path: Path) -> None:
    fifo, again = tmp_path / "begun", tmp_path / "again"
    os.mkfifo(fifo)
    script = f"test -e {again} && exit 0; echo $$ > {fifo}; exec sleep 1000"
    async with Site(organisation=FAXES.replace("{script}", script), drain_grace=0.2) as site:
        await site.send(ANN, ["bobs.fax@worcester.example"])
        pid = int(await asyncio.to_thread(fifo.read_text))
        await site.stop()
        assert (
            not Path(f"/proc/{pid}/cmdline").exists() or b"sleep" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        again.touch()
        await site.start()
        await site.event(Kind.SEND)
        await site.quiet()


async def test_mail_for_a_contact_stays_plain_text_when_it_is_routed_again() -> None:
    contact = (
        '[[contact]]\nname = "Bob"\naddresses = ["bob@worcester.example"]\nexternal = "bob@partner.example"\n'
    )
    closed = '[[send_connector]]\nname = "Out"\nport = {PORT}\nnetworks = ["127.0.0.0/8"]\nenabled = false\n'
    async with Site(organisation=f'{contact}message_format = "text"\n{closed}', internet=False) as site:
        host = site.world.host("mx.partner.example", Script())
        site.world.domain("partner.example", mx=["mx.partner.example"])
        queued = await site.send(ANN, ["bob@worcester.example"], LETTER)
        await site.event(Kind.DEFER, message=queued)
        connector = site.app.organisation().send_connectors["out"]
        await site.put(dataclasses.replace(connector, enabled=True))
        [arrived] = await host.received(1)
    assert arrived.content.endswith(b"\r\n\r\nAt ten\r\n")


async def test_a_gateway_by_smtp_gets_the_address_in_a_mail_address() -> None:
    gateway = '[[send_connector]]\nname = "Gateway"\naddress_spaces = ["FAX:*"]\nport = {PORT}\n'
    gateway += 'smart_hosts = ["fax.partner.example"]\nnetworks = ["127.0.0.0/8"]\n'
    async with Site(organisation=gateway + FAXES[FAXES.index("[[contact]]") :]) as site:
        host = site.world.host("fax.partner.example", Script())
        await site.send(ANN, ["bobs.fax@worcester.example"])
        [arrived] = await host.received(1)
    assert [address for address, _ in arrived.recipients] == ["IMCEAFAX-+2B441905@worcester.example"]
