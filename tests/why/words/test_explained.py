"""Explanations in a sender's language: what is translated, what is not, paragraph by paragraph."""

from __future__ import annotations

import gettext

import pytest

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.why import explain as explaining
from saywhy.why.explain import Explanation, Reader, explain
from saywhy.why.words import Frame, frame

TOO_LARGE = Failure(
    Status(5, 3, 4),
    552,
    "message-too-large",
    "too large",
    Evidence(Stage.RECEIVE, observed=39 << 20, limit=36 << 20),
    permanent=True,
)
FULL = Failure(
    Status(4, 2, 2),
    452,
    "remote-mailbox-full",
    "full",
    Evidence(Stage.SEND, Step.RCPT, remote_host="mx.partner.example", reply=("452 mailbox full",)),
    permanent=False,
)


def told(failure: Failure, lang: str) -> Explanation:
    return explain(failure, Reader.SENDER, recipient="ann@partner.example", lang=lang)


def test_numbers_and_units_are_the_readers() -> None:
    assert "39 MB, die Grenze ist 36 MB" in told(TOO_LARGE, "de").happened
    assert "39 Mo, la limite est 36 Mo" in told(TOO_LARGE, "fr-CA").happened


def test_a_german_sender_reads_german() -> None:
    found = told(TOO_LARGE, "de-AT")
    assert found.title == "Die Nachricht ist zu groß"
    assert found.steps == (
        "Verkleinern Sie die Anhänge, oder senden Sie sie in mehreren Nachrichten.",
        "Senden Sie bei großen Dateien einen Link statt der Datei.",
    )


def test_a_probable_reason_and_waiting_are_said_in_the_language_too() -> None:
    found = told(FULL, "de")
    assert found.happened == (
        "Der andere Server hat keinen genauen Grund genannt; dies ist der wahrscheinlichste. "
        "Im Postfach des Empfängers ann@partner.example ist im Moment kein Platz."
    )
    assert found.steps[1] == "Wenn es eilt, erreichen Sie den Empfänger auf einem anderen Weg."


@pytest.mark.parametrize("reader", [Reader.ADMIN, Reader.THEIRS])
def test_administrators_read_english(reader: Reader) -> None:
    assert explain(FULL, reader, lang="de") == explain(FULL, reader)


def test_a_language_changes_words_only() -> None:
    english, german = told(FULL, "en"), told(FULL, "de")
    assert (german.act, german.facts, len(german.steps)) == (english.act, english.facts, len(english.steps))
    assert told(FULL, "tlh") == told(FULL, "../de") == english


def test_a_paragraph_without_translation_is_in_english_among_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "For large files, send a link instead of the file."

    class Lacking(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message if message == missing else frame("de").say(message)

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return frame("de").translations.ngettext(msgid1, msgid2, n)

    monkeypatch.setattr(explaining, "frame", lambda language: Frame("de", Lacking()))
    found = told(TOO_LARGE, "de")
    assert found.title == "Die Nachricht ist zu groß"
    assert found.steps == (
        "Verkleinern Sie die Anhänge, oder senden Sie sie in mehreren Nachrichten.",
        missing,
    )


def test_a_cause_that_is_not_among_the_translated_ones_is_explained_in_english() -> None:
    failure = Failure(Status(5, 7, 1), 550, "sender-not-own", "no", Evidence(Stage.RECEIVE), permanent=True)
    assert told(failure, "de") == told(failure, "en")


@pytest.mark.parametrize("lang", ["de", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh-Hans"])
def test_a_text_reads_whole_when_nothing_was_seen(lang: str) -> None:
    bare = Failure(Status(5, 4, 1), 550, "no-answer", "", Evidence(Stage.SEND), permanent=True)
    happened = explain(bare, Reader.SENDER, lang=lang).happened
    assert happened
    assert not set(happened) & set("{}[]")
    assert "recipient" not in happened
