"""A failure in a reader's words: true to what was seen, and nothing that this reader must not see."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.catalogue import Permanence
from saywhy.why.entries import Unit
from saywhy.why.explain import Act, Explanation, Reader, explain, for_administrators
from saywhy.why.units import pair, quantity

MIB = 1 << 20
BOB = "bob@dest.test"


def failure(cause: str, status: str = "5.0.0", *, permanent: bool = True, **seen: object) -> Failure:
    evidence = Evidence(Stage.SEND, **seen)  # type: ignore[arg-type]
    return Failure(Status.parse(status), 550, cause, "text", evidence, permanent)


def words(explanation: Explanation) -> str:
    facts = " ".join(f"{label} {text}" for label, text in explanation.facts)
    return " ".join((explanation.title, explanation.happened, *explanation.steps, facts))


def test_a_limit_is_told_with_what_was_seen() -> None:
    seen = failure("remote-too-large", "5.3.4", observed=39 * MIB, limit=36 * MIB)
    said = explain(seen, Reader.SENDER, recipient=BOB)
    assert "it has 39 MB, the limit there is 36 MB" in said.happened
    assert ("Limit", "39 MB seen, 36 MB allowed") in said.facts
    assert said.act is Act.SENDER


def test_sizes_that_differ_never_read_the_same() -> None:
    seen = failure("message-too-large", "5.3.4", observed=36 * MIB + 1, limit=36 * MIB)
    assert "37,748,737 bytes, the limit is 37,748,736 bytes" in explain(seen, Reader.SENDER).happened


def test_without_numbers_the_sentence_stays_whole() -> None:
    said = explain(failure("message-too-large", "5.3.4"), Reader.SENDER)
    assert said.happened.startswith("The message is larger than this mail system passes on. ")
    assert "Limit" not in dict(said.facts)


def test_near_misses_are_offered_to_the_sender_when_the_evidence_has_them() -> None:
    near = ("jethro@corp.example", "jetro@corp.example")
    seen = failure("recipient-unknown", "5.1.1", near=near)
    said = explain(seen, Reader.SENDER, recipient="jehtro@corp.example")
    assert said.steps[0] == "Perhaps you meant jethro@corp.example or jetro@corp.example."
    assert "jehtro@corp.example" in said.happened
    assert all("jetro" not in words(explain(seen, reader)) for reader in (Reader.ADMIN, Reader.THEIRS))


def test_without_near_misses_that_step_is_left_out() -> None:
    steps = explain(failure("recipient-unknown", "5.1.1"), Reader.SENDER, recipient=BOB).steps
    assert all(step for step in steps)
    assert not any("Perhaps" in step for step in steps)


def test_a_status_that_we_derived_is_said_to_be_probable() -> None:
    """Errata 49: our reading must never look like the remote's word."""
    said = explain(failure("remote-user-unknown", "5.1.1", reply=("550 no",)), Reader.SENDER)
    assert said.happened.startswith("The other server gave no exact reason; this is the most probable one.")


@pytest.mark.parametrize("reply", [("550 5.1.1 no",), ("550-5.1.1 no", "550 5.1.1 really"), ()])
def test_a_status_that_was_said_or_is_our_own_is_not_called_probable(reply: tuple[str, ...]) -> None:
    assert "probable" not in explain(failure("remote-user-unknown", "5.1.1", reply=reply), Reader.SENDER).happened


def test_while_it_is_tried_again_the_sender_has_nothing_to_do() -> None:
    said = explain(failure("no-answer", "4.4.1", permanent=False), Reader.SENDER, recipient=BOB)
    assert said.happened == "No mail server of dest.test answers at the moment."
    assert said.act is Act.NOBODY
    assert said.steps[0].startswith("Nothing has to be done now: delivery is tried again automatically")


def test_our_own_trouble_is_our_administrators_while_mail_waits() -> None:
    said = explain(failure("mail-store-full", "4.3.1", permanent=False), Reader.ADMIN)
    assert said.act is Act.OUR_ADMIN
    assert said.steps[0].startswith("Free or enlarge the disk")


@pytest.mark.parametrize("id_", catalogue.causes())
def test_a_delay_never_speaks_of_failure(id_: str) -> None:
    """Spec B10: a delay report never uses the word "failed"."""
    cause = catalogue.cause(id_)
    if cause.permanence is Permanence.PERMANENT:
        return
    said = explain(failure(id_, "4.0.0", permanent=False), Reader.SENDER)
    assert "failed" not in f"{said.title} {said.happened} {' '.join(said.steps)}".lower()


def expired(last: Failure, cause: str = "", *, lifetime: int = 172_800) -> Failure:
    """As flow/queue/expiry makes it: the last attempt's evidence, with the time where that has no numbers."""
    seen = last.evidence
    if seen.limit < 0 and seen.observed < 0:
        seen = replace(seen, observed=lifetime, limit=lifetime)
    words = {"text": "message expired", "tag": "QUEUE.Expired"}
    return replace(last, cause=cause or last.cause, evidence=seen, permanent=True, because=(last,), **words)


def test_an_expiry_tells_how_long_it_was_tried_and_what_the_last_attempt_met() -> None:
    last = failure(
        "remote-deferred", "4.3.0", permanent=False, remote_host="mx.dest.test", reply=("451 4.3.0 later.",)
    )
    said = explain(expired(last, "expired"), Reader.SENDER, recipient=BOB)
    assert said.happened == (
        "The message could not be delivered in 2 days, so we gave up. "
        "The last answer of the other server was: 451 4.3.0 later."
    )
    assert ("Tried for", "2 days, 2 days allowed") in said.facts
    assert "Limit" not in dict(said.facts)


def test_an_expiry_with_the_cause_of_the_last_attempt_says_that_and_the_time() -> None:
    last = failure("no-answer", "4.4.1", permanent=False, hosts=("mx.dest.test [192.0.2.7]:25: refused",))
    said = explain(replace(expired(last), status=Status(5, 4, 1)), Reader.SENDER, recipient=BOB)
    assert said.happened.startswith("No mail server of dest.test answered, in 2 days of attempts.")
    assert said.act is Act.THEIR_ADMIN
    assert ("Tried", "mx.dest.test [192.0.2.7]:25: refused") in said.facts


def test_an_expiry_is_no_guess_whatever_the_code_of_the_last_reply() -> None:
    last = failure("remote-mailbox-full", "4.2.2", permanent=False, reply=("452 4.2.2 Full",))
    said = explain(replace(expired(last), status=Status(4, 4, 7)), Reader.SENDER, recipient=BOB)
    assert "most probable" not in said.happened
    bare = failure("remote-mailbox-full", "4.2.2", permanent=False, reply=("452 Full",))
    assert "most probable" in explain(expired(bare), Reader.SENDER, recipient=BOB).happened


def test_an_expiry_of_a_trouble_with_numbers_keeps_them() -> None:
    last = failure("too-many-connections", "4.3.2", permanent=False, limit=20)
    said = explain(expired(last), Reader.SENDER, recipient=BOB)
    assert "than this server allows (20)" in said.happened
    assert ("Limit", "20 allowed") in said.facts


def test_a_reply_in_several_lines_is_quoted_as_one_sentence() -> None:
    seen = failure("remote-refused", reply=("550-5.0.0 Not", "550-5.0.0 today,", "550 5.0.0 thanks."))
    assert "it said: 550-5.0.0 Not today, thanks." in explain(seen, Reader.SENDER).happened


def test_a_cause_that_the_catalogue_lacks_is_explained_as_a_refusal() -> None:
    assert explain(failure("no-such-cause"), Reader.SENDER).title == catalogue.cause("remote-refused").title
    waiting = explain(failure("no-such-cause", "4.0.0", permanent=False), Reader.SENDER)
    assert waiting.title == catalogue.cause("remote-deferred").title


SECRETS = {"queue": "SECRET-queue", "connector": "SECRET-connector", "name": "SECRET-rule"}


@pytest.mark.parametrize("reader", [Reader.SENDER, Reader.THEIRS])
@pytest.mark.parametrize("id_", catalogue.causes())
def test_internal_names_reach_our_administrator_only(id_: str, reader: Reader) -> None:
    seen = replace(failure(id_, near=("SECRET-near@dest.test",), **SECRETS), tag="SECRET.Tag")
    said = words(explain(seen, reader, recipient=BOB))
    if reader is Reader.SENDER:
        said = said.replace("SECRET-near@dest.test", "")  # only put there when this sender may see it
    assert "SECRET" not in said


def test_our_administrator_sees_queue_connector_object_stage_and_tag() -> None:
    facts = dict(explain(replace(failure("no-answer", **SECRETS), tag="A.B"), Reader.ADMIN).facts)
    assert facts["Queue"] == "SECRET-queue"
    assert facts["Connector"] == "SECRET-connector"
    assert facts["Object"] == "SECRET-rule"
    assert (facts["Stage"], facts["Tag"]) == ("send", "A.B")


@pytest.mark.parametrize("reader", list(Reader))
@pytest.mark.parametrize("id_", catalogue.causes())
def test_everything_seen_or_nothing_each_cause_gives_whole_sentences(id_: str, reader: Reader) -> None:
    full = failure(
        id_,
        "5.7.1",
        step=Step.RCPT,
        remote_host="mx.dest.test",
        remote_ip="192.0.2.7",
        reply=("550 5.7.1 no",),
        observed=2,
        limit=1,
        dns="MX: NXDOMAIN",
        tls="expired",
        near=("a@b.test",),
        **SECRETS,
    )
    for seen in (full, failure(id_), replace(full, permanent=False)):
        said = explain(seen, reader, recipient=BOB)
        assert said.title
        assert said.happened
        assert said.steps
        assert "{" not in words(said)
    unseen = words(explain(failure(id_), reader))
    assert not re.search(r"\b(?:to|for|from|of) (?:are|were)\b|  ", unseen), unseen


def test_what_strangers_wrote_stays_on_its_line() -> None:
    seen = failure(
        "remote-policy", "5.7.1", reply=("550 5.7.1 no\x1b[2J\r\nBcc: all",), remote_host="mx\n.dest.test"
    )
    said = words(explain(seen, Reader.ADMIN, recipient="bob\r\n@dest.test"))
    assert said.isprintable()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (39 * MIB, Unit.BYTES, "39 MB"),
        (1536 * 1024, Unit.BYTES, "1.5 MB"),
        (10, Unit.BYTES, "10 bytes"),
        (3 << 30, Unit.BYTES, "3 GB"),
        (5000, Unit.COUNT, "5,000"),
        (300, Unit.SECONDS, "5 minutes"),
        (3600, Unit.SECONDS, "1 hour"),
        (172800, Unit.SECONDS, "2 days"),
        (1, Unit.SECONDS, "1 second"),
        (0, Unit.COUNT, "0"),
        (-1, Unit.BYTES, ""),
    ],
)
def test_numbers_read_as_people_say_them(value: int, unit: Unit, text: str) -> None:
    assert quantity(value, unit) == text


def test_equal_numbers_are_not_spelt_out() -> None:
    assert pair(36 * MIB, 36 * MIB, Unit.BYTES) == ("36 MB", "36 MB")
    assert pair(-1, 36 * MIB, Unit.BYTES) == ("", "36 MB")


@pytest.mark.parametrize("id_", ["remote-user-unknown", "no-answer", "no-such-cause"])
def test_what_was_seen_is_what_the_administrator_is_shown(id_: str) -> None:
    refused = failure(id_, reply=("550 no",), **SECRETS)
    assert for_administrators(refused) == explain(refused, Reader.ADMIN).facts
