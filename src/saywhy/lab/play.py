"""A scenario played: the server and its world started, the steps done, what came back compared and filed.

The evidence is a folder: the settings and objects, the log, what our client said and heard, the dialogues of the
remote hosts, and the report as it lay in the mailbox.  tools/check_lab.py judges by these files alone.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import re
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saywhy.lab import disks
from saywhy.lab.scenario import ANN, Expected, Scenario, Where, scenarios
from saywhy.lab.served import ServedSite
from saywhy.lab.site import Site
from saywhy.lab.steps import VERBS, Teller, set_dns
from saywhy.model.event import Kind

PATIENCE = 45.0  # seconds for one scenario; they take a few at most

_TAG = re.compile(r"\b([A-Z]+(?:\.[A-Za-z]+)+);")
_REPLY = re.compile(r"([245])[0-9]{2}[ -](?:([245]\.[0-9]{1,3}\.[0-9]{1,3}) )?(.*)")


@dataclass(frozen=True, slots=True)
class Got:
    """What came back; empty where there was nothing of the kind."""

    status: str = ""
    action: str = ""
    tag: str = ""
    cause: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"status": self.status, "action": self.action, "tag": self.tag, "cause": self.cause}


def play(scenario: Scenario, out: Path, sender: str = ANN) -> dict[str, Any]:
    """One row of `saywhy lab run --json`; never raises for what goes wrong in the scenario."""
    if not scenario.disks:
        return play_here(scenario, out, sender)
    if why := disks.unavailable():
        return play_here(replace(scenario, expected=None, missing=why), out, sender)
    return disks.played_apart(scenario.id, out, sender, 2 * PATIENCE)


def play_here(scenario: Scenario, out: Path, sender: str = ANN) -> dict[str, Any]:
    """`play` in this process, which must be able to mount the scenario's disks."""
    row: dict[str, Any] = {"id": scenario.id, "title": scenario.title, "made_by": scenario.made_by.value}
    expected = scenario.expected
    if expected is None:
        return row | {"expected": None, "got": None, "ok": False, "seconds": 0.0, "missing": scenario.missing}
    folder = out / scenario.id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(scenario.source, "utf-8")
    began = time.monotonic()
    row |= {"expected": expected.as_dict(), "shows": list(scenario.shows)}
    try:
        got, report = asyncio.run(_play(scenario, expected, folder, sender))
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        return row | {
            "got": None,
            "ok": False,
            "seconds": time.monotonic() - began,
            "error": why,
            "evidence": str(folder),
        }
    text = _readable(report.read_text("utf-8", "replace")) if report else ""
    absent = [words for words in scenario.shows if words not in text]
    text += _numbers(folder) if expected.where is Where.REPLY else ""
    absent += [words for words in (expected.observed, expected.limit) if words not in text]
    ok = got.as_dict() == {name: getattr(expected, name) for name in got.as_dict()} and not absent
    return row | {
        "got": got.as_dict(),
        "ok": ok,
        "seconds": _since(began),
        "report": str(report) if report else "",
        "evidence": str(folder),
    } | ({"absent": absent} if absent else {})  # fmt: skip


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


async def _play(scenario: Scenario, expected: Expected, folder: Path, sender: str) -> tuple[Got, Path | None]:
    tell = Teller()
    site = (ServedSite if scenario.served else Site)(
        organisation=scenario.organisation,
        transport=scenario.transport,
        internet=scenario.internet,
        settings=scenario.settings,
        drain_grace=0.2,
        prepare=lambda site: _prepare(site, scenario),
        sender=sender,
    )
    async with asyncio.timeout(PATIENCE), site:
        try:
            for step in scenario.steps:
                fields = dict(step)
                await VERBS[fields.pop("do")](site, tell, **fields)
            return await _result(site, tell, expected, folder)
        finally:
            if site.running:
                await site.stop()  # only then is the log whole
            _file_evidence(site, tell, folder, scenario.files)
            await asyncio.to_thread(disks.unmount, scenario.disks, site.folder)


def _prepare(site: Site, scenario: Scenario) -> None:
    """Before the server starts: the others are there first, as in life."""
    disks.mount(scenario.disks, site.folder)
    domains: dict[str, list[str]] = {}
    for spec in scenario.hosts:
        site.world.host(spec.name, spec.script)
        if spec.domain:
            domains.setdefault(spec.domain, []).append(spec.name)
    for domain, hosts in domains.items():
        site.world.domain(domain, mx=hosts)
    _fill_in_hosts(site)
    for name, content in scenario.files.items():
        (site.folder / name).write_text(content)
    for name, records in scenario.dns.items():
        set_dns(site, name, records)


def _fill_in_hosts(site: Site) -> None:
    """What the settings say of hosts is known when these are there."""
    path = site.folder / "saywhy.toml"
    text = path.read_text().replace("{PORT}", str(site.world.port))
    for host in site.world.hosts.values():
        text = text.replace(f"{{IP:{host.name}}}", host.ip)
    path.write_text(text)


async def _result(site: Site, tell: Teller, expected: Expected, folder: Path) -> tuple[Got, Path | None]:
    match expected.where:
        case Where.REPORT:
            raw = (await _arrived(site, expected))[expected.number - 1]
            path = folder / "report.eml"
            path.write_bytes(raw)
            return read_report(raw), path
        case Where.REPLY:
            path = folder / "dialogue.txt"
            path.write_text("\n".join(tell.lines) + "\n")
            return _read_reply(site, tell.reply), path
        case Where.NOTHING:
            await site.quiet()
            return Got(), None


async def _arrived(site: Site, expected: Expected) -> list[bytes]:
    if not expected.mailbox.startswith("@"):
        return await site.mail(expected.mailbox, expected.number)
    host = site.world.hosts[expected.mailbox[1:]]
    return [message.content for message in await host.received(expected.number)]


def read_report(raw: bytes) -> Got:
    """As any program would: the fields of the first recipient's group (RFC 3464)."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    groups = [part for part in message.walk() if part.get("Final-Recipient")]
    if not groups:
        return Got()
    status, action, diagnostic, cause = (
        " ".join(str(groups[0].get(name, "")).split())
        for name in ("Status", "Action", "Diagnostic-Code", "X-SayWhy-Cause")
    )
    tag = _TAG.search(diagnostic)
    return Got(status, action, tag.group(1) if tag else "", cause)


def _read_reply(site: Site, reply: str) -> Got:
    found = _REPLY.match(reply.split("\n")[-1])
    if found is None:
        return Got()
    tag = _TAG.search(reply)
    told = site.found(Kind.REFUSE, Kind.CONNECT_REFUSE, Kind.AUTH_FAIL)
    action = {"5": "refused", "4": "deferred"}.get(found.group(1), "accepted")
    return Got(found.group(2) or "", action, tag.group(1) if tag else "", told[-1].cause if told else "")


def _file_evidence(site: Site, tell: Teller, folder: Path, files: Iterable[str]) -> None:
    (folder / "client.txt").write_text("\n".join(tell.lines) + "\n")
    for name in ("saywhy.toml", "organisation.toml", "data/events.jsonl", *files):
        source = site.folder / name
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    for host in site.world.hosts.values():
        text = "\n\n".join("\n".join(session.lines) for session in host.sessions)
        (folder / f"remote-{host.name}.txt").write_text(text + "\n")


def _numbers(folder: Path) -> str:
    """What was observed and what is allowed, as the log has it of refusals."""
    events = map(json.loads, (folder / "events.jsonl").read_text("utf-8").splitlines())
    numbers = [event.get("data", {}) for event in events if "REFUSE" in event["event"]]
    return " ".join(f" {data.get('observed', '')} {data.get('limit', '')}" for data in numbers)


def _readable(text: str) -> str:
    """A report's human part and fields as one line of words; a dialogue as it is."""
    body = email.message_from_string(text, policy=email.policy.default).get_body(("plain",))
    plain = body.get_content() if body is not None and body.get_content_type() == "text/plain" else ""
    return " ".join(f"{plain} {text}".split())


def main() -> None:
    """In a process that has namespaces of its own (disks.py)."""
    identity, out, sender = sys.argv[1:]
    print(json.dumps(play_here(scenarios(sender)[identity], Path(out), sender)))


if __name__ == "__main__":
    main()
