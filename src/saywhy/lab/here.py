"""The server of here.lab.test: mail to `ndr-5.2.2-a@here.lab.test` plays that scenario, with its sender as sender.

The scenario runs as `saywhy lab run` does, in a process of its own: a whole server in a world of its own, in which
the cause really happens.  The report that comes of it goes to the sender; where the failure is a refusal, the same
reply is given here, and whoever handed the message in makes the report.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from saywhy.lab.answering import SESSIONS, refusal
from saywhy.lab.dialogue import Asked, ReceivedMessage
from saywhy.lab.grammar import HERE
from saywhy.lab.mta import FakeMta
from saywhy.lab.post import Post
from saywhy.lab.scenario import Scenario, Where, scenarios, unfit
from saywhy.lab.script import Step

AT_ONCE = 4  # scenarios
KEPT = 50  # folders with the evidence of a play
REPLIES = 1000  # that wait for their client to come back
WAIT = 8.0  # seconds that a client is kept for a reply
LATER = "451 4.3.0 The scenario is still being played, or many are: try again later"


class HereMta(FakeMta):
    def __init__(self, name: str, post: Post, evidence: Path) -> None:
        super().__init__(name, ip="", kept=SESSIONS)
        self._post = post
        self._evidence = evidence
        self._plays = itertools.count(1)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._playing: dict[tuple[str, str], asyncio.Task[str]] = {}  # those that end in a reply

    def at_recipient(self, asked: Asked) -> tuple[str, Step]:
        return "rcpt", _objection(asked)

    async def at_content(self, message: ReceivedMessage) -> tuple[str, Step]:
        """A refusal is given here and now; all else is taken, and the report comes later."""
        for recipient, _ in message.recipients:
            scenario = _named(recipient)
            if scenario is not None and scenario.expected is not None and scenario.expected.where is Where.REPLY:
                return "content", await self._reply(scenario, message.sender)
        if not self._post.has_room:
            return "content", "452 4.3.1 Too many scenarios wait already, try again later"
        return "content", ""

    def deliver(self, message: ReceivedMessage) -> None:
        for recipient, _ in message.recipients:
            scenario = _named(recipient)
            if scenario is not None:
                self._post.spawn(self._play(scenario, message.sender))

    async def _reply(self, scenario: Scenario, sender: str) -> str:
        """That with which the scenario ends, or "later" while it lasts longer than anybody waits."""
        key = scenario.id, sender.lower()
        if key not in self._playing:
            if not self._post.has_room:
                return LATER
            self._forget()
            self._playing[key] = self._post.spawn(self._last_words(scenario, sender))
        await asyncio.wait((self._playing[key],), timeout=WAIT)
        if key not in self._playing or not self._playing[key].done():
            return LATER
        return self._playing.pop(key).result()

    async def _last_words(self, scenario: Scenario, sender: str) -> str:
        """Read at once: the evidence is gone after KEPT other plays."""
        return await asyncio.to_thread(_told, await self._run(scenario, sender))

    def _forget(self) -> None:
        """The oldest replies for which nobody has come back."""
        done = [key for key, task in self._playing.items() if task.done()]
        for key in done[: max(0, len(self._playing) - REPLIES + 1)]:
            del self._playing[key]

    async def _play(self, scenario: Scenario, sender: str) -> None:
        row = await self._run(scenario, sender)
        path = row.get("report")
        if path and row["ok"]:
            content = await asyncio.to_thread(Path(path).read_bytes)
            await self._post.send(HERE, sender, content.replace(b"\n", b"\r\n"))
        elif not row["ok"]:
            self._post.tell(f"{scenario.id} for {sender} did not come out as it should: {row.get('error') or row}")

    async def _run(self, scenario: Scenario, sender: str) -> dict[str, Any]:
        """One row of `saywhy lab run --json`."""
        async with self._places:
            number = next(self._plays)
            shutil.rmtree(self._evidence / str(number - KEPT), ignore_errors=True)
            command = [
                "lab",
                "run",
                scenario.id,
                "--json",
                "--sender",
                sender,
                "--out",
                str(self._evidence / str(number)),
            ]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "saywhy",
                *command,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                out, trouble = await process.communicate()
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                raise
        try:
            row: dict[str, Any] = json.loads(out)
        except ValueError:
            return {"ok": False, "error": trouble.decode("utf-8", "replace")[-500:]}
        return row


def _named(address: str) -> Scenario | None:
    local = address.rpartition("@")[0].lower().removeprefix("ndr-")
    known = scenarios()
    return known.get(f"NDR-{local}") or known.get(f"NDR-{local}-a")


def _objection(asked: Asked) -> str:
    """Why this address cannot be played; empty: it can."""
    scenario = _named(asked.recipient)
    if scenario is None:
        return refusal(
            f"no scenario is named {asked.recipient.rpartition('@')[0][:60]}: write to ndr-5.2.2-a@{HERE}, or to "
            "the name of another that `saywhy lab list` has"
        )
    if scenario.missing:
        return refusal(f"{scenario.id} cannot be provoked: {scenario.missing}")
    why = unfit(asked.sender)
    return refusal(why, "554 5.7.1") if why else ""


def _told(row: dict[str, Any]) -> str:
    """The reply with which the scenario ended."""
    path = row.get("report")
    if not (path and row["ok"]):
        return refusal(f"the scenario did not come out as it should: {row.get('error') or row}", "451 4.3.0")
    lines = [line[3:] for line in Path(path).read_text().splitlines() if line.startswith("S: ")]
    last = len(lines) - 1
    while last and lines[last - 1][3:4] == "-" and lines[last - 1][:3] == lines[-1][:3]:
        last -= 1
    return "\n".join(lines[last:])
