"""`saywhy demo` shows what it promises, and the README shows what the demo sent."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from saywhy.lab.demo import SCENES, SENDER, Stage

HUNG = 100.0
README = Path(__file__).parents[2] / "README.md"
HEADS = ("Return-Path:", "Received:", "From:")


def test_the_demo_prints_three_reports_and_ends_with_0() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "saywhy", "demo", "--once"],
        capture_output=True,
        text=True,
        timeout=HUNG,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("Subject: Undeliverable: ") == 3
    for scene in SCENES:
        assert f"<{scene.recipient}>" in done.stdout
        assert f"#{scene.status}>" in done.stdout
    assert "Did you mean jetro@worcester.example?" in done.stdout
    assert "3 of 3 reports arrived and say why." in done.stdout


async def test_the_stage_keeps_nothing_running_when_it_is_left(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with Stage(tmp_path) as stage:
        await stage.send(SCENES[0])
        assert b"multipart/report" in await stage.report()
    assert asyncio.all_tasks() == before


def pasted() -> EmailMessage:
    """The report in the README: the fenced block that begins with a header, after the words "as it looks"."""
    text = README.read_text()
    after = text.lower().find("as it looks")
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text[max(after, 0) :], re.MULTILINE | re.DOTALL)
    found = [block for block in blocks if block.startswith(HEADS)]
    if after < 0 or not found:
        pytest.skip("the README holds no report yet")
    message = email.message_from_string(found[0], policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_report_in_the_readme_is_one_for_any_mail_program() -> None:
    report = pasted()
    assert not report.defects
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    human, status, returned = report.iter_parts()
    assert human.get_content_type() == "multipart/alternative"
    assert status.get_content_type() == "message/delivery-status"
    assert returned.get_content_type() == "message/rfc822"
    message, recipient = [group for group in status.walk() if group is not status]
    assert message["Reporting-MTA"] == "dns; worcester.worcester.example"
    assert recipient["Action"] == "failed"
    assert recipient["Status"] == "5.1.1"
    assert recipient["Final-Recipient"] == f"rfc822; {SCENES[0].recipient}"
    assert report["To"] == SENDER


async def test_the_demo_still_sends_what_the_readme_shows(tmp_path: Path) -> None:
    """But for dates, names of this run and boundaries."""
    shown = pasted()
    async with Stage(tmp_path) as stage:
        await stage.send(SCENES[0])
        sent = email.message_from_bytes(await stage.report(), policy=email.policy.default)
    assert isinstance(sent, EmailMessage)
    assert skeleton(sent) == skeleton(shown)
    assert sent.keys() == shown.keys()


def skeleton(message: EmailMessage) -> str:
    """The human part in plain text without what differs between two runs."""
    body = message.get_body(("plain",))
    assert body is not None
    text = re.sub(r"\d{1,2} \w+ \d{4}, \d\d:\d\d|\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "WHEN", body.get_content())
    text = re.sub(r"\w{3}, +\d{1,2} \w{3} \d{4} [\d:]+ [+-]\d{4}", "WHEN", text)
    return re.sub(r"<1-1\.\d+@|\+\d+ s", "N", text)
