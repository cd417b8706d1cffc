"""Values to JSON objects and back, for the store and the control socket.

A dataclass becomes an object without the fields that hold their default; Address and Status become their text;
enums their value; tuples lists.  `load` undoes `dump` exactly (a property test proves it for every value).
"""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, TypeVar

from saywhy.model.address import Address
from saywhy.model.status import Status

T = TypeVar("T")
Converter = Callable[[Any], Any]


def dump(value: Any) -> Any:
    """A value of the model -> what `json` can write."""
    return _dumper(typing.cast(Hashable, type(value)))(value)


def load(cls: type[T], data: Any) -> T:
    """What `dump` made of a `cls` -> an equal value; TypeError, KeyError or ValueError for anything else."""
    return typing.cast(T, _loader(typing.cast(Hashable, cls))(data))


def encoder(default: Callable[[Any], Any] | None = None, *, allow_nan: bool = True) -> Callable[[Any], str]:
    """A function that writes compact ASCII JSON: any `str` in it can be bound in SQL, logged and read back.

    `json.JSONEncoder.encode` makes a new C encoder at each call, which for values of our size takes as long as
    the writing; where the C encoder is to be had it is made once.  Nothing here is circular.
    """
    slow = json.JSONEncoder(separators=(",", ":"), allow_nan=allow_nan, default=default)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return slow.encode
    text = json.encoder.encode_basestring_ascii
    fast = make(None, slow.default, text, None, ":", ",", False, False, allow_nan)
    return lambda value: "".join(fast(value, 0))


def dumps(value: Any) -> str:
    return json.dumps(dump(value), ensure_ascii=False, separators=(",", ":"))


def loads(cls: type[T], text: str | bytes) -> T:
    return load(cls, json.loads(text))


_AS_IT_IS = (str, int, float, bool, type(None))
_REQUIRED = object()


@cache
def _dumper(cls: Any) -> Converter:
    """How the values of one class are dumped: found out once, since it is done for every message."""
    if cls in _AS_IT_IS:
        return lambda value: value
    if issubclass(cls, enum.Enum):
        return lambda value: value.value
    if cls in (tuple, list):
        return lambda value: [dump(item) for item in value]
    if cls in (Address, Status) or issubclass(cls, tuple):  # NamedTuple: QueueId
        return str
    if issubclass(cls, dict):
        return lambda value: {key: dump(item) for key, item in value.items()}
    return _class_dumper(cls)


def _class_dumper(cls: type) -> Converter:
    """A function written for the fields of `cls`, as dataclasses write their own: half the time of a loop."""
    hints = typing.get_type_hints(cls)
    known: dict[str, Any] = {"dump": dump}
    lines = ["def write(value):", "    out = {}"]
    for field in dataclasses.fields(cls):
        name = field.name
        known[f"default_{name}"] = _default(field)
        written = "item" if hints[name] in _AS_IT_IS else "dump(item)"
        lines += [
            f"    item = value.{name}",
            f"    if item is not default_{name} and item != default_{name}:",
            f"        out[{name!r}] = {written}",
        ]
    exec("\n".join([*lines, "    return out"]), known)  # noqa: S102 - of names in our own code
    return typing.cast(Converter, known["write"])


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    return _REQUIRED if field.default_factory is dataclasses.MISSING else field.default_factory()


@cache
def _loader(hint: Any) -> Converter:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inner = next(arg for arg in typing.get_args(hint) if arg is not type(None))
        convert = _loader(inner)
        return lambda data: None if data is None else convert(data)
    if origin is tuple:
        item = _loader(typing.get_args(hint)[0])
        return lambda data: tuple(item(entry) for entry in _checked(data, list))
    if hint in (str, int, float, bool):
        accepted = (float, int) if hint is float else (hint,)
        return lambda data: _checked(data, *accepted)
    if not isinstance(hint, type):  # Mapping[str, ...]: facts as they are
        return lambda data: _checked(data, dict)
    return _class_loader(hint)


def _checked(data: Any, *accepted: type) -> Any:
    """True is no number here, although Python says so."""
    if type(data) in accepted:
        return data
    raise TypeError(f"{data!r:.100} is no {accepted[0].__name__}")


def _class_loader(cls: type) -> Converter:
    parse = getattr(cls, "parse", None)
    if (parse is not None and not dataclasses.is_dataclass(cls)) or cls in (Address, Status):
        read = typing.cast(Converter, parse)
        return lambda data: read(_checked(data, str))
    if issubclass(cls, enum.Enum):
        return cls
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"{cls.__name__} is no value of the model")
    loaders: dict[str, Converter] = {}

    def build(data: dict[str, Any]) -> Any:
        if not loaders:
            hints = typing.get_type_hints(cls)
            # Whole or not at all: threads that meet here must not see a part.
            loaders.update({field.name: _loader(hints[field.name]) for field in dataclasses.fields(cls)})
        return cls(**{name: loaders[name](item) for name, item in _checked(data, dict).items()})

    return build
