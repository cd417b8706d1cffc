"""Read the server settings from a TOML file: every fault at once, paths made absolute.

What only the running host can tell (an address in use, a directory that cannot be written) is left to the server.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from saywhy.config import cross, declared, toml
from saywhy.config.complaints import Place
from saywhy.config.faults import ConfigError
from saywhy.config.locate import Lines
from saywhy.config.locate import Path as KeyPath
from saywhy.config.settings import Settings
from saywhy.config.toml import Source

PLACES = (Path("saywhy.toml"), Path("/etc/saywhy/saywhy.toml"))


def find_settings(environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file to use where none was named: SAYWHY_CONFIG, ./saywhy.toml, /etc/saywhy/saywhy.toml."""
    if named := environment.get("SAYWHY_CONFIG"):
        return Path(named)
    return next((place for place in PLACES if place.exists()), PLACES[-1])


def load_settings(path: Path) -> Settings:
    """ConfigError lists every fault at once."""
    return from_source(toml.read(path), path.parent)


def from_values(values: Mapping[str, Any], directory: Path) -> Settings:
    """Settings from a dict as TOML would give it; relative paths lie under `directory`."""
    return from_source(Source("settings", dict(values), Lines({})), directory)


def from_source(source: Source, directory: Path) -> Settings:
    try:
        settings = Settings.model_validate(source.values)
    except ValidationError as error:
        raise ConfigError(Place(source, _model_at).faults(error)) from None
    settings = _resolved(settings, directory.absolute())
    faults = cross.faults(settings, source)
    if faults:
        raise ConfigError(faults)
    return settings


def _resolved(settings: Settings, directory: Path) -> Settings:
    """The same settings with absolute paths."""
    home = directory / settings.server.data_dir
    log = settings.log.path
    file = settings.organisation.file
    return settings.model_copy(
        update={
            "server": settings.server.model_copy(update={"data_dir": home}),
            "tls": _under(home, settings.tls, "certificate", "key"),
            "store": _under(home, settings.store, "path"),
            "mailboxes": _under(home, settings.mailboxes, "path"),
            "control": _under(home, settings.control, "socket"),
            "log": settings.log if log == "-" else settings.log.model_copy(update={"path": str(home / log)}),
            "directory": _beside(directory, settings.directory, "file", "password_file", "ca_file"),
            "pickup": _beside(home, settings.pickup, "path"),
            "replay": _beside(home, settings.replay, "path"),
            "organisation": settings.organisation.model_copy(update={"file": file and directory / file}),
        }
    )


def _under(home: Path, section: BaseModel, *names: str) -> BaseModel:
    return section.model_copy(update={name: home / getattr(section, name) for name in names})


def _beside(directory: Path, section: BaseModel, *names: str) -> BaseModel:
    """Paths that may be missing, relative to `directory`."""
    given = {name: getattr(section, name) for name in names}
    return section.model_copy(update={name: directory / path for name, path in given.items() if path is not None})


def _model_at(path: KeyPath) -> type[BaseModel] | None:
    if not path:
        return Settings
    key = ".".join(map(str, (path[0], declared.NAME) if path[0] == "listeners" and len(path) == 2 else path))
    return declared.sections().get(key)
