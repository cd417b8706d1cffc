"""The settings file of a server on loopback that is started for a while: in the laboratory, the demo, tests.

One piece for all of them, so that what such a server needs (a DNS that is ours, a log beside its data, an
organisation's file) stands once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Table = Mapping[str, object]

NO_DNS = ("127.0.0.1", 9)  # the discard port: nothing answers


def settings_text(
    listeners: Mapping[str, Table],
    *,
    hostname: str = "mail.worcester.example",
    nameserver: tuple[str, int] = NO_DNS,
    **more: Table,
) -> str:
    """TOML.  `listeners` by name, at a free port unless they have an `address`; `more` adds to tables."""
    tables: dict[str, dict[str, object]] = {
        "server": {"hostname": hostname, "data_dir": "data"},
        **{f"listeners.{name}": {"address": "127.0.0.1:0", **table} for name, table in listeners.items()},
        "dns": {"nameservers": [nameserver[0]], "port": nameserver[1]},
        "log": {"path": "events.jsonl"},
        "organisation": {"file": "organisation.toml"},
    }
    for name, table in more.items():
        tables.setdefault(name, {}).update(table)
    return "\n".join(f"[{name}]\n{_lines(table)}" for name, table in tables.items())


def write_papers(folder: Path, settings: str, organisation: str) -> Path:
    """The settings' file."""
    path = folder / "saywhy.toml"
    path.write_text(settings)
    (folder / "organisation.toml").write_text(organisation)
    return path


def _lines(table: Table) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
