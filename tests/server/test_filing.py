"""Pickup and Replay through the whole server (spec F3)."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from saywhy.flow.receive import filed
from saywhy.flow.receive.filed import BadFile, Filed
from saywhy.infra.dropfolder import Contents, DropFolder
from saywhy.lab import site as stage
from saywhy.lab.script import Script
from saywhy.model.clock import SystemClock
from saywhy.model.envelope import Envelope
from saywhy.model.event import Event, Kind
from saywhy.model.failure import Refused
from saywhy.operations.context import Away
from saywhy.operations.declaration import OperationError
from saywhy.server.filing import Clerk, Tray
from tests.server.stage import Site

ANN = "ann@worcester.example"
MX = "mx.partner.example"
FOLDERS = '[pickup]\npath = "pickup"\n[replay]\npath = "replay"\n'


def letter(to: str, sender: str = "ann@worcester.example", *, subject: str = "Secret") -> str:
    return f"From: Ann <{sender}>\nTo: {to}\nSubject: {subject}\n\nAt ten.\n"


def dropped(files: dict[str, str]) -> Callable[[stage.Site], None]:
    """What lies in the folders when the server starts."""

    def prepare(site: stage.Site) -> None:
        for name, text in files.items():
            path = site.folder / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return prepare


def lying(site: stage.Site, folder: str = "pickup") -> list[str]:
    return sorted(path.name for path in (site.folder / "data" / folder).iterdir())


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.02)


async def test_good_files_are_delivered_and_gone() -> None:
    files = {
        "pickup/a.eml": letter("Ben <ben@worcester.example>"),
        "replay/b.eml": "X-Sender: <ann@worcester.example>\nX-Receiver: <ben@worcester.example>\n" + letter("x@y"),
    }
    async with Site(settings=FOLDERS, prepare=dropped(files)) as site:
        first, second = sorted(await site.mail("ben", 2), key=lambda mail: b"by Replay" in mail)
        assert b"\nReceived: from localhost by Pickup (mail.worcester.example)\n" in first
        assert b"\nReceived: from localhost by Replay (mail.worcester.example)\n" in second
        assert b"X-Sender" not in second
        await until(lambda: lying(site) == lying(site, "replay") == [])


async def test_a_bad_recipient_gives_a_report_with_the_message_and_the_others_get_it() -> None:
    files = {"pickup/a.eml": letter("bob@@partner.example, ben@worcester.example", subject="Both")}
    async with Site(settings=FOLDERS, prepare=dropped(files)) as site:
        [report] = await site.reports()
        assert report.verdicts == {('"bob@"@partner.example', "failed", "5.1.3")}
        assert "Subject: Both" in str(report.parts[2])
        assert "At ten." in str(report.parts[2])
        await site.mail("ben")
        await until(lambda: lying(site) == [])


async def test_too_many_recipients_are_reported_and_nobody_gets_it() -> None:
    files = {"pickup/a.eml": letter("ben@worcester.example, a@partner.example")}
    settings = FOLDERS.replace('path = "pickup"\n', 'path = "pickup"\nmax_recipients = 1\n')
    async with Site(settings=settings, prepare=dropped(files)) as site:
        [report] = await site.reports()
        assert {status for _, _, status in report.verdicts} == {"5.5.3"}
        assert len(report.verdicts) == 2
        await until(lambda: lying(site) == [])
        assert site.lying("ben") == []


async def test_a_bad_file_stays_with_one_event_and_can_be_mended_and_resubmitted() -> None:
    files = {"pickup/a.eml": "To: ben@worcester.example\n\nAt ten.\n"}
    async with Site(settings=FOLDERS, prepare=dropped(files)) as site:
        event = await site.event(Kind.BADMAIL)
        assert event.data == {"folder": "Pickup", "file": "a.bad"}
        assert event.text == "neither From nor Sender says who sent it"
        assert await site.tracking(event.message) == [event]
        [row] = (await site.ask("badmail list")).rows
        assert (row["folder"], row["file"], row["why"]) == ("Pickup", "a.bad", event.text)
        with pytest.raises(OperationError, match="no bad file"):
            await site.ask("badmail resubmit", file="b.bad")
        (site.folder / "data/pickup/a.bad").write_text(letter("ben@worcester.example"))
        assert (await site.ask("badmail resubmit", file="a.bad")).rows == ({"file": "a.eml"},)
        await site.mail("ben")
        await until(lambda: lying(site) == [])
        assert len(site.found(Kind.BADMAIL)) == 1


async def test_what_a_crash_left_half_taken_is_taken_again() -> None:
    files = {"pickup/a.tmp": letter("ben@worcester.example")}
    async with Site(settings=FOLDERS, prepare=dropped(files)) as site:
        await site.mail("ben")
        [told] = site.found(Kind.FILES)
        assert "a.tmp was left when the server ended: it is a.eml again" in told.text
        await until(lambda: lying(site) == [])


async def test_mail_of_the_folder_is_relayed_though_no_client_signed_in() -> None:
    def prepare(site: stage.Site) -> None:
        site.world.host("mx.partner.example", Script())
        site.world.domain("partner.example", mx=["mx.partner.example"])
        dropped({"pickup/a.eml": letter("bob@partner.example")})(site)

    async with Site(settings=FOLDERS, prepare=prepare) as site:
        [message] = await site.world.hosts["mx.partner.example"].received(1)
        assert b"Received: from localhost by Pickup" in message.content


async def test_an_exported_message_can_be_replayed_with_its_wishes() -> None:
    def prepare(site: stage.Site) -> None:
        site.world.host(MX, Script(rcpt={"*": "451 4.3.0 later"}))
        site.world.domain("partner.example", mx=[MX])

    async with Site(settings=FOLDERS, prepare=prepare) as site:
        wishes = "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob+2BHill@partner.example"
        queued = await site.send(ANN, [f"bob@partner.example {wishes}"], parameters="RET=HDRS ENVID=job+2B7")
        await site.event(Kind.DEFER, message=queued)
        text = (await site.ask("message export", message=queued)).text
        await site.ask("message remove", message=queued)
        host = site.world.hosts[MX]
        before = len(host.sessions)
        host.script = Script()
        dropped({"replay/a.eml": text})(site)
        again = await site.event(Kind.RECEIVE, connector="Replay")
        assert (again.sender, again.data["client-ip"]) == (ANN, "127.0.0.1")
        [message] = await host.received(1)
        assert message.content.count(b"Received: from") == 2
        said = "\n".join(line for session in host.sessions[before - 1 :] for line in session.lines)
        assert f"RCPT TO:<bob@partner.example> {wishes}" in said
        assert "RET=HDRS ENVID=job+2B7" in said


def test_a_worker_s_refusal_crosses_to_the_supervisor_as_it_is() -> None:
    failure = filed.bad_recipient("Pickup", "bob@@b.example")
    again = pickle.loads(pickle.dumps(Refused(failure)))
    assert (type(again), again.failure, str(again)) == (Refused, failure, failure.line())


# -- a folder's clerk alone: looks are counted, not waited for --


class Heard:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)


class Bench:
    """A clerk whose worker answers as told."""

    def __init__(self, path: Path, *, per_minute: int = 100) -> None:
        self.folder = DropFolder(path)
        self.sink = Heard()
        self.asked: list[str] = []
        self.away = False
        tray = Tray("Pickup", self.folder, per_minute, 1000, self._read)
        self.clerk = Clerk(tray, lambda: self._desk, self.sink, SystemClock())

    @staticmethod
    def _read(contents: Contents) -> Filed:
        if contents.data == b"bad":
            raise BadFile("it is bad")
        return Filed("Pickup", Envelope(None, ()), contents.data)

    async def _desk(self, method: str, *_arguments: object) -> None:
        if self.away:
            raise Away("the worker is being started again")
        self.asked.append(method)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.path.iterdir())


async def test_a_file_waits_under_its_own_name_while_no_worker_takes_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.away = True
    (tmp_path / "a.eml").write_bytes(b"good")
    await bench.clerk.look()
    await bench.clerk.look()
    assert bench.names() == ["a.eml"]
    assert [event.kind for event in bench.sink.events] == [Kind.FILES]
    bench.away = False
    await bench.clerk.look()
    assert (bench.names(), bench.asked) == ([], ["take"])


async def test_a_bad_file_is_told_once_however_often_it_is_looked(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    (tmp_path / "a.eml").write_bytes(b"bad")
    for _ in range(3):
        await bench.clerk.look()
    assert (bench.names(), bench.asked) == (["a.bad"], ["bad"])


async def test_a_minute_takes_no_more_files_than_it_may(tmp_path: Path) -> None:
    bench = Bench(tmp_path, per_minute=3)
    for number in range(5):
        (tmp_path / f"{number}.eml").write_bytes(b"good")
    await bench.clerk.look()
    await bench.clerk.look()
    assert len(bench.names()) == 2


async def test_what_is_no_eml_or_cannot_be_opened_stays(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"good")
    (tmp_path / "b.eml").symlink_to(tmp_path / "a.txt")
    await bench.clerk.look()
    assert (bench.names(), bench.asked) == (["a.txt", "b.eml"], [])


async def test_a_folder_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bench = Bench(tmp_path / "file")
    await bench.clerk.look()
    await bench.clerk.look()
    [event] = bench.sink.events
    assert "cannot be used" in event.text
