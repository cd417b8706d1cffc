"""The language a header asks for: the tag itself, its parent, the next of the list, English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.why.words.tags import choose

OURS = {"de": "de", "pt": "pt", "pt-br": "pt-BR", "zh-hans": "zh-Hans"}


@pytest.mark.parametrize("tag", ["de", "de-AT", "de-CH-1996", " DE ", "de_DE", "de-x-plain"])
def test_a_region_falls_back_to_its_language(tag: str) -> None:
    assert choose(tag, OURS) == "de"


def test_the_nearest_parent_is_taken() -> None:
    assert choose("pt-BR-abl1943", OURS) == "pt-BR"
    assert choose("pt-PT", OURS) == "pt"


@pytest.mark.parametrize("tag", ["zh", "zh-CN", "zh-Hans-SG", "zh-SG", "zh-hans"])
def test_chinese_in_its_simplified_script(tag: str) -> None:
    assert choose(tag, OURS) == "zh-Hans"


@pytest.mark.parametrize("tag", ["zh-TW", "zh-Hant", "zh-HK", "zh-Hant-CN"])
def test_the_traditional_script_is_not_answered_in_the_simplified_one(tag: str) -> None:
    assert choose(tag, OURS) == "en"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("sv, de", "de"),
        ("en-US, de-DE", "en"),
        ("de;q=0.5, pt;q=0.9", "pt"),
        ("de;q=0, pt", "pt"),
        ("de;q=nonsense", "de"),
        ("de;q=nan, pt", "de"),
        ("*", "en"),
        (", ,de", "de"),
        ("x," * 20 + "de", "en"),
    ],
)
def test_the_first_of_a_list_that_we_have(wanted: str, language: str) -> None:
    assert choose(wanted, OURS) == language


@given(st.text())
def test_no_header_leads_out_of_the_table(wanted: str) -> None:
    assert choose(wanted, OURS) in {*OURS.values(), "en"}
