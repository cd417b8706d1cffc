"""One message to many: every recipient has one end, and rows, log lines and reports agree about it."""

from __future__ import annotations

import asyncio
from collections import Counter

from saywhy.lab.script import Script
from saywhy.model.event import Event, Kind
from tests.server.stage import Site, letter, read_report

ANN = "ann@worcester.example"
ENDS = {Kind.DELIVER, Kind.SEND, Kind.FAIL, Kind.EXPAND, Kind.DUPLICATE, Kind.REMOVE}
MESSAGE_KINDS = range(100, 200)

NEWS = """
[[group]]
name = "news"
addresses = ["news@worcester.example"]
members = ["ann@worcester.example", "ben@worcester.example", "bob@partner.example"]

[[contact]]
name = "carl"
addresses = ["carl@worcester.example"]
external = "carl@partner.example"
"""


def partner(site: Site, script: Script) -> None:
    site.world.host("mx.partner.example", script)
    site.world.domain("partner.example", mx=["mx.partner.example"])


def ends(events: list[Event]) -> Counter[str]:
    return Counter(event.recipient for event in events if event.kind in ENDS)


async def test_delivered_relayed_failed_and_deferred_at_once_are_each_accounted_for_once() -> None:
    async with Site() as site:
        partner(site, Script(rcpt={"no@*": "550 5.1.1 no such user", "later@*": "450 4.2.0 come back"}))
        wanted = [
            "ben@worcester.example",
            "nobody@worcester.example",
            "bob@partner.example",
            "no@partner.example",
            "later@partner.example",
            "any@nowhere.example",
        ]
        queued = await site.send(ANN, wanted)
        await site.event(Kind.FAIL, 3, message=queued)
        await site.event(Kind.SEND, message=queued)
        await site.event(Kind.DELIVER, message=queued)
        await site.event(Kind.DEFER, 2, message=queued, recipient="later@partner.example")
        held = await site.ask("message show", message=queued)
        assert [row["recipient"] for row in held.rows] == ["later@partner.example"]
        host = site.world.hosts["mx.partner.example"]
        host.script = Script()
        await site.event(Kind.SEND, 2, message=queued)
        await site.quiet()
        mine = site.found(message=queued)
        assert ends(mine) == dict.fromkeys(wanted, 1)
        assert {event.recipient: event.kind for event in mine if event.kind in ENDS} == {
            "ben@worcester.example": Kind.DELIVER,
            "nobody@worcester.example": Kind.FAIL,
            "bob@partner.example": Kind.SEND,
            "no@partner.example": Kind.FAIL,
            "later@partner.example": Kind.SEND,
            "any@nowhere.example": Kind.FAIL,
        }
        reports = [read_report(raw) for raw in site.lying("ann")]
        assert sorted(to for message in host.messages for to, _ in message.recipients) == [
            "bob@partner.example",
            "later@partner.example",
        ]
        assert len(site.lying("ben")) == 1
    verdicts = [verdict for report in reports for verdict in report.verdicts]
    assert sorted(verdicts) == [
        ("any@nowhere.example", "failed", "5.1.2"),
        ("no@partner.example", "failed", "5.1.1"),
        ("nobody@worcester.example", "failed", "5.1.1"),
    ]
    for report in reports:  # the human part names the failed ones only
        human = report.text.partition("Diagnostic information")[0]
        assert "ben@worcester.example" not in human
        assert "bob@partner.example" not in human
        assert "later@partner.example" not in human


async def test_recipients_who_fail_together_share_a_report() -> None:
    async with Site() as site:
        partner(site, Script(rcpt={"a@*": "550 5.1.1 no a", "b@*": "550 5.2.1 no b"}))
        await site.send(ANN, ["a@partner.example", "b@partner.example", "c@partner.example"])
        [report] = await site.reports()
        await site.quiet()
        assert len(site.found(Kind.REPORT)) == 1
    assert report.verdicts == {("a@partner.example", "failed", "5.1.1"), ("b@partner.example", "failed", "5.2.1")}


async def test_one_copy_reaches_who_is_named_twice() -> None:
    async with Site(organisation=NEWS) as site:
        partner(site, Script())
        recipients = ["ben@worcester.example", "benjamin@worcester.example", "news@worcester.example",
                      "bob@partner.example", "carl@worcester.example"]  # fmt: skip
        queued = await site.send(ANN, recipients)
        await site.quiet()
        assert len(site.lying("ben")) == 1
        assert len(site.lying("ann")) == 1
        [first, *more] = site.world.hosts["mx.partner.example"].messages
        assert not more
        assert sorted(to for to, _ in first.recipients) == ["bob@partner.example", "carl@partner.example"]
        assert site.found(Kind.EXPAND, message=queued)
        assert len(site.found(Kind.DUPLICATE, message=queued)) == 3


async def test_a_hundred_and_fifty_recipients_of_one_host_are_all_served() -> None:
    async with Site() as site:
        partner(site, Script(rcpt={"r149@*": "550 5.1.1 no such user"}))
        wanted = [f"r{number}@partner.example" for number in range(150)]
        queued = await site.send(ANN, wanted)
        await site.quiet()
        assert ends(site.found(message=queued)) == dict.fromkeys(wanted, 1)
        served = [
            to for message in site.world.hosts["mx.partner.example"].messages for to, _ in message.recipients
        ]
        assert sorted(served) == sorted(wanted[:-1])
        [report] = await site.reports()
    assert report.only["Final-Recipient"] == "rfc822; r149@partner.example"


async def test_rows_and_log_lines_agree_and_every_life_is_complete() -> None:
    """R1 over real sockets, for all that can become of a message."""
    async with Site(organisation=NEWS) as site:
        script = Script(rcpt={"no@*": "550 5.1.1 no", "grey@*": ["450 4.7.1 greylisted", ""]})
        partner(site, script)
        everybody = ["ben@worcester.example", "nobody@worcester.example", "news@worcester.example",
                     "carl@worcester.example", "no@partner.example", "grey@partner.example",
                     "any@nowhere.example"]  # fmt: skip
        senders = [ANN, "", "ben@worcester.example", "gone@nowhere.example"]
        letters = [
            site.send(sender, everybody, letter(f"Number {number}", message_id=f"<{number}@x.example>"))
            for number, sender in enumerate(senders * 3)
        ]
        accepted = await asyncio.gather(*letters)
        await site.quiet()
        told = [event for event in site.ear.events if event.kind in MESSAGE_KINDS]
        rows = {message: await site.tracking(message) for message in {event.message for event in told}}
        await site.stop()
        lines = [line for line in site.log_lines() if line["number"] in MESSAGE_KINDS]
    assert set(accepted) <= set(rows)
    assert Counter(map(of_row, [row for life in rows.values() for row in life])) == Counter(map(of_line, lines))
    for life in rows.values():
        check_life(life)


def of_row(event: Event) -> tuple[object, ...]:
    return event.kind.name, event.message, event.recipient, event.status, event.cause, event.text, str(event.data)


def of_line(line: dict[str, object]) -> tuple[object, ...]:
    fields = (str(line.get(name, "")) for name in ("message", "recipient", "status", "cause", "text"))
    return line["event"], *fields, str(line.get("data", {}))


def check_life(life: list[Event]) -> None:
    """It begins with RECEIVE; every recipient ends; every failure is reported, or its report held back."""
    kinds = Counter(event.kind for event in life)
    assert life[0].kind is Kind.RECEIVE
    assert kinds[Kind.RECEIVE] == 1
    once = [event.recipient for event in life if event.kind in ENDS - {Kind.DUPLICATE}]
    members = sum(int(event.data["members"]) for event in life if event.kind is Kind.EXPAND)
    wanted = int(life[0].data["recipients"]) + members
    assert len(once) + kinds[Kind.DUPLICATE] == wanted, [(event.kind.name, event.recipient) for event in life]
    reported = sum(int(event.data["recipients"]) for event in life if event.kind is Kind.REPORT)
    assert reported + kinds[Kind.DROP] == kinds[Kind.FAIL]


async def test_the_copy_that_answers_for_two_has_the_wishes_of_both() -> None:
    async with Site() as site:
        await site.send(ANN, ["ben@worcester.example NOTIFY=NEVER", "benjamin@worcester.example NOTIFY=SUCCESS"])
        [report] = await site.reports()
        await site.quiet()
        assert len(site.lying("ben")) == 1
    assert report.verdicts == {("benjamin@worcester.example", "delivered", "2.1.5")}
