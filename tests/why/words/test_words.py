"""The frame's language: the one asked for, its parent, or English; never a path that the tag spells."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from saywhy.why.words import Frame, frame, frame_in


def catalogue(folder: Path, language: str, sentences: dict[str, str]) -> None:
    """A frame.mo as msgfmt writes it: header, table of originals, table of translations, strings."""
    texts = {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=n != 1;\n",
        **sentences,
    }
    keys = [key.encode() for key in sorted(texts)]
    values = [texts[key.decode()].encode() for key in keys]
    at = 28 + 16 * len(keys)
    tables, strings = [], b""
    for group in (keys, values):
        for octets in group:
            tables.append(struct.pack("<II", len(octets), at + len(strings)))
            strings += octets + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, at)
    (folder / language).mkdir()
    (folder / language / "frame.mo").write_bytes(head + b"".join(tables) + strings)


@pytest.fixture
def german(tmp_path: Path) -> Path:
    catalogue(tmp_path, "de", {"you": "Sie", "One more.\0{number} more.": "Noch einer.\0Noch {number}."})
    catalogue(tmp_path, "ar", {"you": "أنت"})
    return tmp_path


@pytest.mark.parametrize("tag", ["de", "de-AT", "de-CH-1996", " de-AT, en"])
def test_a_region_falls_back_to_its_language(german: Path, tag: str) -> None:
    found = frame_in(german, tag)
    assert (found.language, found.say("you"), found.direction) == ("de", "Sie", "ltr")


def test_what_a_catalogue_lacks_is_said_in_english(german: Path) -> None:
    assert frame_in(german, "de").say("nobody") == "nobody"


def test_numbers_choose_the_plural_form(german: Path) -> None:
    def counted(found: Frame) -> list[str]:
        return [found.count("One more.", "{number} more.", number) for number in (1, 5)]

    assert counted(frame_in(german, "de")) == ["Noch einer.", "Noch 5."]
    assert counted(frame_in(german, "en")) == ["One more.", "5 more."]


def test_a_language_from_right_to_left_says_so(german: Path) -> None:
    assert frame_in(german, "ar-EG").direction == "rtl"


@pytest.mark.parametrize("tag", ["", "en", "tlh", "../de", "/etc", "de/../de", "d" * 100, "de\0", "-", "ü"])
def test_any_other_tag_means_english(german: Path, tag: str) -> None:
    assert frame_in(german, tag).language == "en"
    assert frame(tag).say("you") == "you"
