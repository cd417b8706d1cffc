"""Sentences in a reader's language: what a catalogue has, plural forms, signs in numbers; English otherwise."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from saywhy.why.words import IN_ENGLISH, NUMBER, Frame, frame, languages_in, load


def catalogue(folder: Path, language: str, sentences: dict[str | tuple[str, str], str | tuple[str, ...]]) -> None:
    written = Catalog(locale=language)
    for msgid, translation in sentences.items():
        written.add(msgid, translation)
    octets = io.BytesIO()
    write_mo(octets, written)
    (folder / language / "LC_MESSAGES").mkdir(parents=True)
    (folder / language / "LC_MESSAGES" / "saywhy.mo").write_bytes(octets.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    more = ("One more.", "{number} more.")
    catalogue(tmp_path, "de", {"you": "Sie", more: ("Noch einer.", "Noch {number}."), NUMBER: "1.234,5"})
    catalogue(tmp_path, "ar", {"you": "أنت"})
    (tmp_path / "__pycache__").mkdir()
    return tmp_path


def test_only_folders_with_a_catalogue_are_languages(folder: Path) -> None:
    assert languages_in(folder) == {"de": "de", "ar": "ar"}


def test_what_a_catalogue_lacks_is_said_in_english(folder: Path) -> None:
    german = load(folder, "de")
    assert (german.say("you"), german.say("nobody")) == ("Sie", "nobody")


def test_nothing_is_said_as_nothing(folder: Path) -> None:
    assert load(folder, "de").say("") == ""


def test_numbers_choose_the_plural_form(folder: Path) -> None:
    def counted(found: Frame) -> list[str]:
        return [found.count("One more.", "{number} more.", number) for number in (1, 5, 1000)]

    assert counted(load(folder, "de")) == ["Noch einer.", "Noch 5.", "Noch 1.000."]
    assert counted(IN_ENGLISH) == ["One more.", "5 more.", "1,000 more."]


def test_numbers_have_the_signs_of_the_language(folder: Path) -> None:
    assert load(folder, "de").digits(1234567.5, 1) == "1.234.567,5"
    assert IN_ENGLISH.digits(1234567.5, 1) == "1,234,567.5"


def test_a_language_from_right_to_left_says_so(folder: Path) -> None:
    assert load(folder, "ar").direction == "rtl"
    assert load(folder, "de").direction == "ltr"


@pytest.mark.parametrize(
    "tag", ["", "en", "en-GB", "tlh", "../de", "/etc", "de/../de", "d" * 100, "de\0", "-", "ü"]
)
def test_any_other_tag_means_english(tag: str) -> None:
    assert frame(tag) is IN_ENGLISH
