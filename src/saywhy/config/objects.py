"""The fields of the organisation objects as an administrator writes them: what each means, and in which unit.

The fields, their types and their defaults are the model's own (model/organisation); here stand the sentences of
the documentation and what the types alone do not say.  `model_of` makes of both a pydantic model that reads one
object.  Adding a field to the model without a line here fails the tests.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, create_model

from saywhy.config import checks
from saywhy.config.object_docs import DOCS, DURATIONS, SIZES
from saywhy.model.address import Address
from saywhy.model.organisation import KINDS, STATE

TABLES: Mapping[str, str] = {kind: kind.replace("-", "_") for kind in KINDS if kind not in STATE}  # of the file
SINGLE = "transport"  # the one kind that is a [table], not an array of them

Duration = Annotated[float, BeforeValidator(checks.duration)]
WholeDuration = Annotated[int, BeforeValidator(checks.whole_duration)]
Size = Annotated[int, BeforeValidator(checks.size)]
AddressText = Annotated[Address, PlainValidator(checks.address)]
Text = Annotated[str, BeforeValidator(checks.text)]


@cache
def model_of(kind: str) -> type[BaseModel]:
    """The pydantic model that reads one object of `kind`; its fields are documented as settings are."""
    cls = KINDS[kind]
    hints = typing.get_type_hints(cls)
    fields: dict[str, Any] = {}
    for field in fields_of(cls):
        if kind == SINGLE and field.name == "name":
            continue
        unit = unit_of(kind, field.name, hints[field.name])
        default = ... if field.default is dataclasses.MISSING else field.default
        declared = Field(default, description=DOCS[kind][field.name], json_schema_extra={"unit": unit})
        fields[field.name] = (_annotation(kind, field.name, hints[field.name]), declared)
    return create_model(kind, __config__=ConfigDict(extra="forbid", strict=True), **fields)


def fields_of(cls: type) -> list[dataclasses.Field[Any]]:
    """In the order of writing: what must be given, then a kind's own, then what all share."""
    fields = dataclasses.fields(cls)
    own = cls.__annotations__
    return sorted(fields, key=lambda field: (field.default is not dataclasses.MISSING, field.name not in own))


def build(kind: str, values: BaseModel) -> Any:
    """The validated values of one table -> the object of the model."""
    fields = {name: getattr(values, name) for name in type(values).model_fields}
    return KINDS[kind](**fields)


def unit_of(kind: str, name: str, hint: Any) -> str:
    if name in DURATIONS[kind]:
        return "duration"
    if name in SIZES[kind]:
        return "size"
    if hint in (Address, Address | None):
        return "address"
    return "addresses" if Address in typing.get_args(hint) else ""


def _annotation(kind: str, name: str, hint: Any) -> Any:
    if name in DURATIONS[kind]:
        return WholeDuration if hint is int else Duration
    if name in SIZES[kind]:
        return Size
    if typing.get_origin(hint) is tuple:
        item = typing.get_args(hint)[0]
        return Annotated[types.GenericAlias(tuple, (_item(item), ...)), Field(strict=False)]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return Annotated[hint, Field(strict=False)]
    return _item(hint)


def _item(hint: Any) -> Any:
    if hint is Address:
        return AddressText
    if hint == Address | None:
        return AddressText | None
    return Text if hint is str else hint
