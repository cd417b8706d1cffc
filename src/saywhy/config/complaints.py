"""What pydantic found wrong -> faults in our words, with the line and a cure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from saywhy.config import checks
from saywhy.config.declared import declared, field_unit, written
from saywhy.config.faults import Fault
from saywhy.config.locate import Path
from saywhy.config.toml import Source
from saywhy.config.words import shown, suggestion

Words = tuple[str, str]  # reason, cure


class ModelAt(Protocol):
    """Which model declares the keys of the table at a path; None where there is no such table."""

    def __call__(self, path: Path) -> type[BaseModel] | None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document was validated: faults carry `prefix` before pydantic's own path."""

    source: Source
    model_at: ModelAt
    prefix: Path = ()

    def faults(self, error: ValidationError) -> list[Fault]:
        return [self._fault(details) for details in error.errors(include_url=False)]

    def _fault(self, details: ErrorDetails) -> Fault:
        path = (*self.prefix, *details["loc"])
        reason, cure = self._words(path, details)
        return Fault(self.source.name, self.source.lines.of(path), dotted(path), reason, cure)

    def _words(self, path: Path, details: ErrorDetails) -> Words:
        match details["type"]:
            case checks.FAULT:
                context = details.get("ctx", {})
                return context["reason"], context["cure"]
            case "missing":
                return self._missing(path)
            case "extra_forbidden":
                return self._unknown(path)
        words = _WORDS.get(details["type"])
        if words is None:
            return details["msg"].lower(), "see `saywhy config explain`"
        unit = self._unit(path)
        context = {key: written(value, unit) for key, value in details.get("ctx", {}).items()}
        return words(shown(self._given(path, details["input"])), context)

    def _unit(self, path: Path) -> str:
        model = self.model_at(path[:-1])
        field = model.model_fields.get(str(path[-1])) if model else None
        return field_unit(field) if field else ""

    def _given(self, path: Path, otherwise: object) -> object:
        """What stood in the file, before a duration or a size became a number."""
        value: Any = self.source.values
        for part in path:
            try:
                value = value[part]
            except (LookupError, TypeError):
                return otherwise
        return value

    def _missing(self, path: Path) -> Words:
        key, table = str(path[-1]), path[:-1]
        model = self.model_at(table)
        if model is None or key not in model.model_fields:
            return "this must be given", f"add {key}"
        if self.model_at(path) is not None:
            return "this table must be there", f"add [{key}] with its keys"
        setting = declared(key, model.model_fields[key])
        where = f" to this [[{table[0]}]]" if isinstance(table[-1], int) else f" to [{dotted(table)}]"
        return "this must be given", f"add {setting.example}{where} ({setting.summary})"

    def _unknown(self, path: Path) -> Words:
        model = self.model_at(path[:-1])
        known = list(model.model_fields) if model else []
        what = f"there is no setting {shown(path[-1])}"
        return what, known_words(str(path[-1]), known)


def known_words(word: str, known: Collection[str]) -> str:
    """The cure for a word that does not exist: the nearest, or all that do."""
    return suggestion(word, known) or f"the keys here are {', '.join(known)}"


def dotted(path: Path) -> str:
    """`("mailbox", 2, "addresses")` -> `mailbox[3].addresses`: people count from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return "".join(char if char.isprintable() else "?" for char in text)


def _one_of(value: str, context: Mapping[str, Any]) -> Words:
    expected = str(context["expected"]).replace("'", "").replace('"', "").replace(" or ", ", ")
    return f"{value} is not one of its values", f"write one of {expected}"


_WORDS: Mapping[str, Callable[[str, Mapping[str, Any]], Words]] = {
    "string_type": lambda value, _: (f"{value} is not text", 'put it in quotes, "like this"'),
    "string_too_short": lambda _, __: ("the text is empty", "write a value, or leave the line out"),
    "bool_type": lambda value, _: (f"{value} is not true or false", "write true or false, without quotes"),
    "int_type": lambda value, _: (f"{value} is not a whole number", "write digits, without quotes"),
    "float_type": lambda value, _: (f"{value} is not a number", "write digits, without quotes"),
    "tuple_type": lambda value, _: (f"{value} is not an array", 'write it in brackets, ["like", "this"]'),
    "dict_type": lambda value, _: (f"{value} is not a table", "write it under a [heading]"),
    "model_type": lambda value, _: (f"{value} is not a table", "write it under a [heading]"),
    "too_short": lambda _, __: ("it is empty", "leave it out, or give it an entry"),
    "literal_error": _one_of,
    "enum": _one_of,
    "greater_than": lambda value, limit: (f"{value} is too little", f"write more than {limit['gt']}"),
    "greater_than_equal": lambda value, limit: (f"{value} is too little", f"write {limit['ge']} or more"),
    "less_than": lambda value, limit: (f"{value} is too much", f"write less than {limit['lt']}"),
    "less_than_equal": lambda value, limit: (f"{value} is too much", f"write {limit['le']} or less"),
}
