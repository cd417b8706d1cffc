"""The parameters of `recipient add` and `recipient set`, made from the fields of the objects.

A list has a parameter for its single item (`--member`, for `members`), a switch takes yes or no, a size is written
with its unit.  The sentences are those of the settings (config/object_docs).
"""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from saywhy.config.object_docs import DOCS, SIZES
from saywhy.config.units import size
from saywhy.config.words import shown
from saywhy.model.address import Address
from saywhy.model.organisation import KINDS, DirectoryObject
from saywhy.operations.declaration import OperationError, Parameter, Type

RECIPIENTS = ("mailbox", "contact", "group", "folder")
_GIVEN = ("name", "addresses")  # are parameters of their own
_SINGULAR = {
    "members": "member", "delegates": "delegate", "moderators": "moderator", "attributes": "attribute",
    "permissions": "permission", "languages": "language", "other_addresses": "other_address",
}  # fmt: skip
_PLURAL = {single: field for field, single in _SINGULAR.items()}
# What only imports bring, beside the property that takes its place when it is set.
_IMPORTED = {"external": "bad_external", "members": "bad_members", "home": "home_unclear"}
YES_NO = ("yes", "no")


def parameters() -> tuple[Parameter, ...]:
    """One for each field that any kind of recipient has."""
    kinds: dict[str, list[str]] = {}
    for kind in RECIPIENTS:
        for field in _fields(kind):
            if field.name not in _IMPORTED.values():
                kinds.setdefault(field.name, []).append(kind)
    return tuple(_parameter(name, holders) for name, holders in kinds.items())


def fields_of(cls: type, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as `given` -> values of the object's fields; OperationError where one does not fit."""
    kind = next(kind for kind, each in KINDS.items() if each is cls)
    hints = typing.get_type_hints(cls)
    out = {}
    for name, value in given.items():
        if value in (None, "", (), 0):  # not given
            continue
        field = _PLURAL.get(name, name)
        if field not in hints:
            raise OperationError(
                "usage", what, f"a {kind} has no --{_dashed(name)}", f"leave it out{_kinds(field)}"
            )
        out[field] = _value(what, name, value, kind, field, hints[field])
        if field in _IMPORTED:
            out[_IMPORTED[field]] = cls.__dataclass_fields__[_IMPORTED[field]].default  # type: ignore[attr-defined]
    return out


def cleared(item: DirectoryObject, what: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The defaults of the fields named (`--clear forwarding-address`)."""
    defaults = {field.name: field.default for field in _fields(_kind(item))}
    out = {}
    for name in names:
        field = _PLURAL.get(name.replace("-", "_"), name.replace("-", "_"))
        if field not in defaults:
            raise OperationError("usage", what, f"a {_kind(item)} has no {shown(name)}", "leave it out")
        out[field] = defaults[field]
    return out


def _kind(item: DirectoryObject) -> str:
    return next(kind for kind, cls in KINDS.items() if cls is type(item))


def _fields(kind: str) -> Iterator[dataclasses.Field[Any]]:
    own = KINDS[kind].__annotations__
    ordered = sorted(dataclasses.fields(KINDS[kind]), key=lambda field: field.name not in own)
    return (field for field in ordered if field.name not in _GIVEN)


def _kinds(field: str) -> str:
    holders = [kind for kind in RECIPIENTS if field in {each.name for each in _fields(kind)}]
    return f", or add a {' or '.join(holders)}" if holders else ""


def _parameter(field: str, kinds: list[str]) -> Parameter:
    hints = [typing.get_type_hints(KINDS[kind])[field] for kind in kinds]
    text = DOCS[kinds[0]][field]
    if len(kinds) < len(RECIPIENTS):
        text = f"({', '.join(kinds)}) {text}"
    hint = hints[0]
    repeated = typing.get_origin(hint) is tuple
    inner = typing.get_args(hint)[0] if repeated or hint == Address | None else hint
    choices: tuple[str, ...] = ()
    if inner is bool:
        choices = YES_NO
    elif isinstance(inner, type) and issubclass(inner, enum.Enum):
        choices = tuple(dict.fromkeys(value.value for each in hints for value in each))
    type_ = Type.ADDRESS if inner is Address else Type.NUMBER if _is_number(kinds[0], field, inner) else Type.TEXT
    default = 0 if type_ is Type.NUMBER else ""
    return Parameter(_SINGULAR.get(field, field), text, type_, repeated=repeated, choices=choices, default=default)


def _is_number(kind: str, field: str, hint: Any) -> bool:
    return hint is int and field not in SIZES[kind]


def _value(what: str, name: str, value: Any, kind: str, field: str, hint: Any) -> Any:
    try:
        if hint is bool:
            return value == "yes"
        if field in SIZES[kind]:
            return size(value)
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            return hint(value)
    except ValueError:
        cure = (
            'write it as "10 MB"' if field in SIZES[kind] else f"choose one of {', '.join(e.value for e in hint)}"
        )
        raise OperationError("usage", what, f"--{_dashed(name)}: {shown(value)} does not fit", cure) from None
    return value


def _dashed(name: str) -> str:
    return name.replace("_", "-")
