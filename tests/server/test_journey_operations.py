"""What an administrator does to the running server through its control socket, and what mail then does."""

from __future__ import annotations

import base64
import dataclasses

import pytest

from saywhy.lab.script import Presence, Script
from saywhy.model.event import Kind
from saywhy.operations.declaration import OperationError
from tests.server.stage import Site, letter

ANN = "ann@worcester.example"
BOB = "bob@partner.example"
PARTNER = "dns/partner.example/Internet"
FULL = Script(rcpt={"*": "452 4.2.2 mailbox full"})


class Waiting(Site):
    """Where nothing is tried twice by itself."""

    async def begin(self, script: Script = FULL) -> str:
        """A message to Bob, whose host has a word against it for now."""
        self.partner = self.world.host("mx.partner.example", script)
        self.world.domain("partner.example", mx=["mx.partner.example"])
        config = self.app.organisation().transport
        await self.put(dataclasses.replace(config, glitch_interval=3600, message_interval=3600))
        queued = await self.send(ANN, [BOB], letter("Offer", message_id="<offer@worcester.example>"))
        await self.event(Kind.DEFER, message=queued)
        return queued


async def test_queue_list_show_and_retry_follow_what_waits() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        [row] = (await site.ask("queue list")).rows
        assert (row["queue"], row["recipients"], row["messages"]) == (PARTNER, 1, 1)
        assert "452 4.2.2 mailbox full" in str(row["error"])
        [shown] = (await site.ask("queue show", queue=PARTNER)).rows
        assert (shown["message"], shown["recipient"], shown["attempts"]) == (queued, BOB, 1)
        site.partner.script = Script()
        result = await site.ask("queue retry", queue=PARTNER)
        assert result.rows[0]["recipients"] == 1
        await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert (await site.ask("queue list")).rows == ()
        assert site.found(Kind.RETRY, queue=PARTNER)


async def test_a_hop_that_is_down_is_tried_at_once_when_an_administrator_says_so() -> None:
    async with Waiting() as site:
        down = Script(presence=Presence.REFUSING)
        queued = await site.begin(down)
        later = await site.send(ANN, [BOB])  # not even tried: it waits with the others
        [row] = (await site.ask("queue list")).rows
        assert (row["messages"], row["retrying"]) == (2, 1)
        assert not site.found(Kind.DEFER, message=later)
        site.partner.script = Script()
        assert (await site.ask("queue retry", all=True)).rows[0]["recipients"] == 2
        await site.quiet()
        assert {event.message for event in site.found(Kind.SEND)} == {queued, later}


async def test_a_suspended_queue_keeps_its_mail_until_it_is_resumed() -> None:
    async with Waiting() as site:
        first = await site.begin()
        site.partner.script = Script()
        await site.ask("queue suspend", queue=PARTNER)
        later = await site.send(ANN, [BOB])
        await site.ask("queue retry", all=True)
        [row] = (await site.ask("queue list")).rows
        assert (row["status"], row["messages"]) == ("suspended", 2)
        assert site.partner.messages == []
        await site.ask("queue resume", queue=PARTNER)
        await site.partner.received(2)
        await site.quiet()
        assert {event.message for event in site.found(Kind.SEND)} == {first, later}


async def test_a_suspended_message_is_exported_redirected_and_resumed() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        site.partner.script = Script()
        await site.ask("message suspend", message=queued)
        await site.ask("queue retry", queue=PARTNER)
        text = (await site.ask("message export", message=queued)).text
        assert text.startswith(f"X-Sender: <{ANN}>\nX-Receiver: <{BOB}>\n")
        assert "Subject: Offer" in text
        await site.ask("message redirect", message=queued, recipient=BOB, to="carol@partner.example")
        assert site.partner.messages == []
        await site.ask("message resume", message=queued)
        (message,) = await site.partner.received(1)
        assert [name for name, _ in message.recipients] == ["carol@partner.example"]
        await site.quiet()
        story = (await site.ask("trace", message_id=queued)).text
        assert "held back by an administrator" in story


async def test_a_host_that_is_back_gets_its_mail_without_waiting_for_the_retry() -> None:
    async with Waiting() as site:
        queued = await site.begin(Script(presence=Presence.REFUSING))
        config = site.app.organisation().transport
        await site.put(dataclasses.replace(config, recheck_interval=0.2, recheck_most=0.5))
        later = await site.send(ANN, [BOB])
        await site.event(Kind.HOP_DOWN)
        site.partner.script = Script()
        await site.partner.received(2)
        await site.event(Kind.HOP_BACK)
        await site.quiet()
        assert {event.message for event in site.found(Kind.SEND)} == {queued, later}


async def test_a_look_by_hand_releases_what_waits_for_a_host_that_is_back() -> None:
    async with Waiting() as site:
        await site.begin(Script(presence=Presence.REFUSING))
        [row] = (await site.ask("queue recheck", queue=PARTNER)).rows
        assert (row["works"], row["released"]) == (False, 0)
        assert "refused" in str(row["trouble"])
        site.partner.script = Script()
        [row] = (await site.ask("queue recheck")).rows
        assert (row["works"], row["released"]) == (True, 1)
        await site.partner.received(1)


async def test_message_list_show_and_remove_with_a_report() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        [listed] = (await site.ask("message list")).rows
        assert (listed["message"], listed["sender"], listed["subject"]) == (queued, ANN, "Offer")
        [shown] = (await site.ask("message show", message=queued)).rows
        assert (shown["recipient"], shown["queue"]) == (BOB, PARTNER)
        assert (await site.ask("message remove", message=queued)).rows[0]["reported"] is True
        [report] = await site.reports()
        await site.quiet()
        assert report.verdicts == {(BOB, "failed", "4.3.2")}
        assert site.found(Kind.REMOVE, message=queued)[0].data["ndr"] is True
        with pytest.raises(OperationError, match="not"):
            await site.ask("message show", message=queued)


async def test_message_remove_can_be_silent() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        assert (await site.ask("message remove", message=queued, no_ndr=True)).rows[0]["reported"] is False
        await site.quiet()
        assert site.found(Kind.REMOVE, message=queued)[0].data["ndr"] is False
        assert not site.found(Kind.REPORT)
        assert not site.lying("ann")


async def test_trace_tells_the_journey_by_queue_id_and_by_message_id() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        site.partner.script = Script(rcpt={"*": "550 5.1.1 no such user"})
        await site.ask("queue retry", message=queued)
        await site.reports()
        await site.quiet()
        result = await site.ask("trace", message_id=queued)
        assert [row["event"] for row in result.rows] == ["RECEIVE", "DEFER", "RETRY", "FAIL", "REPORT"]
        for word in ("Offer", "452 4.2.2 mailbox full", "550 5.1.1 no such user", "a report (failed)"):
            assert word in result.text
        for spelling in ("<offer@worcester.example>", "offer@worcester.example"):
            assert (await site.ask("trace", message_id=spelling)).rows == result.rows
        report = next(row for row in result.rows if row["event"] == "REPORT")
        [name] = [fact.partition("=")[2] for fact in report["facts"] if fact.startswith("report=")]
        assert [row["event"] for row in (await site.ask("trace", message_id=name)).rows] == ["RECEIVE", "DELIVER"]


async def test_trace_of_what_waits_says_when_it_is_tried_again() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        text = (await site.ask("trace", message_id=queued)).text
    assert "put off: 452 4.2.2 mailbox full" in text
    assert "tried again" in text


async def test_a_recipient_added_is_taken_at_the_next_rcpt() -> None:
    async with Site() as site:
        client = await site.client("smtp")
        await client.expect("MAIL FROM:<eve@partner.example>", "250")
        await client.expect("RCPT TO:<zoe@worcester.example>", "550 5.1.1")
        added = {"kind": "mailbox", "name": "zoe", "address": ["zoe@worcester.example"]}
        await site.ask("recipient add", **added)
        await client.expect("RCPT TO:<zoe@worcester.example>", "250")
        await client.expect("DATA", "354")
        await client.content(letter())
        assert len(await site.mail("zoe")) == 1
        listed = (await site.ask("recipient list", search="zoe")).rows
        assert [row["name"] for row in listed] == ["zoe"]
        await site.ask("recipient remove", name="zoe@worcester.example")
        await client.expect("MAIL FROM:<eve@partner.example>", "250")
        await client.expect("RCPT TO:<zoe@worcester.example>", "550 5.1.1")
        await client.close()
        assert len(site.lying("zoe")) == 1  # mail on disk stays


async def test_a_domain_comes_and_goes() -> None:
    async with Site() as site:
        client = await site.client("smtp")
        await client.expect("MAIL FROM:<eve@partner.example>", "250")
        await client.expect("RCPT TO:<postmaster@malvern.example>", "550 5.7.1")
        await site.ask("domain add", name="malvern.example")
        await client.expect("RCPT TO:<zoe@malvern.example>", "550 5.1.1")
        await site.ask("recipient add", kind="mailbox", name="zoe", address=["zoe@malvern.example"])
        await client.expect("RCPT TO:<zoe@malvern.example>", "250")
        with pytest.raises(OperationError):
            await site.ask("domain remove", name="malvern.example")
        await site.ask("recipient remove", name="zoe")
        await site.ask("domain remove", name="malvern.example")
        await client.expect("RCPT TO:<zoe@malvern.example>", "550 5.7.1")
        assert [row["domain"] for row in (await site.ask("domain list")).rows] == ["worcester.example"]
        await client.close()


async def test_a_user_added_can_sign_in_and_one_removed_cannot() -> None:
    credentials = base64.b64encode(b"\0ben\0battery staple").decode()
    async with Site() as site:
        client = await site.client("submissions")
        await client.expect(f"AUTH PLAIN {credentials}", "535")
        await site.ask("user add", name="ben", address=["ben@worcester.example"], password="battery staple")
        await client.expect(f"AUTH PLAIN {credentials}", "235")
        await client.expect("MAIL FROM:<ben@worcester.example>", "250")
        assert [row["name"] for row in (await site.ask("user list")).rows] == ["ann", "ben"]
        await site.ask("user remove", name="ben")
        other = await site.client("submissions")
        await other.expect(f"AUTH PLAIN {credentials}", "535")
        await client.close()
        await other.close()


def written(text: str) -> dict[str, str]:
    return {"name": "organisation.toml", "text": text}


async def test_the_organisation_is_exported_and_applied_again() -> None:
    async with Site() as site:
        text = (await site.ask("org export")).rows[0]["organisation"]
        assert (await site.ask("org apply", file=written(text))).rows == ()
        changed = text.replace('name = "ben"', 'name = "benny"')
        plan = await site.ask("org apply", file=written(changed), dry_run=True)
        assert {(row["action"], row["name"]) for row in plan.rows} == {("add", "benny"), ("remove", "ben")}
        assert (await site.ask("org export")).rows[0]["organisation"] == text
        await site.ask("org apply", file=written(changed))
        await site.send(ANN, ["ben@worcester.example"])
        assert len(await site.mail("benny")) == 1
        await site.ask("org apply", file=written(text))
        assert (await site.ask("org export")).rows[0]["organisation"] == text


async def test_a_restart_keeps_the_queue_the_organisation_and_the_story() -> None:
    async with Waiting() as site:
        queued = await site.begin()
        await site.ask("recipient add", kind="mailbox", name="zoe", address=["zoe@worcester.example"])
        before = (await site.ask("trace", message_id=queued)).rows
        await site.stop()
        await site.start()
        assert (await site.ask("trace", message_id=queued)).rows == before
        [shown] = (await site.ask("queue show", queue=PARTNER)).rows
        assert (shown["message"], shown["attempts"]) == (queued, 1)
        new = await site.send(ANN, ["zoe@worcester.example"])
        assert new != queued
        assert len(await site.mail("zoe")) == 1
        site.partner.script = Script()
        await site.ask("queue retry", all=True)
        sent = await site.event(Kind.SEND, message=queued)
        await site.quiet()
        assert sent.data["attempts"] == 2
        assert site.partner.messages[0].content.endswith(letter("Offer", message_id="<offer@worcester.example>"))


async def test_every_change_is_told_with_who_made_it() -> None:
    async with Site() as site:
        await site.ask("domain add", name="malvern.example")
        told = site.found(Kind.OPERATION, Kind.ORGANISATION)
        assert Kind.OPERATION in {event.kind for event in told}
        assert all(event.data["actor"] for event in told if event.kind is Kind.OPERATION)
