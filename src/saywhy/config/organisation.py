"""The organisation file: TOML <-> organisation objects.

`[[domain]]`, `[[mailbox]]`, `[[contact]]`, `[[group]]`, `[[folder]]`, `[[address_policy]]`, `[[user]]`,
`[[receive_connector]]`, `[[send_connector]]`, `[[remote_domain]]` and so on, a table of each kind, and one
`[transport]`.  A file is the whole organisation; what `write` makes of objects is read back as equal objects.
"""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from saywhy.config import imports, objects, rules, toml
from saywhy.config.complaints import Place, dotted, known_words
from saywhy.config.faults import ConfigError, Fault
from saywhy.config.locate import Path as KeyPath
from saywhy.config.object_rules import Violation
from saywhy.config.objects import SINGLE, TABLES
from saywhy.config.snapshot import key_of, kind_of
from saywhy.config.toml import Source
from saywhy.config.units import duration, format_duration, format_size
from saywhy.config.words import shown
from saywhy.model.organisation import KINDS, OrganisationObject

_KIND_OF_TABLE = {table: kind for kind, table in TABLES.items()}

HEADER = """\
# The whole organisation, as `saywhy org apply` reads it.
# Keep it as secret as passwords: it holds their hashes, and those of smart hosts in the clear.
"""


def load_organisation(path: Path, listeners: Collection[str] | None = None) -> tuple[OrganisationObject, ...]:
    """Every object of an organisation file; ConfigError lists all that is wrong with it."""
    return from_source(toml.read(path), listeners)


def parse_organisation(
    text: str, name: str, listeners: Collection[str] | None = None, *, lenient: bool = False
) -> tuple[OrganisationObject, ...]:
    """`lenient` takes what imports bring (Violation.import_)."""
    return from_source(toml.parse(text, name), listeners, lenient=lenient)


def from_source(
    source: Source, listeners: Collection[str] | None = None, *, lenient: bool = False
) -> tuple[OrganisationObject, ...]:
    reader = _Reader(source, lenient)
    reader.read()
    reader.judge(listeners)
    if reader.faults:
        raise ConfigError(reader.faults)
    return tuple(item for _, item in reader.found)


def read_objects(source: Source) -> list[tuple[int, OrganisationObject]]:
    """The objects of a file with their lines, without a judgement on what is between them."""
    reader = _Reader(source, lenient=True)
    reader.read()
    if reader.faults:
        raise ConfigError(reader.faults)
    return [(source.lines.of(path), item) for path, item in reader.found]


class _Reader:
    """Collects objects with the paths at which they stand, and faults."""

    def __init__(self, source: Source, lenient: bool) -> None:
        self._source = source
        self._lenient = lenient
        self.found: list[tuple[KeyPath, OrganisationObject]] = []
        self.faults: list[Fault] = []

    def read(self) -> None:
        for table, value in self._source.values.items():
            kind = _KIND_OF_TABLE.get(table)
            if kind is None:
                cure = known_words(table, list(_KIND_OF_TABLE))
                self._fault((table,), f"there is no kind of object {shown(table)}", cure)
            elif kind == SINGLE:
                self._object(kind, (table,), value)
            elif not isinstance(value, list):
                self._fault((table,), "it must be an array of tables", f"write [[{table}]]")
            else:
                for index, entry in enumerate(value):
                    self._object(kind, (table, index), entry)

    def _object(self, kind: str, path: KeyPath, value: Any) -> None:
        model = objects.model_of(kind)
        try:
            given = imports.tolerated(kind, value) if self._lenient and isinstance(value, dict) else value
            self.found.append((path, objects.build(kind, model.model_validate(given))))
        except ValidationError as error:
            self.faults += Place(self._source, _model_at, path).faults(error)

    def judge(self, listeners: Collection[str] | None) -> None:
        """Add what is wrong between the objects; what may be for want of one that failed is not said."""
        incomplete = bool(self.faults)
        paths = {id(item): path for path, item in self.found}
        for violation in rules.violations([item for _, item in self.found], listeners):
            if not (violation.missing and incomplete) and not (violation.import_ and self._lenient):
                self._violation(violation, paths)

    def _violation(self, violation: Violation, paths: dict[int, KeyPath]) -> None:
        path = paths[id(violation.item)] if violation.item else ()
        self._fault((*path, violation.field), violation.reason, violation.cure)

    def _fault(self, path: KeyPath, reason: str, cure: str) -> None:
        self.faults.append(Fault(self._source.name, self._source.lines.of(path), dotted(path), reason, cure))


def _model_at(path: KeyPath) -> type[BaseModel] | None:
    kind = _KIND_OF_TABLE.get(str(path[0])) if path else None
    depth = 1 if kind == SINGLE else 2
    return objects.model_of(kind) if kind and len(path) == depth else None


def write(items: Iterable[OrganisationObject]) -> str:
    """Objects -> the text of an organisation file, in an order that does not depend on theirs."""
    order = {kind: number for number, kind in enumerate(KINDS)}
    sorted_items = sorted(items, key=lambda item: (order[kind_of(item)], key_of(item)))
    return HEADER + "".join(f"\n{_table(item)}" for item in sorted_items)


def _table(item: OrganisationObject) -> str:
    kind = kind_of(item)
    table = TABLES[kind]
    heading = f"[{table}]" if kind == SINGLE else f"[[{table}]]"
    return "\n".join([heading, *_lines(kind, item)]) + "\n"


def _lines(kind: str, item: OrganisationObject) -> Iterator[str]:
    hints = typing.get_type_hints(type(item))
    for field in objects.fields_of(type(item)):
        value = getattr(item, field.name)
        if value != field.default and field.name in objects.model_of(kind).model_fields:
            yield f"{field.name} = {_written(value, objects.unit_of(kind, field.name, hints[field.name]))}"


def _written(value: Any, unit: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if unit == "duration" and _is_exact(value):
        return _quoted(format_duration(value))
    if unit == "size":
        return _quoted(format_size(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple):
        return _array([_quoted(str(entry)) for entry in value])
    return _quoted(str(getattr(value, "value", value)))


def _is_exact(seconds: float) -> bool:
    try:
        return duration(format_duration(seconds)) == seconds
    except ValueError:
        return False


def _array(entries: Sequence[str]) -> str:
    line = f"[{', '.join(entries)}]"
    return line if len(line) <= 100 else "[\n" + "".join(f"    {entry},\n" for entry in entries) + "]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else _escape(char) for char in escaped) + '"'


def _escape(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
