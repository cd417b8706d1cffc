"""Read the server settings from a TOML file."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saywhy.config.settings import Settings

PLACES = (Path("saywhy.toml"), Path("/etc/saywhy/saywhy.toml"))


def find_settings(environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file to use where none was named: SAYWHY_CONFIG, ./saywhy.toml, /etc/saywhy/saywhy.toml."""
    if named := environment.get("SAYWHY_CONFIG"):
        return Path(named)
    return next((place for place in PLACES if place.exists()), PLACES[-1])


def load_settings(path: Path) -> Settings:
    """ConfigError lists every fault at once."""
    return from_values(tomllib.loads(path.read_text()), path.parent)


def from_values(values: Mapping[str, Any], directory: Path) -> Settings:
    return Settings.model_validate(values, context={"directory": directory})
