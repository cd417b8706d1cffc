"""Moderation by reply, through the whole server: the question, the answer, and what its sender hears."""

from __future__ import annotations

import email
import email.policy
import smtplib
from email.message import EmailMessage, Message
from pathlib import Path

import pytest

from saywhy.lab.script import Script
from saywhy.model.event import Kind
from tests.server.running import Running
from tests.server.stage import Site, read_report

ANN = "ann@worcester.example"
BEN = "ben@worcester.example"
EVE = "eve@partner.example"
BREWERS = "brewers@worcester.example"

GROUP = """
[[mailbox]]
name = "carl"
addresses = ["carl@worcester.example"]

[[mailbox]]
name = "dora"
addresses = ["dora@worcester.example"]

[[group]]
name = "brewers"
addresses = ["brewers@worcester.example"]
members = ["carl@worcester.example", "dora@worcester.example"]
moderated = true
moderators = ["ben@worcester.example"]
"""


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def answer(question: bytes, text: str, sender: str = BEN, header: str = "") -> tuple[str, bytes]:
    """The address for the answer, and the answer as a mail program writes it."""
    asked = parsed(question)
    to = str(asked["Reply-To"]).strip("<>")
    quoted = f"\r\nOn Tuesday, Mail Delivery System <{to}> wrote:\r\n> APPROVE: the message is delivered.\r\n"
    content = (
        f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: Re: {asked['Subject']}\r\n{header}\r\n{text}\r\n{quoted}"
    )
    return to, content.encode()


async def reply(site: Site, question: bytes, text: str, sender: str = BEN, header: str = "") -> str:
    to, content = answer(question, text, sender, header)
    return await site.send(sender, [to], content)


async def from_outside(site: Site, to: str) -> str:
    """What a stranger hears at RCPT."""
    client = await site.client("smtp")
    await client.expect(f"MAIL FROM:<{EVE}>", "250")
    reply = await client.say(f"RCPT TO:<{to}>")
    await client.expect("QUIT", "221")
    await client.close()
    return reply


async def test_an_approved_message_reaches_the_group_and_nobody_before() -> None:
    async with Site(organisation=GROUP) as site:
        message = await site.send(ANN, [BREWERS])
        [question] = await site.mail("ben")
        [row] = (await site.ask("moderation list")).rows
        assert (row["message"], row["item"], row["moderators"]) == (message, "brewers", [BEN])
        assert not site.lying("carl")
        await reply(site, question, "Approve")
        assert len(await site.mail("carl")) == len(await site.mail("dora")) == 1
        await site.quiet()
        assert (await site.ask("moderation list")).text == "Nothing waits for a moderator."
        kinds = [event.kind for event in await site.tracking(message)]
        assert kinds[:4] == [Kind.RECEIVE, Kind.MODERATE, Kind.APPROVE, Kind.EXPAND]
        assert not site.lying("ann")


async def test_a_rejected_message_comes_back_with_the_moderators_words() -> None:
    async with Site(organisation=GROUP) as site:
        await site.send(ANN, [BREWERS])
        [question] = await site.mail("ben")
        await reply(site, question, "REJECT\r\nToo long, please.\r\n\r\nAsk <b>me</b> first.")
        [report] = await site.reports()
        assert not site.lying("carl")
    assert report.only["Status"] == "5.7.1"
    assert report.only["Diagnostic-Code"].endswith(
        "550 5.7.1 APPROVAL.Rejected; the moderator rejected the message"
    )
    assert "The moderator wrote: > Too long, please. > Ask <b>me</b> first." in report.text
    html = report.message.get_body(("html",))
    assert html is not None
    assert "Ask &lt;b&gt;me&lt;/b&gt; first." in html.get_content()


async def test_the_first_decision_counts_and_the_second_moderator_is_told() -> None:
    async with Site(organisation=GROUP) as site:
        await site.ask("recipient set", name="brewers", moderator=[BEN, ANN])
        message = await site.send(EVE, [BREWERS])
        [to_ben], [to_ann] = await site.mail("ben"), await site.mail("ann")
        assert answer(to_ben, "")[0] != answer(to_ann, "")[0]
        await reply(site, to_ben, "approve")
        await site.event(Kind.APPROVE, message=message)
        await reply(site, to_ann, "reject", sender=ANN)
        _, told = await site.mail("ann", 2)
        report = read_report(told)
        assert len(await site.mail("carl")) == 1
        assert not site.found(Kind.REJECT)
    assert "Another moderator has decided before you" in report.text
    assert "APPROVAL.Decided; it was approved before" in report.only["Diagnostic-Code"]


async def test_nobody_decides_with_another_moderators_address_or_from_outside_or_with_a_guess() -> None:
    async with Site(organisation=GROUP) as site:
        message = await site.send(ANN, [BREWERS])
        [question] = await site.mail("ben")
        to, content = answer(question, "approve")
        await site.send("carl@worcester.example", [to], content)
        assert read_report((await site.mail("carl"))[0]).only["Status"] == "5.7.1"
        await site.send(BEN, [to], content, listener="smtp")  # a stranger who says that he is Ben
        assert (await site.event(Kind.ANSWER, 2)).text == "approve: stranger"
        await site.event(Kind.FAIL, cause="recipient-needs-sign-in", sender=BEN)
        guessed = to[: -len("000000@worcester.example")] + "000000@worcester.example"
        await site.send(BEN, [guessed], content)
        assert (await site.event(Kind.FAIL, cause="recipient-unknown", sender=BEN)).status == "5.1.1"
        assert await from_outside(site, guessed) == "550 5.1.1 User unknown"
        assert not site.found(Kind.APPROVE, Kind.REJECT)
        await site.ask("moderation reject", message=message)
        [report] = await site.reports()
        assert report.only["Status"] == "5.7.1"
        await site.quiet()
        assert (await from_outside(site, to)).startswith("250")  # who answers late is told so
        assert await from_outside(site, guessed) == "550 5.1.1 User unknown"


async def test_no_report_comes_of_mail_to_answers_that_nobody_asked_for() -> None:
    """It would go to whomever a stranger names as its sender."""
    async with Site(organisation=GROUP) as site:
        other = await site.send(ANN, ["carl@worcester.example"])
        for held_by in ("9-8f31", other, other[:-1] + "f0f0"):
            guessed = f"moderate-{held_by}-0-0-{24 * 'a'}@worcester.example"
            reply = await from_outside(site, guessed)
            assert reply[:3] == (
                "451" if held_by == "9-8f31" else "550"
            )  # shard 9 may be another worker's, and away
        await site.quiet()
        assert not site.found(Kind.REPORT)


async def test_what_no_person_wrote_decides_nothing_and_is_not_answered() -> None:
    async with Site(organisation=GROUP) as site:
        message = await site.send(ANN, [BREWERS])
        [question] = await site.mail("ben")
        await reply(site, question, "Approve", header="Auto-Submitted: auto-replied\r\n")
        ignored = await site.event(Kind.ANSWER)
        assert (ignored.text, ignored.data["of"]) == ("ignored: no person wrote it", message)
        to, content = answer(question, "Approve")
        await site.send("", [to], content)
        await site.event(Kind.ANSWER, 2)
        await reply(site, question, "Let me think about it.")
        report = read_report((await site.mail("ben", 2))[1])
        assert "APPROVAL.Unclear" in report.only["Diagnostic-Code"]
        assert not site.found(Kind.APPROVE, Kind.REJECT)
        assert (await site.ask("moderation list")).rows
        await site.ask("moderation approve", message=message)
        await site.mail("carl")
        await site.quiet()


async def test_a_moderator_elsewhere_answers_from_his_address() -> None:
    async with Site(organisation=GROUP) as site:
        host = site.world.host("mx.partner.example")
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.ask("recipient set", name="brewers", moderator=[EVE])
        await site.send(ANN, [BREWERS])
        [question] = await host.received(1)
        to, content = answer(question.content, "Approve", EVE)
        assert question.sender == to
        await site.send("mallory@partner.example", [to], content, listener="smtp")
        assert read_report((await host.received(2))[1].content).only["Status"] == "5.7.1"
        await site.send(EVE, [to], content, listener="smtp")
        await site.mail("carl")
        await site.quiet()


async def test_when_no_question_arrives_the_sender_does_not_wait() -> None:
    async with Site(organisation=GROUP) as site:
        site.world.host("mx.partner.example", Script(rcpt={"*": "550 5.1.1 no such user"}))
        site.world.domain("partner.example", mx=["mx.partner.example"])
        await site.ask("recipient set", name="brewers", moderator=[EVE, "bob@partner.example"])
        await site.send(ANN, [BREWERS])
        [report] = await site.reports()
        await site.quiet()
    assert report.only["Status"] == "5.2.4"
    assert "APPROVAL.NoModerators" in report.only["Diagnostic-Code"]


async def test_the_sender_hears_that_his_message_waits_for_a_moderator() -> None:
    async with Site(organisation=GROUP, transport='delay_after = "0.2 s"\n') as site:
        message = await site.send(ANN, [BREWERS])
        [report] = await site.reports()
        await site.ask("moderation approve", message=message)
        await site.quiet()
    assert (report.only["Action"], report.only["Status"]) == ("delayed", "4.7.0")
    assert "This one waits for that." in report.text


async def test_a_message_for_which_nobody_decides_goes_back() -> None:
    async with Site(organisation=GROUP, transport='moderation_expire_after = "1 s"\n') as site:
        await site.send(ANN, [BREWERS])
        [report] = await site.reports()
        [question] = await site.mail("ben")
        await reply(site, question, "Approve")
        late = read_report((await site.mail("ben", 2))[1])
        assert not site.lying("carl")
    assert (report.only["Action"], report.only["Status"]) == ("failed", "5.7.1")
    assert "APPROVAL.Expired" in report.only["Diagnostic-Code"]
    assert "no moderator decided about this one within 1 second" in report.text
    assert "it does not wait any more" in late.only["Diagnostic-Code"]


async def test_senders_need_not_hear_that_they_were_rejected() -> None:
    async with Site(organisation=GROUP) as site:
        await site.ask("recipient set", name="brewers", moderation_notices="never")
        message = await site.send(ANN, [BREWERS])
        await site.mail("ben")
        await site.ask("moderation reject", message=message)
        assert (await site.event(Kind.DROP, message=message)).text == "moderation"
        await site.quiet()
        assert not site.lying("ann")


async def test_what_is_held_waits_across_a_restart_and_the_question_is_not_asked_twice() -> None:
    async with Site(organisation=GROUP) as site:
        await site.send(ANN, [BREWERS])
        [question] = await site.mail("ben")
        await site.stop()
        await site.start()
        await reply(site, question, "approve")
        assert len(await site.mail("carl")) == 1
        await site.quiet()
        assert len(site.lying("ben")) == 1


NESTED = (
    GROUP
    + """
[[group]]
name = "staff"
addresses = ["staff@worcester.example"]
members = ["brewers@worcester.example", "ben@worcester.example"]
"""
)


async def test_of_a_moderated_group_within_a_group_only_its_members_wait_and_a_refusal_is_5_7_2() -> None:
    async with Site(organisation=NESTED) as site:
        message = await site.send(ANN, ["staff@worcester.example"])
        both = await site.mail("ben", 2)  # as a member, and the question
        [question] = [raw for raw in both if b"\nReply-To: <moderate-" in raw]
        await reply(site, question, "Reject: not today")
        [report] = await site.reports()
        assert not site.lying("carl")
        assert [event.data["item"] for event in await site.tracking(message) if event.kind is Kind.REJECT] == [
            "brewers"
        ]
    assert report.only["Status"] == "5.7.2"
    assert report.only["Final-Recipient"] == "rfc822; staff@worcester.example"
    assert "> not today" in report.text


async def test_one_approval_is_enough_where_the_same_moderator_has_both_groups() -> None:
    async with Site(organisation=NESTED) as site:
        await site.ask("recipient set", name="staff", moderated="yes", moderator=[BEN])
        message = await site.send(ANN, ["staff@worcester.example"])
        [question] = await site.mail("ben")
        await reply(site, question, "Approve")
        await site.mail("carl")
        await site.quiet()
        assert len(site.found(Kind.MODERATE, message=message)) == 1
        assert len(site.lying("ben")) == 2


async def test_moderators_and_those_who_bypass_them_write_directly() -> None:
    async with Site(organisation=GROUP) as site:
        await site.ask("recipient set", name="brewers", bypass_moderation=[ANN])
        await site.send(ANN, [BREWERS])
        await site.mail("carl")
        await site.send(BEN, [BREWERS])
        await site.mail("carl", 2)
        assert not site.found(Kind.MODERATE)


@pytest.mark.slow
def test_a_held_message_and_its_question_survive_kill_9(tmp_path: Path) -> None:
    moderated = """
[[mailbox]]
name = "boss"
addresses = ["boss@worcester.example"]

[[group]]
name = "staff"
addresses = ["staff@worcester.example"]
members = ["ann@worcester.example"]
moderated = true
moderators = ["boss@worcester.example"]
"""
    with Running(tmp_path, connectors=moderated, workers=2) as server:

        def send(sender: str, to: str, text: str) -> None:
            with smtplib.SMTP("127.0.0.1", server.port, "pc7.example") as client:
                client.sendmail(sender, [to], f"Subject: x\r\n\r\n{text}\r\n")

        for number in range(4):
            send("guy@worcester.example", "staff@worcester.example", str(number))
            server.kill(workers=number % 2 == 0)
            server.start()
        server.until(lambda: len(server.mail("boss")) >= 4)
        tickets = {str(question["Reply-To"]).strip("<>") for question in server.mail("boss")}
        assert len(tickets) == 4, "one question for each message, which may have come twice"
        for number, ticket in enumerate(sorted(tickets)):
            send("boss@worcester.example", ticket, "approve")
            if number % 2:
                server.kill(workers=True)
                server.start()
        server.until(lambda: "Nothing waits" in server.saywhy("moderation", "list").stdout)
        server.until(lambda: {_body(message) for message in server.mail("ann")} == set("0123"))


def _body(message: Message) -> str:
    return str(message.get_payload()).strip()
