"""docs/settings.md is what the declarations say; nothing that can be set is without a sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from saywhy.config.declared import server_settings
from saywhy.config.document import page
from saywhy.config.explain import object_settings
from saywhy.config.object_docs import DOCS, DURATIONS, SIZES, SUMMARIES
from saywhy.model.organisation import KINDS, STATE

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_of_settings_is_current() -> None:
    assert PAGE.read_text() == page(), "run `make docs`"


def test_every_setting_has_a_sentence() -> None:
    for setting in (*server_settings(), *object_settings()):
        assert setting.doc.endswith("."), setting.key
        assert setting.doc[0].isupper() or setting.doc[0] == "`", setting.key


def test_the_sentences_are_about_the_fields_that_there_are() -> None:
    configuration = {kind: cls for kind, cls in KINDS.items() if kind not in STATE}
    assert set(SUMMARIES) == set(configuration)
    for kind, cls in configuration.items():
        fields = {field.name for field in dataclasses.fields(cls)} - ({"name"} if kind == "transport" else set())
        assert set(DOCS[kind]) == fields
        assert DURATIONS[kind] | SIZES[kind] <= fields
