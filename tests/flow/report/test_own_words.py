"""An organisation's own words in a report: where they stand, which are used, and what stays ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from saywhy.flow.report.reporter import Reporter
from saywhy.flow.stages import OutgoingReport, Settled
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.outcome import Failed
from saywhy.model.queued import Message
from saywhy.model.status import Status
from saywhy.model.system_messages import SystemMessage, key
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import (
    CONTENT,
    DELAYED,
    EXTERNAL,
    ORGANISATION,
    REFUSED,
    STRANGER,
    UNKNOWN,
    FixedClock,
    World,
    message,
    settled,
)

OURS = "There is no mailbox, group or contact with the address jethro@corp.example"
GERMAN = message(content=b"Content-Language: de-AT\r\n" + CONTENT)
SWEDISH = message(content=b"Content-Language: sv, de\r\n" + CONTENT)


def world(texts: Mapping[str, str]) -> World:
    """Texts by name."""
    found = {key(name): SystemMessage(name, text) for name, text in texts.items()}
    return World(replace(ORGANISATION, system_messages=found))


def text(report: OutgoingReport) -> str:
    return " ".join(parse(report.content).text.split())


def told(texts: Mapping[str, str], about: Message | None = None, what: Settled | None = None) -> str:
    return text(world(texts).only(about or message(), what or settled(UNKNOWN)))


def test_they_stand_in_the_place_of_our_sentences_and_all_else_stays() -> None:
    report = world({r"en\internal\5.1.1": "Nobody <b>here</b> is called {recipient}."}).only(
        message(), settled(UNKNOWN)
    )
    words = text(report)
    assert "Nobody here is called jethro@corp.example." in words
    assert "Nobody <b>here</b> is called jethro@corp.example." in parse(report.content).html
    assert OURS not in words
    assert "What you can do:" not in words
    for ours in (
        "Did you mean jethro.tull@corp.example?",
        "Who has to act: [x] you",
        "<worcester.corp.example #5.1.1>",
        "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##",
    ):
        assert ours in words


def test_what_a_remote_server_said_stays() -> None:
    words = told({r"en\internal\5.7.1": "Call {server}."}, what=settled(REFUSED, "ronald@partner.example"))
    assert "Call mail.partner.example." in words
    assert "> 550 5.7.1 local policy; see http://partner.example/why" in words


def test_a_delay_has_words_of_its_own_and_still_says_until_when() -> None:
    words = told(
        {r"en\internal\4.4.1": "It takes a while.", r"en\internal\5.4.1": "Never."}, what=settled(DELAYED)
    )
    assert "It takes a while. No action is needed now. We keep trying until" in words


def test_readers_of_ours_and_others_have_words_of_their_own() -> None:
    texts = {r"en\internal\5.1.1": "Among us.", r"en\external\5.1.1": "To you."}
    assert "Among us." in told(texts)
    outside = told(texts, message(STRANGER, EXTERNAL))
    assert "To you." in outside
    assert "Among us." not in outside
    assert OURS in told({r"en\external\5.1.1": "To you."})


@pytest.mark.parametrize(
    ("about", "used"),
    [
        (message(), "English."),
        (GERMAN, "Deutsch."),
        (SWEDISH, "Svenska."),
        (message(content=b"Content-Language: fr\r\n" + CONTENT), ""),
    ],
)
def test_a_reader_gets_them_in_a_language_that_suits_him_or_ours_in_his(about: Message, used: str) -> None:
    texts = {
        r"en\internal\5.1.1": "English.",
        r"de\internal\5.1.1": "Deutsch.",
        r"sv\internal\5.1.1": "Svenska.",
    }
    words = told(texts, about)
    assert [each for each in ("English.", "Deutsch.", "Svenska.") if each in words] == ([used] if used else [])
    assert used or "il n\u2019y a" in words.lower() or "aucun" in words.lower()


def test_the_failed_recipients_domain_goes_before_the_readers_and_that_before_what_is_for_all() -> None:
    all_, ours, theirs = (
        {r"en\internal\5.7.1": "All."},
        {"en\\internal\\5.7.1\\corp.example": "Corp."},
        {"en\\internal\\5.7.1\\partner.example": "Partner."},
    )
    failed = settled(REFUSED, "ronald@partner.example")
    assert "Partner." in told(all_ | ours | theirs, what=failed)
    assert "Corp." in told(all_ | ours, what=failed)
    assert "All." in told(all_ | {"en\\internal\\5.7.1\\elsewhere.example": "Else."}, what=failed)


def test_size_and_limit_are_written_in_the_readers_language_and_unit() -> None:
    seen = Evidence(Stage.CATEGORIZE, observed=12_000_000, limit=10 * 1024 * 1024)
    large = Failed(Failure(Status(5, 2, 3), 550, "recipient-size-limit", "too large", seen, permanent=True))
    assert "11 MB of 10 MB, 5.2.3" in told(
        {r"en\internal\5.2.3": "{size} of {limit}, {code}"}, what=settled(large)
    )
    assert "bad: , 5.1.1" in told({r"en\internal\5.1.1": "bad: {size}{limit}, {code}"})


def test_a_code_of_a_transport_rule_has_them_too() -> None:
    rule = Failure(Status(5, 7, 912), 550, "rule-refused", "no", Evidence(Stage.RECEIVE), permanent=True)
    assert "Not on Sundays." in told({r"en\internal\5.7.912": "Not on Sundays."}, what=settled(Failed(rule)))


def test_the_language_that_a_reader_of_ours_has_chosen_goes_before_the_messages() -> None:
    def report(origin_internal: bool) -> str:
        reporter = Reporter(
            lambda: ORGANISATION, "mx.corp.example", FixedClock(), lambda: "t", language_of=lambda _: "es-MX, de"
        )
        about = GERMAN if origin_internal else replace(GERMAN, origin=EXTERNAL)
        [found] = reporter(about, CONTENT, [settled(UNKNOWN)]).outgoing
        return found.content.decode().partition("Content-Language: ")[2].partition("\r")[0]

    assert report(True) == "es"
    assert report(False) == "de"
