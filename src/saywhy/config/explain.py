"""Every setting explained: what it means, its default, and in a given file its value and where it was set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from saywhy.config import load, objects, toml
from saywhy.config.declared import NAME, Declared, declared, field_unit, sections, server_settings, written
from saywhy.config.locate import Path as KeyPath
from saywhy.config.settings import Settings
from saywhy.config.toml import Source
from saywhy.config.words import nearest

NOT_SET = "not set"


@dataclass(frozen=True, slots=True)
class Explained:
    """A setting with its value in force; `where` is the file and line that set it, or how it came about."""

    setting: Declared
    key: str
    value: str
    where: str


def object_settings() -> Iterator[Declared]:
    """The fields of the organisation objects, keyed by their table: `receive_connector.max_hops`."""
    for kind in objects.TABLES:
        for name, field in objects.model_of(kind).model_fields.items():
            yield declared(f"{objects.TABLES[kind]}.{name}", field)


def select(key: str) -> list[Declared]:
    """The settings that `key` covers: one, a section, or all when it is empty."""
    everything = [*server_settings(), *object_settings()]
    return [item for item in everything if not key or item.key == key or item.key.startswith(f"{key}.")]


def near_key(key: str) -> str:
    """The setting or section most like `key`; empty when none is."""
    keys = {item.key for item in (*server_settings(), *object_settings())}
    return nearest(key, keys | {item.rpartition(".")[0] for item in keys})


def in_force(path: Path) -> list[Explained]:
    """Every server setting as a file makes it; ConfigError when the file cannot be used."""
    source = toml.read(path)
    settings = load.from_source(source, path.parent)
    return [*_listeners(settings, source), *_plain(settings, source)]


def _plain(settings: Settings, source: Source) -> Iterator[Explained]:
    for section in sections():
        if NAME in section:
            continue
        for name, field in sections()[section].model_fields.items():
            value = getattr(getattr(settings, section), name)
            setting = declared(f"{section}.{name}", field)
            yield Explained(
                setting, setting.key, written(value, field_unit(field)) or NOT_SET, _where(source, (section, name))
            )


def _listeners(settings: Settings, source: Source) -> Iterator[Explained]:
    for listener, values in settings.listeners.items():
        for name, field in type(values).model_fields.items():
            setting = declared(f"listeners.{NAME}.{name}", field)
            value = written(getattr(values, name))
            yield Explained(
                setting, f"listeners.{listener}.{name}", value, _where(source, ("listeners", listener, name))
            )


def _where(source: Source, path: KeyPath) -> str:
    return f"{source.name}, line {source.lines.of(path)}" if source.lines.has(path) else "default"
