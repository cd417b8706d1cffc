from __future__ import annotations

import dataclasses

import pytest

from saywhy.infra.errors import StoreError
from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Change
from saywhy.model.event import Event, Kind
from saywhy.model.queued import HopKind, NextHop
from saywhy.operations.story import sentence
from saywhy.why import catalogue
from tests.operations.conftest import NOW, Events, FakeQueue, Run, enqueue, refused

PARTNER = "dns/partner.example/Internet"


async def test_an_empty_queue_says_so(run: Run) -> None:
    assert (await run("queue list")).text == "The queue is empty."
    assert (await run("message list")).text == "No such message is in the queue."


async def test_queues_are_listed_by_next_hop_with_what_happened_last(run: Run, store: MemoryStore) -> None:
    await enqueue(store, "x@partner.example", "y@partner.example", tried=True)
    await enqueue(store, "z@partner.example")
    await enqueue(store, "m@worcester.example", hop=NextHop(HopKind.MAILBOX))
    partner, mailbox = (await run("queue list")).rows
    assert partner == {
        "queue": PARTNER,
        "status": "retry",
        "recipients": 3,
        "messages": 2,
        "retrying": 2,
        "next": NOW + 600,
        "oldest": NOW - 3600,
        "error": "421 4.4.1 no answer",
    }
    assert mailbox["queue"] == "mailbox"
    assert (await run("queue list", limit=1)).text == "1 more; --limit 2 shows them."


async def test_causes_are_listed_with_the_most_first(run: Run, store: MemoryStore) -> None:
    assert (await run("queue causes")).text == "Nothing waits because of a failure."
    await enqueue(store, "x@partner.example", "y@partner.example", tried=True)
    await enqueue(store, "z@partner.example")
    (row,) = (await run("queue causes")).rows
    assert (row["recipients"], row["queues"], row["most"]) == (2, 1, PARTNER)
    assert catalogue.cause(row["cause"]).id == row["cause"]
    assert (await run("queue causes", queue="mailbox")).rows == ()


async def test_a_queue_shows_who_waits_and_why(run: Run, store: MemoryStore) -> None:
    number = await enqueue(store, "x@partner.example", tried=True)
    result = await run("queue show", queue=PARTNER)
    assert list(result.rows) == [
        {
            "message": str(number),
            "sender": "guy@worcester.example",
            "recipient": "x@partner.example",
            "attempts": 3,
            "next": NOW + 600,
            "suspended": 0.0,
            "error": "421 4.4.1 no answer",
        }
    ]
    assert result.text.splitlines() == [
        "1 recipient of 1 message; the oldest arrived 1 h ago, the next attempt is due in 10 min.",
        "Last error: 421 4.4.1 no answer",
        "Cause: no-answer (`saywhy causes no-answer` says what to do)",
    ]


@pytest.mark.parametrize("named", ["partner.example", "dns/partner.exmple/Internet"])
async def test_a_queue_that_is_not_there_is_answered_with_the_nearest(
    run: Run, store: MemoryStore, named: str
) -> None:
    await enqueue(store, "x@partner.example")
    for operation in ("queue show", "queue retry"):
        error = await refused(run(operation, queue=named))
        assert (error.code, error.cure) == ("not-found", f"did you mean {PARTNER}?")


async def test_a_queue_a_message_or_everything_is_tried_again(
    run: Run, store: MemoryStore, queue: FakeQueue, events: Events
) -> None:
    number = await enqueue(store, "x@partner.example")
    assert (await run("queue retry", queue=PARTNER)).text == "2 recipients are tried again now."
    await run("queue retry", message=str(number))
    await run("queue retry", all=True)
    assert queue.asked == [("retry", PARTNER, None), ("retry", None, number), ("retry", None, None)]
    assert len(events.of(Kind.OPERATION)) == 3


@pytest.mark.parametrize("parameters", [{}, {"queue": PARTNER, "all": True}])
async def test_it_must_be_clear_what_to_retry(run: Run, queue: FakeQueue, parameters: dict[str, object]) -> None:
    error = await refused(run("queue retry", **parameters))
    assert error.code == "usage"
    assert queue.asked == []


async def test_messages_are_listed_in_pages_and_by_who_sent_them(run: Run, store: MemoryStore) -> None:
    first = await enqueue(store, "x@partner.example", subject="One")
    second = await enqueue(store, "y@partner.example", sender="", subject="Two")
    assert [row["subject"] for row in (await run("message list")).rows] == ["One", "Two"]
    page = await run("message list", limit=1)
    assert page.text == f"There are more: --after {first} shows the next."
    assert [row["message"] for row in (await run("message list", after=str(first))).rows] == [str(second)]
    (report,) = (await run("message list", sender="<>")).rows
    assert (report["sender"], report["size"], report["recipients"]) == ("<>", 2048, 1)
    assert [row["subject"] for row in (await run("message list", recipient="x@partner.example")).rows] == ["One"]


async def test_a_message_tells_what_each_recipient_waits_for(run: Run, store: MemoryStore) -> None:
    number = await enqueue(store, "x@partner.example", tried=True)
    result = await run("message show", message=str(number))
    assert result.text.splitlines()[:9] == [
        "From        guy@worcester.example",
        "Subject     Secret",
        f"Message-ID  <{number}@worcester.example>",
        "Arrived     2026-11-18 10:06:40Z (1 h ago)",
        "By          Client as guy: pc7 192.0.2.7 ESMTPSA",
        "Given up    2026-11-20 11:06:40Z (in 2 d)",
        "Size        2 KiB",
        "",
        f"x@partner.example waits for {PARTNER}; next attempt in 10 min (3 so far)",
    ]
    assert "    421 4.4.1 no answer" in result.text
    assert result.rows[0]["queue"] == PARTNER


async def test_a_message_that_has_left_is_to_be_traced(run: Run) -> None:
    for operation in ("message show", "message remove"):
        error = await refused(run(operation, message="1-8f31"))
        assert (error.code, error.what) == ("not-found", "message 1-8f31")
        assert error.cure == "`saywhy trace 1-8f31` tells what became of it"


async def test_a_message_is_removed_with_a_report_unless_told_otherwise(
    run: Run, store: MemoryStore, queue: FakeQueue
) -> None:
    number = await enqueue(store, "x@partner.example")
    report = await enqueue(store, "guy@worcester.example", sender="")
    assert (await run("message remove", message=str(number))).text == (
        f"Message {number} was removed; its sender gets a report."
    )
    assert (await run("message remove", message=str(number), no_ndr=True)).text.endswith("nobody is told.")
    assert (await run("message remove", message=str(report))).text.endswith("nobody is told.")
    assert queue.asked == [("remove", number, True), ("remove", number, False), ("remove", report, True)]


async def test_a_store_that_fails_is_an_answer_and_no_crash(
    run: Run, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        raise StoreError("disk full", full=True)

    monkeypatch.setattr(store, "queues", broken)
    error = await refused(run("queue list"))
    assert (error.code, error.why, error.cure) == (
        "store",
        "the store cannot be used: disk full",
        "free some space on its disk",
    )


async def history(store: MemoryStore) -> str:
    """A message to three: one failed, one delivered, one that still waits."""
    number = await enqueue(store, "gone@partner.example", "ben@worcester.example", "late@partner.example")
    header = f"<{number}@worcester.example>"
    facts = {"message": str(number), "message_id": header, "sender": "guy@worcester.example"}
    events = [
        Event(
            Kind.FAIL,
            NOW - 3599,
            recipient="gone@partner.example",
            status="5.1.1",
            cause="remote-user-unknown",
            text="550 5.1.1 no such user",
            data={"attempts": 2},
            **facts,
        ),
        Event(Kind.REPORT, NOW - 3599, data={"report": "1-99", "kind": "failed"}, **facts),
        Event(Kind.DELIVER, NOW - 3598, recipient="ben@worcester.example", data={"mailbox": "ben"}, **facts),
    ]
    await store.commit(Change(settle=[(number, 0), (number, 1)], events=events))
    return str(number)


async def test_a_trace_tells_each_recipients_story_in_plain_words(run: Run, store: MemoryStore) -> None:
    number = await history(store)
    result = await run("trace", message_id=number)
    title = catalogue.cause("remote-user-unknown").title
    assert result.text.splitlines() == [
        f"Message {number} from guy@worcester.example",
        f"  Message-ID: <{number}@worcester.example>",
        "  2026-11-18 10:06:40Z  accepted by Client",
        "  2026-11-18 10:06:41Z  a report (failed) was queued to the sender: `saywhy trace 1-99` follows it",
        "  gone@partner.example",
        "    2026-11-18 10:06:41Z  given up after 2 attempts: 550 5.1.1 no such user",
        f"                          {title}: `saywhy causes remote-user-unknown`",
        "  ben@worcester.example",
        "    2026-11-18 10:06:42Z  delivered into the mailbox ben",
        "  late@partner.example",
        f"    2026-11-18 11:06:40Z  waits for {PARTNER}; next attempt in 10 min",
    ]
    assert [row["event"] for row in result.rows] == ["RECEIVE", "FAIL", "REPORT", "DELIVER"]


@pytest.mark.parametrize("form", ["<{}@worcester.example>", "{}@worcester.example"])
async def test_a_trace_is_found_by_the_message_id_header(run: Run, store: MemoryStore, form: str) -> None:
    number = await history(store)
    assert (await run("trace", message_id=form.format(number))).rows[0]["message"] == number


async def test_a_trace_follows_the_copies_that_were_made_of_the_message(run: Run, store: MemoryStore) -> None:
    number = await history(store)
    header = {"message_id": f"<{number}@worcester.example>"}
    copies = [("1-a1", number, "staff"), ("1-a2", "1-a1", ""), ("1-a3", "1-77", "")]  # the last one of another
    events = [
        Event(Kind.COPY, NOW, message=copy, data={"of": of, "group": group}, **header)
        for copy, of, group in copies
    ]
    await store.commit(Change(events=events))
    result = await run("trace", message_id=number)
    assert [row["message"] for row in result.rows] == [number] * 4 + ["1-a1", "1-a2"]
    assert "a copy for the members of staff, made of" in result.text
    assert "a copy for whom it is forwarded to, made of 1-a1" in result.text


async def test_a_message_that_nobody_knows_is_not_found(run: Run) -> None:
    error = await refused(run("trace", message_id="<nobody@knows.example>"))
    assert (error.code, error.what) == ("not-found", "message <nobody@knows.example>")


@pytest.mark.parametrize("kind", [kind for kind in Kind if 100 <= kind < 200])
def test_every_message_event_has_its_words(kind: Kind) -> None:
    assert sentence(Event(kind, NOW))[0].islower()


def test_a_delivery_elsewhere_names_the_host_and_what_it_said() -> None:
    data = {"remote-host": "mx.partner.example", "remote-ip": "192.0.2.25"}
    assert sentence(Event(Kind.SEND, NOW, text="250 2.0.0 OK", data=data)) == (
        "handed to mx.partner.example [192.0.2.25], which answers for it now: 250 2.0.0 OK"
    )


def test_a_deferral_says_when_it_is_tried_again() -> None:
    assert sentence(Event(Kind.DEFER, NOW, text="421 4.4.1 no answer", data={"next": NOW + 60})) == (
        "put off: 421 4.4.1 no answer; tried again 2026-11-18 11:07:40Z"
    )


async def test_a_queue_is_suspended_and_resumed_and_the_listings_say_so(
    run: Run, store: MemoryStore, events: Events
) -> None:
    await enqueue(store, "x@partner.example", tried=True)
    said = await run("queue suspend", queue=PARTNER)
    assert said.text == f"Queue {PARTNER} is suspended: what is under way ends, and nothing else leaves."
    assert (await run("queue suspend", queue=PARTNER)).text == f"Queue {PARTNER} is suspended already."
    (row,) = (await run("queue list")).rows
    assert (row["status"], row["next"]) == ("suspended", 0)
    shown = await run("queue show", queue=PARTNER)
    assert shown.text.startswith(
        "1 recipient of 1 message; the oldest arrived 1 h ago, it was suspended just now by root"
    )
    assert (
        await run("queue resume", queue=PARTNER)
    ).text == f"Queue {PARTNER} goes on; what waits in it is tried now."
    error = await refused(run("queue resume", queue=PARTNER))
    assert error.why == "it is not suspended"
    told = [event.text for event in events.of(Kind.ORGANISATION)]
    assert told == [f"suspension {PARTNER} added", f"suspension {PARTNER} removed"]


async def test_a_queue_can_be_suspended_before_anything_waits_for_it(run: Run) -> None:
    key = "dns/new.example/Internet"
    await run("queue suspend", queue=key)
    (row,) = (await run("queue list")).rows
    assert (row["queue"], row["status"], row["recipients"]) == (key, "suspended", 0)
    error = await refused(run("queue suspend", queue="dns/new.example/Nowhere"))
    assert error.code == "not-found"


async def test_suspended_queues_are_no_part_of_the_organisations_file(run: Run, store: MemoryStore) -> None:
    await run("queue suspend", queue="mailbox")
    assert "mailbox" not in (await run("org export")).text


async def test_a_queue_is_routed_again_unless_it_is_suspended(
    run: Run, store: MemoryStore, queue: FakeQueue
) -> None:
    await enqueue(store, "x@partner.example")
    assert (await run("queue retry", queue=PARTNER, resubmit=True)).text == "3 recipients are routed again."
    assert queue.asked == [("resubmit", PARTNER)]
    assert (await refused(run("queue retry", all=True, resubmit=True))).code == "usage"
    await run("queue suspend", queue=PARTNER)
    assert (await refused(run("queue retry", queue=PARTNER, resubmit=True))).why == "it is suspended"


async def test_a_look_by_hand_tells_of_each_queue(run: Run, store: MemoryStore) -> None:
    assert (await run("queue recheck")).text == "Nothing waits because of any trouble."
    await enqueue(store, "x@partner.example", tried=True)
    await enqueue(store, "m@worcester.example", hop=NextHop(HopKind.MAILBOX))
    partner, mailbox = (await run("queue recheck")).rows
    assert (partner["works"], partner["trouble"]) == (False, "421 4.4.1 no answer")
    assert (mailbox["works"], mailbox["released"]) == (True, 1)


async def test_a_message_is_held_back_and_let_go(run: Run, store: MemoryStore, queue: FakeQueue) -> None:
    number = await enqueue(store, "x@partner.example", "y@partner.example")
    assert (await run("message suspend", message=str(number))).text == (
        f"Message {number} is held back for 2 recipients."
    )
    assert (await refused(run("message resume", message=str(number)))).why == "it is not held back"
    held = [dataclasses.replace(each, suspended_at=NOW - 60) for each in await store.pending(number)]
    await store.commit(Change(update=held))
    assert (await run("message show", message=str(number))).rows[0]["suspended"] == NOW - 60
    assert (
        "is held back in dns/partner.example/Internet since"
        in (await run("message show", message=str(number))).text
    )
    assert (await run("message resume", message=str(number))).text == f"Message {number} goes on for 2 recipients."
    for operation in ("message suspend", "message resume", "message export"):
        assert (await refused(run(operation, message="1-999"))).code == "not-found"


async def test_a_copy_is_sent_to_another_address(run: Run, store: MemoryStore) -> None:
    number = await enqueue(store, "x@partner.example", "y@partner.example")
    said = await run("message redirect", message=str(number), recipient="x@partner.example", to="z@else.example")
    assert said.text == f"Message {number} goes to z@else.example instead of x@partner.example (1 recipient)."
    nobody = run("message redirect", message=str(number), recipient="no@partner.example", to="z@else.example")
    assert (await refused(nobody)).code == "not-found"


async def test_a_message_is_exported_with_its_envelope(run: Run, store: MemoryStore) -> None:
    number = await enqueue(store, "x@partner.example", "y@partner.example")
    text = (await run("message export", message=str(number))).text
    assert text == (
        "X-Sender: <guy@worcester.example>\n"
        "X-Receiver: <x@partner.example>\nX-Receiver: <y@partner.example>\nSubject: x\n\nx"
    )
