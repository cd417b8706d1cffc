"""docs/schema/report.json and the values agree: what `as_dict` gives is what the schema says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import saywhy
from saywhy.why.read.values import SCHEMA_VERSION, From, Kind
from tests.why.test_read import group, report

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schema/report.json").read_text())
_TYPES = {"string": str, "boolean": bool, "integer": int, "array": list, "object": dict, "null": type(None)}


def check(value: Any, schema: dict[str, Any], path: str = "") -> None:
    """The part of JSON Schema that our file uses."""
    if "enum" in schema:
        assert value in schema["enum"], path
    if "const" in schema:
        assert value == schema["const"], path
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert type(value) in [_TYPES[name] for name in names], f"{path}: {value!r}"
    if isinstance(value, dict):
        for name, each in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", {}))
            assert inner is not False, f"{path}.{name} is not of the schema"
            check(each, inner, f"{path}.{name}")
        assert set(schema.get("required", ())) <= set(value), path
    if isinstance(value, list):
        for number, each in enumerate(value):
            check(each, schema.get("items", {}), f"{path}[{number}]")


@pytest.mark.parametrize(
    "content",
    [b"", b"Subject: hello\n\nworld\n", report(group("5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no"))],
)
def test_what_is_read_keeps_to_the_schema(content: bytes) -> None:
    data = saywhy.read(content).as_dict(source="x.eml")
    check(data, SCHEMA)
    assert json.loads(json.dumps(data)) == data


def test_the_schema_has_the_version_the_kinds_and_the_origins_of_the_code() -> None:
    assert SCHEMA["properties"]["version"]["const"] == SCHEMA_VERSION
    assert SCHEMA["properties"]["kind"]["enum"] == [kind.value for kind in Kind]
    provenance = SCHEMA["properties"]["recipients"]["items"]["properties"]["provenance"]
    assert provenance["additionalProperties"]["properties"]["from"]["enum"] == [each.value for each in From]


def test_a_bounce_is_read_by_one_call() -> None:
    found = saywhy.read(report(group("5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no")))
    assert (found.is_report, found.kind, found.recipients[0].recipient) == (True, Kind.FAILED, "bob@dest.test")
    assert found.recipients[0].why.reason == "userunknown"
