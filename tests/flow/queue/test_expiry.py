"""Which status an expired recipient gets: spec A6 rule 4 with erratum 48."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.flow.queue import failures
from saywhy.flow.queue.expiry import MAX_HISTORY, expired, remember
from saywhy.lab.clock import jumping
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.organisation import ExpiryStatus, SendConnector
from saywhy.model.queued import HopKind, NextHop, Pending, QueueId
from saywhy.model.status import Status
from tests.flow.queue.desk import DONE, HOUR, LATER, NO_ANSWER, Desk, failure, running
from tests.infra.store.samples import new_message

NEW = new_message(QueueId(1, 7))
NOW = NEW.message.expires + 1


def give_up(last: Failure | None, mode: ExpiryStatus = ExpiryStatus.SPECIFIC) -> Failure:
    return expired(NEW.message, dataclasses.replace(NEW.pending[0], failure=last), mode, NOW)


@pytest.mark.parametrize(
    ("seen", "cause", "status"),
    [
        ("4.4.1", "no-answer", "5.4.1"),
        ("4.4.2", "connection-lost", "5.4.2"),
        ("4.4.2", "remote-timeout", "5.4.2"),
        ("4.4.0", "dns-unavailable", "5.4.0"),
        ("4.4.9", "smart-host-unresolved", "5.4.0"),
        ("4.2.2", "mailbox-unwritable", "5.2.2"),
        ("4.3.1", "mail-store-full", "5.3.1"),
        ("4.7.4", "tls-not-offered", "5.7.4"),
        ("4.7.5", "tls-failed", "5.7.5"),
        ("4.4.4", "no-route", "5.0.0"),
        ("4.4.4", "no-path-to-server", "5.4.4"),
        ("4.4.9", "connector-gone", "5.4.3"),
        ("4.3.0", "directory-unavailable", "5.4.3"),
        ("4.3.0", "server-fault", "4.4.7"),
    ],
)
def test_what_we_saw_ourselves_becomes_permanent(seen: str, cause: str, status: str) -> None:
    given_up = give_up(failure(seen, cause))
    tag = {"5.4.1": "SMTPSEND.NoAnswer", "5.4.2": "SMTPSEND.BadConnection"}.get(status, "QUEUE.Expired")
    assert (str(given_up.status), given_up.cause, given_up.tag) == (status, cause, tag)
    assert given_up.permanent
    assert given_up.line() == f"550 {status} {tag}; message expired"


@pytest.mark.parametrize("seen", ["4.2.2", "4.4.1", "4.3.1", "4.7.1"])
def test_a_code_that_a_remote_sent_is_never_rewritten(seen: str) -> None:
    given_up = give_up(failure(seen, "remote-mailbox-full", remote=True))
    assert str(given_up.status) == seen
    assert given_up.from_remote
    assert given_up.line() == f"450 {seen} no"


def test_a_status_of_ours_beside_a_refusal_for_good_is_ours() -> None:
    last = failure("4.7.5", "tls-failed", step=Step.STARTTLS)
    evidence = dataclasses.replace(last.evidence, reply=("554 5.7.3 no TLS for you",))
    assert str(give_up(dataclasses.replace(last, evidence=evidence)).status) == "5.7.5"


@pytest.mark.parametrize("remote", [True, False])
def test_the_other_modes_are_what_they_say(remote: bool) -> None:
    last = failure("4.4.1", "no-answer", remote=remote)
    assert str(give_up(last, ExpiryStatus.CLASSIC).status) == "4.4.7"
    assert str(give_up(last, ExpiryStatus.PERMANENT).status) == "5.4.7"
    assert str(give_up(last, ExpiryStatus.TRANSIENT).status) == "4.4.1"


def test_without_any_error_it_is_the_plain_expiry() -> None:
    for mode, status in ((ExpiryStatus.SPECIFIC, "4.4.7"), (ExpiryStatus.TRANSIENT, "4.4.7")):
        given_up = give_up(None, mode)
        assert (str(given_up.status), given_up.cause) == (status, "expired")


def test_a_cause_that_says_nothing_becomes_the_expiry() -> None:
    assert give_up(failure("4.2.1", "remote-deferred", remote=True)).cause == "expired"


def test_the_evidence_says_how_long_was_tried() -> None:
    evidence = give_up(failure("4.4.1", "no-answer")).evidence
    assert (evidence.limit, evidence.observed, evidence.remote_host) == (172_800, 172_801, "mx.test")
    assert evidence.queue == "dns/partner.example/Internet"


def test_the_different_errors_before_are_remembered_newest_first_and_bounded() -> None:
    last: Failure | None = None
    for number in range(10):
        seen = Failure(
            Status(4, 2, number), 450, "remote-deferred", "no", Evidence(Stage.SEND, Step.RCPT), permanent=False
        )
        last = remember(remember(seen, last), last) if number % 2 else remember(seen, last)
        last = remember(seen, last)
    given_up = give_up(last)
    assert [because.status.detail for because in given_up.because] == [9, 8, 7, 6, 5]
    assert len(given_up.because) == MAX_HISTORY
    assert all(because.because == () for because in given_up.because)


@jumping
async def test_an_expired_recipient_tells_of_both_kinds_of_error_it_met() -> None:
    answers = [NO_ANSWER, LATER]
    desk = Desk(script=lambda t: [answers[0]])
    async with running(desk):
        await desk.send("a@one.test")
        await desk.settled(HOUR)
        answers.pop(0)
        await desk.settled(48 * HOUR)
        given_up = desk.reports[-1].about[0].outcome.failure
        assert [because.cause for because in given_up.because] == ["remote-deferred", "no-answer"]
        assert str(given_up.status) == "4.2.1"


@jumping
async def test_a_hop_that_never_answers_ends_in_5_4_1() -> None:
    async with running(Desk(script=lambda t: [NO_ANSWER if t.hop.domain == "one.test" else DONE])) as desk:
        await desk.send("a@one.test")
        await desk.settled(48 * HOUR)
        assert [report.kind for report in desk.reports] == ["delayed", "failed"]
        assert str(desk.reports[-1].about[0].outcome.failure.status) == "5.4.1"
        assert await desk.empty()


@pytest.mark.parametrize(
    ("connector", "line"),
    [
        (None, "451 4.4.4 ROUTING.NoConnector; no route to the destination"),
        (SendConnector("C", enabled=False), "451 4.4.3 ROUTING.NoAvailableRoute; no available route"),
        (SendConnector("C", servers=("mx2.x",)), "451 4.4.3 ROUTING.OutOfScope; the route is for other servers"),
        (SendConnector("C", dns_routing=False), "451 4.4.4 ROUTING.NoPath; the route has no next hop"),
    ],
)
def test_a_route_that_cannot_be_taken_says_why(connector: SendConnector | None, line: str) -> None:
    hop = NextHop(HopKind.UNREACHABLE, "x.test", "C")
    address = Address.parse("a@x.test")
    pending = Pending(QueueId(1, 1), 0, Recipient(address), address, hop, 0.0)
    assert failures.no_route(pending, connector, 0.0).line() == line
