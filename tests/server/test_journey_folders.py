"""The article's line `ProblemFolder` over the whole server: a permission taken is 5.2.1, one given lets mail in.

The questions and the changes are asked as a person would, by the `saywhy` program.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from saywhy.model.event import Kind
from tests.server.stage import Site

ANN = "ann@worcester.example"
EVE = "eve@partner.example"
PROBLEM = "problem@worcester.example"
PROGRAM = Path(sys.executable).parent / "saywhy"


async def saywhy(site: Site, *words: str) -> str:
    """What `saywhy WORDS` prints."""
    ran = await asyncio.create_subprocess_exec(
        PROGRAM,
        *words,
        cwd=site.folder,
        env={"SAYWHY_CONFIG": str(site.folder / "saywhy.toml")},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await ran.communicate()
    assert ran.returncode == 0, err.decode()
    return out.decode()


async def test_who_may_send_to_the_folder_is_asked_and_changed_by_the_articles_line() -> None:
    async with Site() as site:
        await saywhy(site, "recipient", "add", "folder", "ProblemFolder", "--address", PROBLEM)
        shown = await saywhy(site, "folder", "permission", "list", "\\ProblemFolder", "--json")
        assert {row["user"]: row["may send mail"] for row in json.loads(shown)["rows"]} == {
            "Default": True,
            "Anonymous": False,
        }
        await saywhy(
            site, "folder", "permission", "add", "\\ProblemFolder", "--user", "Default", "--rights", "None"
        )
        await site.send(ANN, [PROBLEM])
        [report] = await site.reports()
        assert report.verdicts == {(PROBLEM, "failed", "5.2.1")}
        assert report.only["X-SayWhy-Cause"] == "folder-permission-missing"
        await saywhy(
            site, "folder", "permission", "add", "\\ProblemFolder", "--user", "Default", "--rights", "CreateItems"
        )
        await site.send(ANN, [PROBLEM])
        await site.event(Kind.DELIVER, mailbox="ProblemFolder")


async def test_a_stranger_may_send_to_the_folder_once_anonymous_may() -> None:
    async with Site() as site:
        host = site.world.host("mx.partner.example")
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.ask("recipient add", kind="folder", name="ProblemFolder", address=[PROBLEM])
        await site.send(EVE, [PROBLEM], listener="smtp")
        assert b"Status: 5.2.1" in (await host.received())[0].content
        await saywhy(
            site,
            "folder",
            "permission",
            "add",
            "\\ProblemFolder",
            "--user",
            "Anonymous",
            "--rights",
            "CreateItems",
        )
        await site.send(EVE, [PROBLEM], listener="smtp")
        await site.event(Kind.DELIVER, mailbox="ProblemFolder")
