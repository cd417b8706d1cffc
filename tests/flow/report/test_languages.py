"""Reports in the language of the message: which one, what stays English, and that programs read them the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.report.wrap import WIDTH, columns, wrapped
from saywhy.flow.stages import Settled
from saywhy.model.envelope import Notify
from saywhy.model.outcome import Outcome
from saywhy.model.queued import Message
from saywhy.why.read.reading import read_report
from saywhy.wire import mime
from saywhy.wire.encoded_word import decode
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import (
    ASKED,
    CONTENT,
    DELAYED,
    DELIVERED,
    EXPANDED,
    EXPIRED,
    REFUSED,
    RELAYED,
    UNKNOWN,
    World,
    configured,
    message,
    settled,
)

LANGUAGES = ("de", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh-Hans")
OUTCOMES = (UNKNOWN, REFUSED, EXPIRED, DELAYED, DELIVERED, RELAYED, EXPANDED)
LITERALS = (
    "Your message did not reach some or all of the intended recipients.",
    "Delivery has failed to these recipients:",
    "Diagnostic information for administrators:",
)


def naming(field: bytes) -> Message:
    return message(content=field + b"\r\n" + CONTENT)


def human(content: bytes) -> str:
    """The plain text of the report's first part."""
    return next(part for part in mime.read(content).walk() if part.type == "text/plain").text


def news(outcome: Outcome) -> Settled:
    return settled(outcome, notify=ASKED | Notify.DELAY)


@pytest.mark.parametrize(
    "field", [b"Content-Language: de-AT", b"Accept-Language: de, en;q=0.5", b"Accept-Language: sv, de_DE"]
)
def test_the_report_speaks_the_language_that_the_message_names(field: bytes) -> None:
    report = World().only(naming(field), settled(UNKNOWN))
    assert parse(report.content).language == "de"
    assert decode(report.headline.subject) == "Unzustellbar: Secret"
    assert "Ihre Nachricht hat einen Teil der Empfänger oder alle nicht erreicht." in human(report.content)


def test_what_the_content_is_in_comes_before_what_its_writer_accepts() -> None:
    report = World().only(naming(b"Accept-Language: fr\r\nContent-Language: de"), settled(UNKNOWN))
    assert parse(report.content).language == "de"


@pytest.mark.parametrize("field", [b"Content-Language: sv", b"Content-Language: ../de", b"Content-Language: \xff"])
def test_any_other_language_gets_english(field: bytes) -> None:
    assert parse(World().only(naming(field), settled(UNKNOWN)).content).language == "en"


def test_the_organisation_may_turn_detection_off_and_name_its_language() -> None:
    french = naming(b"Content-Language: fr")
    fixed = configured(report_language_detection=False, report_default_language="de")
    assert parse(fixed.only(french, settled(UNKNOWN)).content).language == "de"
    default = configured(report_default_language="de")
    assert parse(default.only(french, settled(UNKNOWN)).content).language == "fr"
    assert parse(default.only(message(), settled(UNKNOWN)).content).language == "de"


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_programs_read_a_report_in_any_language_the_same(language: str, outcome: Outcome) -> None:
    foreign = World().only(naming(b"Content-Language: " + language.encode()), news(outcome)).content
    english = World().only(message(), news(outcome)).content
    assert parse(foreign).status == parse(english).status
    ours, theirs = read_report(foreign), read_report(english)
    assert replace(ours, subject="") == replace(theirs, subject="")


@pytest.mark.parametrize("outcome", [UNKNOWN, REFUSED, EXPIRED, DELAYED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_stays_the_last_line_of_the_block_and_of_the_report(language: str, outcome: Outcome) -> None:
    lines = human(World().only(naming(b"Content-Language: " + language.encode()), news(outcome)).content)
    english = human(World().only(message(), news(outcome)).content)
    code = english.splitlines()[-1]
    assert code.startswith("<worcester.corp.example #")
    assert lines.splitlines()[-1] == code
    assert f"\n      {code}\n" in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_lines_stand_in_english_beside_their_translation(language: str) -> None:
    lines = human(World().only(naming(b"Content-Language: " + language.encode()), settled(UNKNOWN)).content)
    assert [line for line in lines.splitlines() if line in LITERALS] == list(LITERALS)
    assert "What you can do" not in lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_fits_the_width_of_a_page(language: str) -> None:
    lines = human(World().only(naming(b"Content-Language: " + language.encode()), settled(REFUSED)).content)
    prose = [line for line in lines.partition("-----")[0].splitlines() if not line.lstrip().startswith(("[", ">"))]
    assert [line for line in prose if columns(line) > WIDTH and "[x]" not in line] == []


def test_lines_break_between_japanese_characters_but_not_before_a_full_stop() -> None:
    prose = "別の方法で受信者に連絡し、お客様のアドレスを許可するよう依頼してください。" * 4
    lines = list(wrapped(prose, "  "))
    assert "".join(line.strip() for line in lines) == prose
    assert all(columns(line) <= WIDTH + 2 for line in lines)
    assert not any(line.strip()[0] in "、。" for line in lines)


def test_prose_is_never_lost_in_wrapping() -> None:
    prose = "ein Wort「引用」 (mail.partner.example) 大きい。 Größe 39 MB"
    assert " ".join(wrapped(prose, "")) == prose
