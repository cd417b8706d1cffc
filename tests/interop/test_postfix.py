"""Debian's Postfix as our smart host and as our client: mail both ways, DSN parameters passed on."""

from __future__ import annotations

import asyncio
import smtplib
from pathlib import Path

import pytest

from saywhy.lab.mta import FakeMta
from saywhy.lab.script import CAPABILITIES, Script, TlsMode
from tests.interop.postfix import Postfix, free_port
from tests.interop.test_senders import wait_for
from tests.server.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SMART_HOST = """
[[send_connector]]
name = "Postfix"
smart_hosts = ["[127.0.0.1]"]
port = {port}
networks = ["127.0.0.0/8"]
"""
MESSAGE = "From: guy@worcester.example\r\nTo: far@far.example\r\nSubject: Both ways\r\n\r\nHello.\r\n"


def send(port: int, recipient: str, mail: list[str], rcpt: list[str]) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="pc7.worcester.example") as client:
        client.sendmail("guy@worcester.example", [recipient], MESSAGE, mail, rcpt)


async def test_dsn_parameters_pass_through_postfix_as_smart_host_and_its_report_comes_back(
    tmp_path: Path,
) -> None:
    ours = free_port()
    without_dsn = tuple(word for word in CAPABILITIES if word != "DSN")
    (tmp_path / "postfix").mkdir()
    (tmp_path / "ours").mkdir()
    async with (
        FakeMta("with.far.example", Script(tls=TlsMode.NONE), ip="127.0.0.1") as far,
        FakeMta("plain.far.example", Script(tls=TlsMode.NONE, capabilities=without_dsn), ip="127.0.0.1") as plain,
    ):
        routes = {"far.example": far.port, "plain.example": plain.port, "worcester.example": ours}
        with Postfix(tmp_path / "postfix", routes) as postfix:
            server = Running(tmp_path / "ours", connectors=SMART_HOST.format(port=postfix.port))
            server.port = ours
            with server:
                wishes = ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;Far@Far.example"]
                await asyncio.to_thread(send, ours, "far@far.example", ["RET=HDRS", "ENVID=QQ314159"], wishes)
                [message] = await far.received(1)
                assert {"RET=HDRS", "ENVID=QQ314159"} <= set(message.parameters)
                [(address, parameters)] = message.recipients
                assert address == "far@far.example"
                assert set(parameters) == set(wishes)
                # A next hop without DSN: Postfix says "relayed" to the sender, by our own front door.
                await asyncio.to_thread(send, ours, "near@plain.example", ["ENVID=QQ2"], ["NOTIFY=SUCCESS"])
                await plain.received(1)
                await asyncio.to_thread(wait_for, server, "guy", 1)
                [report] = server.mail("guy")
                assert report.get_content_type() == "multipart/report"
                status = report.get_payload()[1].as_string()
                assert "relayed" in status
                assert "QQ2" in status


async def test_mail_comes_in_from_postfix_and_our_refusal_makes_its_report(tmp_path: Path) -> None:
    ours = free_port()
    (tmp_path / "postfix").mkdir()
    (tmp_path / "ours").mkdir()
    with Postfix(tmp_path / "postfix", {"worcester.example": ours}) as postfix:
        server = Running(tmp_path / "ours", connectors=SMART_HOST.format(port=postfix.port))
        server.port = ours
        with server:
            await asyncio.to_thread(send, postfix.port, "ann@worcester.example", ["ENVID=QQ3"], ["NOTIFY=SUCCESS"])
            await asyncio.to_thread(wait_for, server, "ann", 1)
            # NOTIFY=SUCCESS reached us: the "delivered" report is ours.
            await asyncio.to_thread(wait_for, server, "guy", 1)
            [delivered] = server.mail("guy")
            assert "Action: delivered" in delivered.get_payload()[1].as_string()
            await asyncio.to_thread(send, postfix.port, "jethro@worcester.example", [], [])
            await asyncio.to_thread(wait_for, server, "guy", 2)
            failed = max(server.mail("guy"), key=lambda message: "jethro" in message.as_string())
            assert "Status: 5.1.1" in failed.get_payload()[1].as_string()
