"""A bounce storm in a real server with two workers: held, told, still held after kill -9, released, returned."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.server.load import Crowd
from tests.server.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SENT = 60
MOST = 10
LOOPS = "held/domain-is-server"
# The domain has the name of the server itself, which therefore can pass nothing on to it.
WRONG = f"""
[[domain]]
name = "mail.worcester.example"
type = "internal-relay"

[transport]
storm_messages = {MOST}
"""
RIGHT = """
[[domain]]
name = "mail.worcester.example"

[[mailbox]]
name = "carl"
addresses = ["carl@mail.worcester.example"]
"""


def send(server: Running, number: int = SENT) -> None:
    crowd = Crowd(server.port, 12, "m", lambda _: "carl@mail.worcester.example", limit=number)
    asyncio.run(crowd.run())
    assert len(crowd.acknowledged) >= number


def rows(server: Running, *words: str) -> list[dict[str, Any]]:
    said = server.saywhy(*words, "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    return json.loads(said.stdout)["rows"]


def held(server: Running) -> int:
    return sum(row["messages"] for row in rows(server, "storm", "list"))


def notices(server: Running) -> list[str]:
    return [letter["Subject"] for letter in server.mail("postmaster")]


def test_a_storm_is_held_told_once_survives_kill_9_and_is_released_when_it_is_mended(tmp_path: Path) -> None:
    with Running(tmp_path, workers=2, lookup=False, connectors=WRONG) as server:
        send(server)
        [row] = rows(server, "storm", "list")
        assert (row["storm"], row["cause"], row["place"]) == (LOOPS, "domain-is-server", "")
        returned = SENT - row["messages"]
        assert 0 < returned <= MOST
        server.until(lambda: len(server.mail("guy")) == returned)
        server.until(lambda: notices(server))
        server.until(lambda: server.events("STORM"))
        assert [event["data"]["storm"] for event in server.events("STORM")] == [LOOPS]

        server.kill(workers=True)
        server.start()
        assert held(server) == SENT - returned
        server.until(lambda: len(server.events("STORM")) == 2)
        server.until(lambda: len(notices(server)) == 2)
        assert server.saywhy("status").stdout.count("The storm guard holds") == 1

        (tmp_path / "right.toml").write_text((tmp_path / "organisation.toml").read_text().replace(WRONG, RIGHT))
        applied = server.saywhy("org", "apply", str(tmp_path / "right.toml"), "--yes")
        assert applied.returncode == 0, applied.stdout + applied.stderr
        said = server.saywhy("storm", "release", LOOPS)
        assert said.stdout == f"{SENT - returned} recipients of {LOOPS} will be routed and tried again now.\n"
        server.until(lambda: len(server.mail("carl")) == SENT - returned)
        server.until(lambda: server.events("STORM_OVER"))
        assert len(server.mail("guy")) == returned
        assert rows(server, "queue", "list") == []


def test_a_storm_is_returned_when_an_administrator_says_so(tmp_path: Path) -> None:
    with Running(tmp_path, workers=2, lookup=False, connectors=WRONG) as server:
        send(server)
        waiting = held(server)
        assert waiting >= SENT - MOST
        said = server.saywhy("storm", "return", LOOPS, "--yes")
        assert said.returncode == 0, said.stdout + said.stderr
        server.until(lambda: len(server.mail("guy")) == SENT)
        assert {letter["Auto-Submitted"] for letter in server.mail("guy")} == {"auto-replied"}
        server.until(lambda: rows(server, "queue", "list") == [])
