"""Typed access to a parsed TOML document that notes every fault with its place, for `schema`.

A fault is a sentence: `cures.sender[2]: is no whole sentence`.  Reading goes on with an empty value, so that all
faults of a file are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

from saywhy.why.template import TemplateError, compile_template

E = TypeVar("E", bound=Enum)

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_TITLE = 70
_MAX_TEXT = 600
_MAX_STEPS = 6


class SchemaError(ValueError):
    """A file of the catalogue breaks the schema; `faults` has one sentence for each place."""

    def __init__(self, file: str, faults: Sequence[str]) -> None:
        super().__init__("\n".join(f"{file}: {fault}" for fault in faults))
        self.faults = tuple(faults)


class Table:
    """One table of a document: typed access that notes what is wrong and what nobody asked for."""

    def __init__(self, data: Mapping[str, Any], path: str = "", faults: list[str] | None = None) -> None:
        self._data = data
        self._path = path
        self._seen: set[str] = set()
        self._faults: list[str] = [] if faults is None else faults
        self._children: list[Table] = []

    def fault(self, key: str, why: str) -> None:
        self._faults.append(f"{self._path}{key}: {why}")

    def finish(self, file: str) -> None:
        """SchemaError with every fault of this table and those in it."""
        self._note_unknown()
        if self._faults:
            raise SchemaError(file, self._faults)

    def _note_unknown(self) -> None:
        for key in self._data:
            if key not in self._seen:
                self.fault(key, f"is not of the schema; there are {', '.join(sorted(self._seen))}")
        for child in self._children:
            child._note_unknown()

    def _get(self, key: str, kind: type, what: str, *, optional: bool = False) -> Any:
        self._seen.add(key)
        value = self._data.get(key)
        if value is None and not optional:
            self.fault(key, f"is missing: {what}")
        elif value is not None and type(value) is not kind:
            self.fault(key, f"is {type(value).__name__}: {what} is expected")
            value = None
        return kind() if value is None else value

    def text(self, key: str, *, optional: bool = False) -> str:
        value: str = self._get(key, str, "a text", optional=optional)
        self._check_text(key, value)
        return value

    def _check_text(self, key: str, value: str) -> None:
        if len(value) > _MAX_TEXT:
            self.fault(key, f"has {len(value)} characters, at most {_MAX_TEXT} are read by anybody")
        if value != value.strip() or not value.isprintable():
            self.fault(key, "has spaces at an end, or a line break or tab")
        if key in self._data and not value and type(self._data[key]) is str:
            self.fault(key, "is empty: leave it out, or write it")

    def has(self, key: str) -> bool:
        return key in self._data

    def title(self, key: str) -> str:
        value = self.text(key)
        if len(value) > _MAX_TITLE or value.endswith("."):
            self.fault(key, f"is a heading: at most {_MAX_TITLE} characters, no final dot")
        return value

    def name(self, key: str, file: str = "") -> str:
        """An identifier; in `id` and `code` of a file it must be the file's name."""
        value = self.text(key)
        if key == "id" and value and not _ID.fullmatch(value):
            self.fault(key, f"{value!r} is not kebab-case")
        stem = file.rpartition("/")[2].removesuffix(".toml")
        if stem and value and value != stem:
            self.fault(key, f"{value!r} is not the name of its file")
        return value

    def flag(self, key: str) -> bool:
        return bool(self._get(key, bool, "true or false"))

    def numbers(self, key: str, allowed: range) -> tuple[int, ...]:
        values: list[Any] = self._get(key, list, "a list of numbers")
        if any(type(value) is not int or value not in allowed for value in values):
            self.fault(key, f"holds something else than numbers from {allowed.start} to {allowed.stop - 1}")
            return ()
        return tuple(values)

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        values: list[Any] = self._get(key, list, "a list of texts", optional=optional)
        if any(type(value) is not str for value in values):
            self.fault(key, "holds something else than texts")
            return ()
        if not values and not optional:
            self.fault(key, "is empty")
        for value in values:
            self._check_text(key, value)
        return tuple(values)

    def template(self, key: str, barred: frozenset[str], *, optional: bool = False) -> str:
        text = self.text(key, optional=optional)
        self._check_template(key, text, barred)
        self._check_sentence(key, text)
        return text

    def steps(self, key: str, barred: frozenset[str]) -> tuple[str, ...]:
        """Cures: a few whole sentences."""
        steps = self.texts(key)
        if len(steps) > _MAX_STEPS:
            self.fault(key, f"has {len(steps)} steps, nobody follows more than {_MAX_STEPS}")
        for number, step in enumerate(steps, 1):
            self._check_template(f"{key}[{number}]", step, barred)
            self._check_sentence(f"{key}[{number}]", step)
        return steps

    def _check_sentence(self, key: str, text: str) -> None:
        if text and text.rstrip("]`")[-1:] not in (".", "?", "!"):
            self.fault(key, "is no whole sentence: it does not end in . ? or !")

    def _check_template(self, key: str, text: str, barred: frozenset[str]) -> None:
        try:
            fields = compile_template(text).fields
        except TemplateError as error:
            self.fault(key, str(error))
            return
        for name in sorted(fields & barred):
            self.fault(key, f"{{{name}}} must not reach this reader")

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        words = [str(member.value) for member in kind]
        value = self._get(key, str, f"one of {', '.join(words)}", optional=default is not None)
        first = next(iter(kind)) if default is None else default
        if value and value not in words:
            self.fault(key, f"{value!r} is none of {', '.join(words)}")
            return first
        return kind(value) if value else first

    def member(self, key: str, allowed: Sequence[Any]) -> Any:
        value = self._get(key, type(allowed[0]), "one of the other system's names")
        if value and value not in allowed:
            self.fault(key, f"{value!r} is none of {', '.join(map(str, allowed))}")
        return value

    def table(self, key: str) -> Table:
        return self._child(self._get(key, dict, "a table"), f"{key}.")

    def tables(self, key: str) -> list[Table]:
        values: list[Any] = self._get(key, list, "a list of tables", optional=True)
        if any(type(value) is not dict for value in values):
            self.fault(key, "holds something else than tables")
            return []
        return [self._child(value, f"{key}[{number}].") for number, value in enumerate(values, 1)]

    def _child(self, data: Mapping[str, Any], path: str) -> Table:
        child = Table(data, self._path + path, self._faults)
        self._children.append(child)
        return child
