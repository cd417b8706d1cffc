"""What is wrong in a file of the catalogue is said in one sentence with its place, all faults at once."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from saywhy.why.document import SchemaError
from saywhy.why.schema import read_cause, read_code

CAUSE: dict[str, Any] = {
    "id": "too-hot",
    "title": "The server is too hot",
    "happened": "The server of {domain} is too hot[ ({observed})].",
    "act": "their-admin",
    "side": "theirs",
    "scope": "domain",
    "references": ["RFC 9999"],
    "cures": {"sender": ["Wait."], "admin": ["See `saywhy queue show {queue}`."], "theirs": ["Cool it."]},
    "check": [{"name": "smtp-connect", "shows": "steam"}],
    "names": {"sisimai": "systemerror", "kumomta": "TransientFailure", "sparkpost": 20},
}
CODE: dict[str, Any] = {
    "code": "5.3.9",
    "title": "Too hot",
    "detail": "the system is too hot",
    "registered": True,
    "classes": [5],
    "basic": [554],
    "references": ["RFC 9999"],
    "meaning": [{"source": "iana", "text": "too hot"}],
    "cause": [{"id": "too-hot", "by": "them", "when": "always"}],
}


def faults_of_cause(change: dict[str, Any]) -> str:
    document = copy.deepcopy(CAUSE)
    document.update(change)
    with pytest.raises(SchemaError) as caught:
        read_cause(document, "causes/too-hot.toml")
    return str(caught.value)


def faults_of_code(change: dict[str, Any]) -> str:
    document = copy.deepcopy(CODE)
    document.update(change)
    with pytest.raises(SchemaError) as caught:
        read_code(document, "codes/5.3.9.toml")
    return str(caught.value)


def test_the_examples_are_right() -> None:
    assert read_cause(CAUSE, "causes/too-hot.toml").ours is False
    assert read_code(CODE, "codes/5.3.9.toml").basic == (554,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "too-cold"}, "id: 'too-cold' is not the name of its file"),
        ({"title": ""}, "title: is empty"),
        ({"title": "A sentence."}, "title: is a heading: at most 70 characters, no final dot"),
        ({"happened": "no end"}, "happened: is no whole sentence"),
        ({"happened": "The {hots} one."}, "happened: {hots} is no placeholder"),
        ({"happened": "It had {observed}."}, "happened: {observed} has no default: put it in an optional [...]"),
        ({"happened": "Rule[ {name}]."}, "happened: {name} must not reach this reader"),
        ({"happened": "Open [ bracket."}, "happened: a [ has no ]"),
        ({"happened": "Tab\there."}, "happened: has spaces at an end, or a line break or tab"),
        ({"happened": 7}, "happened: is int: a text is expected"),
        ({"act": "somebody"}, "act: 'somebody' is none of sender, our-admin, their-admin, recipient, nobody"),
        ({"permanence": "either"}, "waiting: is said while delivery is being tried"),
        ({"waiting": "It waits."}, "waiting: is said while delivery is being tried"),
        ({"colour": "red"}, "colour: is not of the schema"),
        ({"references": []}, "references: is empty"),
        ({"check": [{"name": "x", "shows": 1}]}, "check[1].shows: is int: a text is expected"),
        ({"names": {"sisimai": "hot"}}, "names.sisimai: 'hot' is none of undefined"),
        ({"names": {"sisimai": "expired"}}, "names.sparkpost: is missing"),
        ({"cures": {"sender": [], "admin": ["A."], "theirs": ["A."]}}, "cures.sender: is empty"),
        ({"cures": {"sender": ["A."], "admin": ["A."]}}, "cures.theirs: is missing"),
        ({"cures": {"sender": ["A"], "admin": ["A."], "theirs": ["A."]}}, "cures.sender[1]: is no whole sentence"),
        (
            {"cures": {"sender": ["A[ {queue}]."], "admin": ["A."], "theirs": ["A."]}},
            "cures.sender[1]: {queue} must not reach this reader",
        ),
        (
            {"cures": {"sender": ["A."], "admin": ["A[ {near}]."], "theirs": ["A."]}},
            "cures.admin[1]: {near} must not reach this reader",
        ),
    ],
)
def test_a_fault_of_a_cause_is_named_with_its_place(change: dict[str, Any], said: str) -> None:
    assert f"causes/too-hot.toml: {said}" in faults_of_cause(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "5.3"}, "code: '5.3' is not the name of its file"),
        ({"classes": [4]}, "usage: is required: the code is not registered, or not with this class (R27)"),
        ({"registered": False}, "usage: is required"),
        ({"registered": False, "usage": "Ours."}, "meaning: a registered code has a meaning with source = 'iana'"),
        ({"classes": [9]}, "classes: holds something else than numbers from 2 to 5"),
        ({"basic": ["550"]}, "basic: holds something else than numbers from 200 to 599"),
        ({"cause": []}, "cause: at least one cause is required"),
        ({"cause": [CODE["cause"][0]] * 2}, "cause: a cause stands twice"),
        ({"cause": [{"id": "x", "by": "me", "when": "y"}]}, "cause[1].by: 'me' is none of us, them"),
        ({"meaning": [{"source": "nobody", "text": "x"}]}, "meaning[1].source: 'nobody' is none of iana"),
        ({"meaning": "text"}, "meaning: is str: a list of tables"),
    ],
)
def test_a_fault_of_a_code_is_named_with_its_place(change: dict[str, Any], said: str) -> None:
    assert f"codes/5.3.9.toml: {said}" in faults_of_code(change)


def test_all_faults_are_told_at_once() -> None:
    said = faults_of_cause({"act": "x", "scope": "y", "names": {}, "colour": "red"})
    assert said.count("\n") >= 5
