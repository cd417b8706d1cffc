"""A deadline on its way through this server, in real dialogues (RFC 2852, errata 18)."""

from __future__ import annotations

import re

import pytest

from saywhy.lab.script import CAPABILITIES, Script
from saywhy.model.event import Kind
from tests.server.stage import Site

ANN, BOB = "ann@worcester.example", "bob@partner.example"
PROMISES = (*CAPABILITIES, "DELIVERBY 30")


def partner(site: Site, capabilities: tuple[str, ...]) -> None:
    site.world.host("mx.partner.example", Script(capabilities=capabilities))
    site.world.domain("partner.example", mx=["mx.partner.example"])


def told_to_partner(site: Site) -> str:
    return "\n".join(line for session in site.world.hosts["mx.partner.example"].sessions for line in session.lines)


async def test_a_next_hop_that_promises_it_gets_the_seconds_that_are_left() -> None:
    async with Site() as site:
        partner(site, PROMISES)
        await site.send(ANN, [BOB], parameters="BY=100;R")
        await site.quiet()
        [left] = re.findall(r"C: MAIL FROM:.* BY=([0-9]+);R$", told_to_partner(site), re.MULTILINE)
        assert 30 <= int(left) < 100
        assert not site.found(Kind.REPORT)


@pytest.mark.parametrize(
    ("capabilities", "seconds", "words"),
    [
        (CAPABILITIES, 100, "the next server promises no deadline, and "),
        (PROMISES, 20, "the next server promises no deadline of less than 30 s, and "),
    ],
)
async def test_a_message_to_be_returned_fails_at_once_where_the_next_hop_does_not_promise_it(
    capabilities: tuple[str, ...], seconds: int, words: str
) -> None:
    async with Site() as site:
        partner(site, capabilities)
        await site.send(ANN, [BOB], parameters=f"BY={seconds};R")
        [report] = await site.reports()
        await site.quiet()
        assert "MAIL FROM" not in told_to_partner(site)
    assert (report.only["Action"], report.only["Status"]) == ("failed", "5.4.7")
    assert report.only["X-SayWhy-Cause"] == "deadline-missed"
    assert words in " ".join(str(report.only["Diagnostic-Code"]).split())
    assert report.groups[0]["Deliver-By-Date"]


@pytest.mark.parametrize(
    ("capabilities", "parameters", "wish", "reports"),
    [
        (CAPABILITIES, "BY=100;N", "", 1),
        (CAPABILITIES, "BY=100;N", "NOTIFY=FAILURE", 1),
        (CAPABILITIES, "BY=100;N", "NOTIFY=NEVER", 0),
        (PROMISES, "BY=100;N", "", 0),
        (PROMISES, "BY=100;NT", "", 1),
        (PROMISES, "BY=100;RT", "", 1),
        (PROMISES, "BY=100;RT", "NOTIFY=NEVER", 0),
        (CAPABILITIES, "", "", 0),
    ],
)
async def test_the_sender_hears_where_nobody_answers_for_his_deadline_any_more_or_he_wants_the_trace(
    capabilities: tuple[str, ...], parameters: str, wish: str, reports: int
) -> None:
    async with Site() as site:
        partner(site, capabilities)
        await site.send(ANN, [f"{BOB} {wish}".strip()], parameters=parameters)
        await site.quiet()
        assert len(site.found(Kind.SEND)) == 1
        assert [event.data["kind"] for event in site.found(Kind.REPORT)] == ["relayed"] * reports
        assert (" BY=" in told_to_partner(site)) == (capabilities is PROMISES)


async def test_a_message_into_a_mailbox_here_is_in_time() -> None:
    async with Site() as site:
        await site.send(ANN, ["ben@worcester.example"], parameters="BY=1;R")
        await site.quiet()
        assert len(await site.mail("ben")) == 1
        assert not site.found(Kind.REPORT)
