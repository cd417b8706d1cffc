"""The declarations as a list: what `config explain`, docs/settings.md and the cures of faults are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from saywhy.config.settings import Listener, Settings
from saywhy.config.units import format_duration, format_size

NAME = "NAME"  # stands for the name that an administrator chose


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting.  `key` is dotted, `default` as it would be written, `required` when it has none."""

    key: str
    default: str
    unit: str
    doc: str
    required: bool = False
    reload: bool = False

    @property
    def summary(self) -> str:
        """The first sentence of the documentation, without its full stop."""
        return self.doc.partition(".  ")[0].rstrip(".")

    @property
    def example(self) -> str:
        """The line to write: `hostname = "..."`."""
        return f"{self.key.rpartition('.')[2]} = {self.default or '...'}"


def sections() -> Mapping[str, type[BaseModel]]:
    """`server`, `listeners.NAME`, and so on, in the order of the documentation."""
    out: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        if name == "listeners":
            out[f"listeners.{NAME}"] = Listener
        else:
            out[name] = cast(type[BaseModel], field.annotation)
    return out


def server_settings() -> Iterator[Declared]:
    for section, model in sections().items():
        for name, field in model.model_fields.items():
            yield declared(f"{section}.{name}", field)


def declared(key: str, field: FieldInfo) -> Declared:
    unit = field_unit(field)
    required = field.is_required()
    default = "" if required else written(field.get_default(call_default_factory=False), unit)
    return Declared(key, default, unit, field.description or "", required, reloads(field))


def field_unit(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def reloads(field: FieldInfo) -> bool:
    """Is a change in force after a reload, without a restart?"""
    extra = field.json_schema_extra
    return bool(extra.get("reload")) if isinstance(extra, dict) else False


def written(value: Any, unit: str = "") -> str:
    """A value as one would write it in the file; empty for none."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() | int() if unit == "duration":
            return f'"{format_duration(value)}"'
        case int() if unit == "size":
            return f'"{format_size(value)}"'
        case int() | float():
            return str(value)
        case str() | Path():
            return f'"{value}"'
        case tuple() if not hasattr(value, "_fields"):
            return "[" + ", ".join(written(item) for item in value) + "]"
    return f'"{getattr(value, "value", value)}"'
