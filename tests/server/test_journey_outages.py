"""The name service is down: mail is taken and waits, told once for each next hop, and leaves when it is back."""

from __future__ import annotations

import pytest

from saywhy.lab.dns import Mood
from saywhy.lab.script import Script
from saywhy.model.event import Kind
from tests.server.stage import Site

DOMAINS = [f"partner-{number}.example" for number in range(4)]


@pytest.mark.parametrize("mood", [Mood.SERVFAIL, pytest.param(Mood.SILENT, marks=pytest.mark.slow)])
async def test_mail_waits_for_the_name_service_and_none_is_returned(mood: Mood) -> None:
    async with Site() as site:
        for domain in DOMAINS:
            site.world.host(f"mx.{domain}", Script())
            site.world.domain(domain, mx=[f"mx.{domain}"])
            site.world.dns.misbehave(domain, mood)
        for domain in DOMAINS:
            await site.send("ann@worcester.example", [f"bob@{domain}", f"eve@{domain}"])
        for domain in DOMAINS:
            down = await site.event(Kind.HOP_DOWN, queue=f"dns/{domain}/Internet")
            assert down.cause == "dns-unavailable"
        assert site.found(Kind.FAIL, Kind.REPORT, Kind.REFUSE) == []
        for domain in DOMAINS:
            site.world.dns.misbehave(domain, None)
        await site.quiet()
        assert len(site.found(Kind.SEND)) == 2 * len(DOMAINS)
        assert len(site.found(Kind.HOP_DOWN)) == len(DOMAINS)
        assert site.found(Kind.FAIL, Kind.REPORT, Kind.FAULT) == []
