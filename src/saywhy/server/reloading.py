"""New settings in a running server: which can be in force at once, and which need a restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from saywhy.config.declared import reloads
from saywhy.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Reloaded:
    """`settings` are in force from now on; `taken` and `waiting` name what differs from those before."""

    settings: Settings
    taken: tuple[str, ...]
    waiting: tuple[str, ...]

    def __str__(self) -> str:
        parts = ["log reopened"]
        if self.taken:
            parts.append(f"now in force: {', '.join(self.taken)}")
        if self.waiting:
            parts.append(f"changed, but in force after a restart only: {', '.join(self.waiting)}")
        return "; ".join(parts)


def reloaded(old: Settings, new: Settings) -> Reloaded:
    """`old` with what of `new` needs no restart."""
    sections: dict[str, BaseModel] = {}
    taken: list[str] = []
    waiting: list[str] = []
    for section in Settings.model_fields:
        before, after = getattr(old, section), getattr(new, section)
        if not isinstance(before, BaseModel):  # the listeners
            waiting += [section] if before != after else []
            continue
        update: dict[str, Any] = {}
        for name, field in type(before).model_fields.items():
            if getattr(before, name) == getattr(after, name):
                continue
            if reloads(field):
                update[name] = getattr(after, name)
            (taken if reloads(field) else waiting).append(f"{section}.{name}")
        sections[section] = before.model_copy(update=update)
    return Reloaded(old.model_copy(update=sections), tuple(taken), tuple(waiting))
