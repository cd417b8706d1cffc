"""The catalogues that are checked in: complete, current, with the placeholders of the English."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message

from saywhy.why import catalogue
from saywhy.why.template import Part, Template, compile_template
from saywhy.why.words import ENGLISH, NUMBER, frame, languages

ROOT = Path(__file__).parents[3]
LANGUAGES = ("de", "es", "fr", "it", "ja", "nl", "pl", "pt", "zh-Hans")
_FIELD = re.compile(r"\{[a-z]*\}")
_COMMAND = re.compile(r"`[^`]*`")


def the_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("saywhy_tools_words", ROOT / "tools/words.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


words = the_tool()
CAUSE_TEXTS = {text for id_ in words.causes() for text in words.cause_texts(id_)}


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def catalog(language: str) -> Catalog:
    found: Catalog = words.read(language)
    return found


def messages(found: Catalog) -> list[Message]:
    return [message for message in found if message.id]


def pairs(found: Catalog) -> list[tuple[str, str]]:
    """English and translation; of several forms the first says one, where there is a choice."""
    out = []
    for message in messages(found):
        if isinstance(message.id, str):
            out.append((message.id, str(message.string)))
        elif len(message.string) == 1:
            out.append((message.id[1], message.string[0]))
        else:
            out.append((message.id[0], message.string[0]))
            out += [(message.id[1], form) for form in message.string[1:]]
    return out


def test_the_nine_languages_are_there() -> None:
    assert sorted(languages().values()) == sorted(LANGUAGES) == words.languages()


def test_forty_six_causes_are_translated_and_the_catalogue_has_them() -> None:
    ids = words.causes()
    assert len(ids) == len(set(ids)) == 46
    assert set(ids) <= set(catalogue.causes())


def test_every_paragraph_of_today_is_translated(language: str, catalog: Catalog) -> None:
    wanted = {message.id for message in messages(words.template())}
    translated = {message.id for message in messages(catalog) if message.string and all(message.string)}
    assert not wanted - translated, f"translate these in {language}, then run tools/words.py"
    assert not translated - wanted, "run tools/words.py: these are no longer said"


def test_every_translation_was_translated_back(catalog: Catalog) -> None:
    assert [message.id for message in messages(catalog) if not words.remark(message, "back")] == []


def test_every_plural_form_is_there(catalog: Catalog) -> None:
    plurals = [message for message in messages(catalog) if not isinstance(message.id, str)]
    assert plurals
    assert {len(message.string) for message in plurals} == {catalog.num_plurals}


def test_sentences_of_the_frame_keep_their_placeholders(catalog: Catalog) -> None:
    for english, translation in pairs(catalog):
        if english not in CAUSE_TEXTS:
            assert sorted(_FIELD.findall(translation)) == sorted(_FIELD.findall(english)), translation


def test_texts_of_causes_keep_their_placeholders_and_what_is_left_out_together(catalog: Catalog) -> None:
    for english, translation in pairs(catalog):
        if english in CAUSE_TEXTS:
            ours, theirs = compile_template(english), compile_template(translation)
            assert fields(theirs) == fields(ours), translation
            assert {group for group in optional(ours) if len(group) > 1} <= set(optional(theirs)), translation


def fields(found: Template) -> list[str]:
    return sorted(name for part in found.parts for name in part.fields())


def optional(found: Template) -> list[tuple[str, ...]]:
    return [tuple(part.fields()) for part in found.parts if part.optional]


def test_no_english_default_stands_in_a_translation(catalog: Catalog) -> None:
    for english, translation in pairs(catalog):
        if english in CAUSE_TEXTS:
            loose = [part for part in compile_template(translation).parts if needs_default(part)]
            assert not loose, f"put the placeholder into [...]: {translation}"


def needs_default(part: Part) -> bool:
    return not part.optional and any(piece.field and not piece.command for piece in part.pieces)


def test_commands_are_not_translated(catalog: Catalog) -> None:
    for english, translation in pairs(catalog):
        assert _COMMAND.findall(translation) == _COMMAND.findall(english)


def test_translations_are_one_plain_line(catalog: Catalog) -> None:
    for _, translation in pairs(catalog):
        assert translation.isprintable()
        assert translation == translation.strip()
        assert len(translation) <= 400
        assert not set(translation) & set("<>")


def test_signs_in_numbers_stand_where_they_are_looked_for(language: str) -> None:
    assert len(frame(language).say(NUMBER)) == len(NUMBER)


def test_the_po_is_as_the_tool_writes_it(language: str) -> None:
    assert words.po_file(language).read_bytes() == words.po(words.updated(language)), "run tools/words.py"


def test_the_mo_is_compiled_from_the_po(language: str) -> None:
    compiled = words.po_file(language).with_suffix(".mo").read_bytes()
    assert compiled == words.mo(words.updated(language)), "run tools/words.py"


def test_the_table_of_back_translations_is_current(language: str) -> None:
    page = (ROOT / f"docs/languages/{language}.md").read_text("utf-8")
    assert page == words.table(words.updated(language), language), "run tools/words.py"


def test_a_translated_frame_says_so(language: str) -> None:
    assert frame(language).language == language
    assert frame(f"{language}-ZZ").language == language
    assert frame(language).say("you") != "you"
    assert frame(ENGLISH).say("you") == "you"
