"""Back pressure in a running server: what clients are told, what an administrator sees, and that it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

from saywhy.model.event import Kind
from saywhy.operations.execute import execute
from saywhy.server.control_client import call
from tests.server.inside import Inside

STRANGER, OWN = "MAIL FROM:<eve@partner.example>", "MAIL FROM:<guy@worcester.example>"
SHORT = "452 4.3.1 Insufficient system resources"


async def test_short_resources_refuse_at_mail_and_only_who_signed_in_hears_which(tmp_path: Path) -> None:
    async with Inside(tmp_path) as server:
        context = server.app.context
        stranger, own = await server.greeted(), await server.signed_in()
        await execute(context, "pressure override", {"resource": "queue-disk", "level": "medium"})
        assert await stranger.say(STRANGER) == f"{SHORT}\r\n"
        assert (await own.say(OWN)).startswith("250 ")
        await own.say("RSET")
        await execute(context, "pressure override", {"resource": "queue-disk", "level": "high"})
        assert await stranger.say(STRANGER) == f"{SHORT}\r\n"
        assert await own.say(OWN) == f"{SHORT} (queue-disk)\r\n"
        result = await execute(context, "pressure clear", {})
        assert {row["level"] for row in result.rows} == {"low"}
        assert (await stranger.say(STRANGER)).startswith("250 ")
        told = [event.data["level"] for event in server.sink.of(Kind.PRESSURE)]
        assert told == ["medium", "high", "low"]
        assert server.sink.of(Kind.REFUSE)[0].cause == "system-resources"


async def test_meters_are_read_and_shown_for_every_resource(tmp_path: Path) -> None:
    async with Inside(tmp_path) as server:
        watch = server.app._crew.worker._pressure  # type: ignore[attr-defined]
        await watch.look()
        rows = {row["resource"]: row for row in (await execute(server.app.context, "pressure show", {})).rows}
        assert set(rows) == {
            "queue-disk", "log-disk", "process-memory", "system-memory", "submission-queue", "commits",
        }  # fmt: skip
        assert 0 < float(str(rows["process-memory"]["value"])) < 100
        assert 0 < float(str(rows["queue-disk"]["value"])) <= 100
        assert rows["commits"]["value"] == 0


async def test_too_many_commits_hold_deliveries_until_it_is_over(tmp_path: Path) -> None:
    async with Inside(tmp_path) as server:
        context = server.app.context
        client = await server.greeted()
        assert (await client.say(STRANGER)).startswith("250 ")
        await execute(context, "pressure override", {"resource": "commits", "level": "high"})
        assert (await client.say("RCPT TO:<guy@worcester.example>")).startswith("250 ")
        assert (await client.say("DATA")).startswith("354 ")
        assert (await client.say("Subject: x\r\n\r\nx\r\n.")).startswith("250 ")
        assert server.mail() == []
        await execute(context, "pressure clear", {"resource": "commits"})
        await server.sink.until(Kind.DELIVER)
        assert len(server.mail()) == 1


async def test_the_command_reaches_the_server_and_refuses_what_is_no_resource(tmp_path: Path) -> None:
    async with Inside(tmp_path) as server:
        path = server.settings.control.socket
        result = await asyncio.to_thread(
            call, path, "pressure override", {"resource": "log-disk", "level": "high"}
        )
        assert "log-disk is high: all mail is refused." in result.text
        assert server.sink.of(Kind.OPERATION)[-1].data["operation"] == "pressure override"
