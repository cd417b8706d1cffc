"""The laboratory for people, over real sockets: what addresses say happens, and every sender hears of it."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path

import aiosmtplib
import pytest

from saywhy.lab import arrivals, here, post
from saywhy.lab.arrivals import Arrival, Arrivals, arrived
from saywhy.lab.dialogue import ReceivedMessage
from saywhy.lab.laboratory import Laboratory, Pace
from saywhy.lab.scenario import Scenario, scenarios
from saywhy.lab.world import World
from saywhy.why.read.values import Kind
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

HUNG = 60.0
APP = "app@shop.example"


class Bench:
    """A laboratory, and whoever waits for what arrives there."""

    def __init__(self, folder: Path) -> None:
        self._news = asyncio.Event()
        self._heard: list[Arrival] = []
        self.troubles: list[str] = []
        pace = Pace(retry=0.1, delay=0.3, expire=60)
        self.lab = Laboratory(folder, pace=pace, told=self._hear, tell=self.troubles.append)

    def _hear(self, arrival: Arrival) -> None:
        self._heard.append(arrival)
        self._news.set()

    async def send(self, *recipients: str, sender: str = APP, body: str = "Hello.", direct: bool = False) -> None:
        host, port = self.lab.remote if direct else self.lab.smtp
        await aiosmtplib.send(
            f"From: {sender}\r\nSubject: Your order\r\n\r\n{body}\r\n".encode(),
            sender=sender,
            recipients=list(recipients),
            hostname=host,
            port=port,
            start_tls=False,
            timeout=HUNG,
        )

    async def arrival(self, to: str, kind: Kind | None = None) -> Arrival:
        """The first message for an address; a report of a kind, if one is named."""
        async with asyncio.timeout(HUNG):
            while not (found := [each for each in self._heard if each.to == to and _is(each, kind)]):
                self._news.clear()
                await self._news.wait()
        return found[0]

    async def told(self, to: str = APP, kind: Kind = Kind.FAILED) -> tuple[str, str, str]:
        """What the first report of a kind says: its recipient, status and cause."""
        [one] = (await self.arrival(to, kind)).report.recipients
        return one.recipient, one.status, one.why.cause


def _is(arrival: Arrival, kind: Kind | None) -> bool:
    return kind is None or arrival.report.kind is kind


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    async with bench.lab:
        yield bench
    assert not bench.troubles


@pytest.mark.parametrize(
    ("address", "status", "cause"),
    [
        ("bob+5.2.2@lab.test", "5.2.2", "remote-mailbox-full"),
        ("bob+gmail-5.7.26@lab.test", "5.7.26", "remote-sender-unverified"),
        ("bob+unknown@lab.test", "5.1.1", "remote-user-unknown"),
        ("bob+size-10@lab.test", "5.3.4", "remote-too-large"),
        ("bob@null-mx.lab.test", "5.1.10", "null-mx"),
        ("bob@nowhere.invalid", "5.1.2", "domain-not-found"),
        ("bob@blocked.lab.test", "5.7.1", "remote-block-list"),
    ],
)
async def test_an_address_is_refused_as_it_says_and_the_sender_gets_the_report(
    bench: Bench, address: str, status: str, cause: str
) -> None:
    await bench.send(address)
    assert await bench.told() == (address, status, cause)


async def test_a_later_report_comes_from_the_other_system_in_its_own_shape(bench: Bench) -> None:
    await bench.send("bob+async-exchange2007-5.1.1@lab.test")
    assert (await bench.arrival("bob+async-exchange2007-5.1.1@lab.test")).subject == "Your order"
    arrival = await bench.arrival(APP)
    assert arrival.sender == ""
    assert arrival.report.system == "Exchange"
    assert await bench.told() == ("bob+async-exchange2007-5.1.1@lab.test", "5.1.1", "remote-user-unknown")


def _hand_in_a_report(host: str, port: int) -> None:
    with smtplib.SMTP(host, port, timeout=HUNG) as client:
        client.sendmail("", ["bob+async-qmail-5.1.1@lab.test"], "Subject: Undeliverable")


async def test_nothing_comes_back_for_a_report(bench: Bench) -> None:
    await asyncio.to_thread(_hand_in_a_report, *bench.lab.remote)
    await bench.send("bob+async-qmail-5.2.2@lab.test")
    assert (await bench.told())[:2] == ("bob+async-qmail-5.2.2@lab.test", "5.2.2")
    assert not [each for each in arrived(bench.lab.letters) if not each.to]


async def test_what_waits_is_told_of_and_then_taken(bench: Bench) -> None:
    await bench.send("bob+delay-2s@lab.test")
    assert await bench.told(kind=Kind.DELAYED) == ("bob+delay-2s@lab.test", "4.2.0", "remote-greylisted")
    assert (await bench.arrival("bob+delay-2s@lab.test")).sender == APP


async def test_a_host_that_hangs_or_drops_one_address_holds_up_no_other(bench: Bench) -> None:
    await bench.send("eve+hang@lab.test", "eve+drop@lab.test", "eve+reset-at-content@lab.test")
    await bench.send("bob@lab.test")
    assert (await bench.arrival("bob@lab.test")).sender == APP


async def test_a_rate_is_kept_and_what_is_no_word_is_told_so_in_the_dialogue(bench: Bench) -> None:
    for _ in range(2):
        await bench.send("bob+421-after-2@lab.test", direct=True)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused, match="421"):
        await bench.send("bob+421-after-2@lab.test", direct=True)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused, match=r"did you mean \+greylist"):
        await bench.send("bob+grelist@lab.test", direct=True)
    with pytest.raises(aiosmtplib.SMTPDataError, match=r"554.*5\.7\.1"):
        await bench.send("bob+5.7.1-at-content@lab.test", direct=True)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused, match="STARTTLS"):
        await bench.send("bob+tls-required@lab.test", direct=True)
    await bench.send("bob+tls-required@lab.test")  # our server speaks TLS
    assert (await bench.arrival("bob+tls-required@lab.test")).sender == APP


async def test_reports_that_are_to_come_later_are_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "WAITING", 1)
    await bench.send("bob+async-qmail-5.1.1-in-1h@lab.test", direct=True)
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused, match=r"452.*Too many reports wait"):
        await bench.send("bob+async-qmail-5.1.1@lab.test", direct=True)


async def test_a_scenario_is_played_with_the_sender_as_its_sender(bench: Bench) -> None:
    await bench.send("ndr-5.2.2-a@here.lab.test")
    recipient, status, cause = await bench.told()
    assert (status, cause) == ("5.2.2", "mailbox-full")
    assert recipient.endswith("@worcester.example")
    report = (await bench.arrival(APP)).raw
    assert b"\nTo: <app@shop.example>" in report


async def test_a_scenario_that_ends_in_a_refusal_is_refused_here_too(bench: Bench) -> None:
    await bench.send("ndr-5.1.1-a@here.lab.test")
    assert (await bench.told())[:2] == ("ndr-5.1.1-a@here.lab.test", "5.1.1")
    await bench.send("ndr-9.9.9@here.lab.test", sender="eve@shop.example")
    assert b"no scenario is named ndr-9.9.9" in (await bench.arrival("eve@shop.example")).raw
    await bench.send("ndr-5.2.2-a@here.lab.test", sender="a{b}@shop.example")
    told = (await bench.arrival("a{b}@shop.example")).raw
    assert b"a scenario needs a sender with a plain address" in told


@pytest.mark.parametrize(("literal", "status"), [("[203.0.113.5]", "4.4.1"), ("[IPv6:2001:db8::5]", "4.3.1")])
async def test_mail_to_an_address_literal_elsewhere_does_not_leave_this_machine(
    bench: Bench, literal: str, status: str
) -> None:
    assert all(each.source_ip == "127.0.0.1" for each in bench.lab.app.organisation().send_connectors.values())
    await bench.send(f"bob@{literal}")
    assert (await bench.told(kind=Kind.DELAYED))[:2] == (f"bob@{literal}", status)


async def test_the_reply_of_a_scenario_waits_for_its_client_though_the_evidence_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plays(here.HereMta):
        async def _run(self, scenario: Scenario, sender: str) -> dict[str, object]:
            path = tmp_path / sender
            path.write_text(f"C: RCPT\nS: 550 5.1.1 No {sender}\n")
            return {"ok": True, "report": str(path)}

    monkeypatch.setattr(here, "WAIT", 0)
    monkeypatch.setattr(here, "REPLIES", 2)
    box = post.Post(World(), pytest.fail)
    mta, scenario = Plays("mx.here.lab.test", box, tmp_path), scenarios()["NDR-5.1.1-a"]
    for sender in ("a", "b", "c", "d"):
        assert await mta._reply(scenario, sender) == here.LATER
        while box.is_busy:
            await asyncio.sleep(0)
        (tmp_path / sender).unlink()
    assert len(mta._playing) == 2
    assert await mta._reply(scenario, "d") == "550 5.1.1 No d"
    await box.close()


async def test_a_host_of_one_s_own_does_as_its_script_says(bench: Bench) -> None:
    bench.lab.host("partner.example", {"rcpt": {"ron@*": "550 5.1.1 No such user"}})
    await bench.send("ron@partner.example", "rita@partner.example")
    assert (await bench.told())[:2] == ("ron@partner.example", "5.1.1")
    assert (await bench.arrival("rita@partner.example")).sender == APP
    bench.lab.host("partner.example", {"rcpt": "552 5.2.2 Full"})
    await bench.send("rita@partner.example", sender="eve@shop.example")
    assert (await bench.told("eve@shop.example"))[:2] == ("rita@partner.example", "5.2.2")
    with pytest.raises(ValueError, match="a host has no rcp"):
        bench.lab.host("partner.example", {"rcp": "550"})


def test_the_letter_box_keeps_the_newest_in_order_and_finds_them_again(tmp_path: Path) -> None:
    def message(number: int) -> ReceivedMessage:
        recipients = ((f"{number}@a.example", ()), ("b@b.example", ()))
        return ReceivedMessage("x", "s@s.example", (), recipients, b"Subject: x\r\n\r\nx\r\n", "127.0.0.1", "", "")

    box = Arrivals(tmp_path, keep=3)
    for number in range(3):
        box.take(message(number))
    assert [each.to for each in arrived(tmp_path)] == ["b@b.example", "2@a.example", "b@b.example"]
    Arrivals(tmp_path, keep=3).take(message(3))
    found = arrived(tmp_path)
    assert [each.to for each in found] == ["b@b.example", "3@a.example", "b@b.example"]
    assert found[1].raw == b"Return-Path: <s@s.example>\nDelivered-To: 3@a.example\nSubject: x\n\nx\n"
    assert arrived(tmp_path / "none") == []


def test_the_letter_box_has_a_bound_in_octets_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "OCTETS", 2500)
    content = b"Subject: x\r\n\r\n" + 1000 * b"x"
    for first in (0, 5):  # and a box that is opened again
        box = Arrivals(tmp_path)
        for number in range(first, first + 5):
            to = ((f"{number}@a.example", ()),)
            box.take(ReceivedMessage("x", "s@s.example", (), to, content, "127.0.0.1", "", ""))
        assert [each.to for each in arrived(tmp_path)] == [f"{first + 3}@a.example", f"{first + 4}@a.example"]
