"""Check a settings file and the organisation file that it names, as far as files alone can tell."""

from __future__ import annotations

from pathlib import Path

from saywhy.config import defaults, load, toml
from saywhy.config.faults import ConfigError, Fault
from saywhy.config.organisation import load_organisation
from saywhy.config.settings import Settings
from saywhy.config.toml import Source
from saywhy.model.organisation import OrganisationObject, ReceiveConnector


def check(path: Path) -> list[Fault]:
    """Every fault of both files; empty when they can be used."""
    try:
        source = toml.read(path)
        settings = load.from_source(source, path.parent)
        if settings.organisation.file is None:
            return []
        items = load_organisation(settings.organisation.file, settings.listeners)
    except ConfigError as error:
        return list(error.faults)
    return _unserved(settings, source, items)


def _unserved(settings: Settings, source: Source, items: tuple[OrganisationObject, ...]) -> list[Fault]:
    """Listeners whose connections nothing would take."""
    connectors = [item for item in items if isinstance(item, ReceiveConnector)] or defaults.RECEIVE
    served = {name for connector in connectors for name in connector.listeners}
    return [
        Fault(
            source.name,
            source.lines.of(("listeners", name)),
            f"listeners.{name}",
            "no receive connector takes this listener",
            f"name it in a [[receive_connector]] of {settings.organisation.file}, or remove it",
        )
        for name in settings.listeners
        if name not in served
    ]
