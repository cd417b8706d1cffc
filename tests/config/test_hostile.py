"""Whatever stands in a file: it is used, or it is a list of faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.config.faults import ConfigError
from saywhy.config.load import from_values
from saywhy.config.locate import Lines
from saywhy.config.objects import TABLES, model_of
from saywhy.config.organisation import from_source, parse_organisation
from saywhy.config.settings import Settings
from saywhy.config.toml import Source

scalars = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.sampled_from(
        ["5 min", "36 MB", "0.0.0.0/0", "a@b.example", "*", "[192.0.2.1]:25", "-1 s", "PLAIN", "smtp"]
    ),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


def tables(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([*model_of(kind).model_fields, "other"]), values, max_size=6)


organisation_files = st.fixed_dictionaries(
    {}, optional={table: st.lists(tables(kind), max_size=2) | values for kind, table in TABLES.items()}
)
settings_files = st.dictionaries(
    st.sampled_from([*Settings.model_fields, "other"]),
    st.dictionaries(
        st.sampled_from(["hostname", "address", "tls", "port", "path", "file", "socket", "smtp", "timeout"]),
        values,
    )
    | values,
)


def judged(faults: tuple[Any, ...]) -> None:
    assert faults
    for fault in faults:
        assert fault.reason
        assert fault.cure
        assert str(fault).isprintable()


@given(organisation_files)
def test_any_organisation_is_read_or_judged(document: dict[str, Any]) -> None:
    try:
        from_source(Source("own.toml", document, Lines({})), ["smtp"])
    except ConfigError as error:
        judged(error.faults)


@given(settings_files)
def test_any_settings_are_read_or_judged(document: dict[str, Any]) -> None:
    try:
        from_values(document, Path("/nonexistent"))
    except ConfigError as error:
        judged(error.faults)


@given(st.text() | st.text("[]{}=\"'\\\n#.,ab1", max_size=60))
def test_any_text_is_toml_or_a_fault(text: str) -> None:
    try:
        parse_organisation(text, "own.toml")
    except ConfigError as error:
        judged(error.faults)


def test_a_number_of_thousands_of_digits_is_a_fault() -> None:
    try:
        parse_organisation("a = " + "9" * 5000, "own.toml")
    except ConfigError as error:
        judged(error.faults)
    else:
        raise AssertionError


def test_a_domain_that_is_none_is_a_fault_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_organisation('[[domain]]\nname = "\u00d7"\n', "organisation.toml")
    assert "organisation.toml, line 2: domain" in str(caught.value)
    assert "'\u00d7' may not stand in a domain name" in str(caught.value)
