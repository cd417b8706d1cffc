"""A file of recipients alone, TOML or CSV: what a second directory source reads (infra/directory/file).

Duplicate addresses and references to who is gone are taken: mail finds them out, as in every directory that others
keep.
"""

from __future__ import annotations

import csv
import io
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from saywhy.config import imports, object_rules, objects, toml
from saywhy.config.faults import ConfigError, Fault
from saywhy.config.object_docs import SIZES
from saywhy.config.organisation import read_objects
from saywhy.config.words import shown
from saywhy.model.organisation import KINDS, DirectoryObject, OrganisationObject

RECIPIENTS = ("mailbox", "contact", "group", "folder")
MAX_OCTETS = 256 * 1024 * 1024


def read_recipients(path: Path) -> list[DirectoryObject]:
    """ConfigError lists what is wrong, with lines."""
    if path.suffix.lower() != ".csv":
        return _checked(path.name, read_objects(toml.read(path)))
    items: list[tuple[int, OrganisationObject]] = []
    faults: list[Fault] = []
    for line, row in _rows(path):
        try:
            items.append((line, _object(row)))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "kind"
            faults.append(Fault(path.name, line, field, first["msg"], "correct it"))
        except ValueError as error:
            faults.append(Fault(path.name, line, "kind", str(error), f"write one of {', '.join(RECIPIENTS)}"))
    if faults:
        raise ConfigError(faults)
    return _checked(path.name, items)


def _checked(name: str, items: list[tuple[int, OrganisationObject]]) -> list[DirectoryObject]:
    found: list[DirectoryObject] = []
    faults: list[Fault] = []
    for line, item in items:
        if not isinstance(item, DirectoryObject):
            cure = "write mailboxes, contacts, groups and folders only"
            faults.append(Fault(name, line, item.name, "this is no recipient", cure))
            continue
        broken = [violation for violation in object_rules.of(item) if not violation.import_]
        faults += [Fault(name, line, each.field, each.reason, each.cure) for each in broken]
        found.append(item)
    if faults:
        raise ConfigError(faults)
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_OCTETS + 1)
        text = octets.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(path.name, 0, "", f"cannot be read: {error}", "see that it is UTF-8")]) from None
    reader = csv.DictReader(io.StringIO(text))
    for row in reader:
        yield reader.line_num, {(key or "").strip(): (value or "").strip() for key, value in row.items() if key}


def _object(row: Mapping[str, str]) -> OrganisationObject:
    kind = row.get("kind", "")
    if kind not in RECIPIENTS:
        raise ValueError(f"{shown(kind)} is no kind of recipient")
    hints = typing.get_type_hints(KINDS[kind])
    values = {
        name: _value(kind, name, text, hints.get(name)) for name, text in row.items() if text and name != "kind"
    }
    values = imports.tolerated(kind, values)
    item: OrganisationObject = objects.build(kind, objects.model_of(kind).model_validate(values))
    return item


def _value(kind: str, name: str, text: str, hint: Any) -> Any:
    if typing.get_origin(hint) is tuple:
        return text.replace(";", " ").split()
    if hint is bool:
        return {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(
            text.lower(), text
        )
    if hint is int and name not in SIZES[kind] and text.isascii() and text.isdecimal():
        return int(text)
    return text
