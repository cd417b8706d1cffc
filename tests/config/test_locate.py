from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from saywhy.config.locate import Path, locate

TEXT = '''\
# a comment
plain = 1
dotted.key = 2

[table.sub]
"quoted.\\u0041" = """
more lines [not] = a key
""""
list = [ # here
  "one",
  ["two",
   "three"], { inline.key = 4 },
]
'literal' = 'C:\\'

[[array]]
first = 1979-05-27 07:32:00 # a date
[[array]]
second = true
[array.sub]
third = -1.5e3
[[array.deep]]
fourth = """x"""
[[array.deep]]
fourth = \'\'\'y
z\'\'\'
'''


def test_every_kind_of_value_is_found_on_its_line() -> None:
    lines = locate(TEXT)
    assert tomllib.loads(TEXT)  # it is TOML
    expected: dict[Path, int] = {
        ("plain",): 2,
        ("dotted", "key"): 3,
        ("table", "sub"): 5,
        ("table", "sub", "quoted.A"): 6,
        ("table", "sub", "list"): 9,
        ("table", "sub", "list", 0): 10,
        ("table", "sub", "list", 1, 1): 12,
        ("table", "sub", "list", 2, "inline", "key"): 12,
        ("table", "sub", "literal"): 14,
        ("array", 0, "first"): 17,
        ("array", 1, "second"): 19,
        ("array", 1, "sub", "third"): 21,
        ("array", 1, "deep", 0, "fourth"): 23,
        ("array", 1, "deep", 1, "fourth"): 25,
    }
    assert {path: lines.of(path) for path in expected} == expected


def test_what_is_not_there_has_the_line_of_the_table_around_it() -> None:
    lines = locate("[server]\nuser = 'x'\n")
    assert lines.of(("server", "hostname")) == 1
    assert lines.of(("elsewhere",)) == 0
    assert not lines.has(("server", "hostname"))


keys = st.text("abc-_1", min_size=1, max_size=4)
documents = st.recursive(
    st.just(0),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=12,
)


class Writer:
    """Writes a document in which each number is the line that it stands on."""

    def __init__(self) -> None:
        self.text = ""

    def number(self) -> None:
        self.text += "\n# [x] = {\n" if len(self.text) % 3 == 0 else "\n"
        self.text += str(self.text.count("\n") + 1)

    def value(self, value: Any) -> None:
        if isinstance(value, list):
            self.text += "["
            for item in value:
                self.array_item(item)
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{ " + ", ".join(f'"{key}" = "[]"' for key in value) + " }"
        else:
            self.text += str(self.text.count("\n") + 1)

    def array_item(self, item: Any) -> None:
        if item == 0:
            self.number()
        else:
            self.value(item)
        self.text += ","

    def table(self, path: tuple[str, ...], values: dict[str, Any]) -> None:
        for key, value in values.items():
            if not isinstance(value, dict):
                self.text += f"{key}="
                self.value(value)
                self.text += "\n"
        for key, value in values.items():
            if isinstance(value, dict):
                inner = (*path, key)
                self.text += f"\n[{'.'.join(inner)}]\n"
                self.table(inner, value)


def leaves(value: Any, path: Path = ()) -> list[tuple[Path, int]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, (*path, index))]
    return [(path, value)] if isinstance(value, int) else []


@given(st.dictionaries(keys, documents, max_size=4))
def test_each_number_is_found_where_it_stands(document: dict[str, Any]) -> None:
    writer = Writer()
    writer.table((), document)
    lines = locate(writer.text)
    for path, line in leaves(tomllib.loads(writer.text)):
        assert lines.of(path) == line
