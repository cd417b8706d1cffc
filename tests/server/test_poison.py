"""kill -9 of a worker, whenever it has named one recipient to the next hop: the message to him is put aside."""

from __future__ import annotations

import pytest

from saywhy.lab.script import SILENT, Script
from saywhy.lab.served import ServedSite, until
from saywhy.lab.site import ANN
from saywhy.model.event import Kind
from tests.lab.loopback import needs_loopback

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), needs_loopback]

INNOCENT = [f"r{number}@partner.example" for number in range(12)]


async def test_only_the_message_that_crashes_the_worker_is_put_aside_and_an_administrator_decides() -> None:
    """Others are under way at the first crash; they arrive, and no worker crashes any more."""
    async with ServedSite() as site:
        remote = site.world.host("mx.partner.example", Script(rcpt={"*": SILENT}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        named = [await site.send(ANN, [recipient]) for recipient in (*INNOCENT[:2], "bad@partner.example")]
        await until(lambda: _heard(site, "RCPT") >= 3)
        remote.script = Script(rcpt={"bad@*": SILENT})
        await site.crash()  # three were in work: suspects
        for recipient in INNOCENT[2:]:
            await site.send(ANN, [recipient])  # taken while it hangs
        await until(lambda: _heard(site, "RCPT TO:<bad@") >= 2)
        await site.crash()  # he alone was
        told = await site.event(Kind.POISON)
        assert (told.message, told.data["crashes"]) == (named[2], 2)
        arrived = await remote.received(len(INNOCENT))
        assert sorted(address for each in arrived for address, _ in each.recipients) == sorted(INNOCENT)

        listed = await site.ask("queue list")
        [row] = [row for row in listed.rows if row["queue"] == "poison"]
        assert (row["messages"], row["status"]) == (1, "suspended")
        assert "put aside" in (await site.ask("status")).text
        shown = await site.ask("message show", message=named[2])
        assert "It was in work at 2 crashes; the limit is 2." in shown.text

        remote.script = Script()
        await site.ask("message resume", message=named[2])
        await remote.received(len(INNOCENT) + 1)
        assert len(site.found(Kind.QUARANTINE)) == 2


def _heard(site: ServedSite, words: str) -> int:
    sessions = site.world.hosts["mx.partner.example"].sessions
    return sum(f"C: {words}" in line for session in sessions for line in session.lines)


async def test_an_orderly_stop_in_the_middle_of_an_attempt_makes_no_suspects() -> None:
    async with ServedSite(drain_grace=0.2) as site:
        site.world.host("mx.partner.example", Script(rcpt={"*": SILENT}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.send(ANN, ["bob@partner.example"])
        await until(lambda: _heard(site, "RCPT") >= 1)
        await site.stop()
        site.world.hosts["mx.partner.example"].script = Script()
        await site.start()
        await site.event(Kind.SEND)
        assert not site.found(Kind.QUARANTINE)
