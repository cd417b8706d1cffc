"""docs/reasons.md is what the catalogue says, and leaves no cause and no reason out."""

from __future__ import annotations

import re
from pathlib import Path

from saywhy.why import catalogue
from saywhy.why.names import KUMOMTA, SISIMAI, SPARKPOST
from saywhy.why.phrases import common
from saywhy.why.reasons_page import hard, names_of, page

PAGE = Path(__file__).parents[2] / "docs" / "reasons.md"


def test_the_page_of_reasons_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_cause_has_its_line_and_every_reason_is_told() -> None:
    text = page()
    rows = re.findall(r"^\| \[([a-z0-9-]+)\]\((\S+)\) \| ([a-z]+) \| [a-z ]+ \| (\w+) \| ([0-9]+) \|", text, re.M)
    assert [row[0] for row in rows] == list(catalogue.causes())
    assert all((PAGE.parent / link).is_file() for _, link, *_ in rows)
    assert all(name in text for name in SISIMAI)


def test_every_cause_is_mapped_to_names_that_the_other_systems_have() -> None:
    for id_ in catalogue.causes():
        names = names_of(catalogue.cause(id_))
        assert names["sisimai"] in SISIMAI, id_
        assert names["kumomta"] in KUMOMTA, id_
        assert names["sparkpost"] in SPARKPOST, id_
        assert names["hard_bounce"] in ("yes", "no", "unless temporary"), id_


def test_words_are_filed_under_reasons_that_there_are() -> None:
    named = {row.reason for rows in common.TABLES.values() for row in rows} - {""}
    assert named <= set(SISIMAI)


def test_hard_bounces_are_those_of_the_address() -> None:
    assert {name for name in SISIMAI if hard(name) == "yes"} == {"userunknown", "hostunknown", "hasmoved"}
