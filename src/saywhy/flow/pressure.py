"""Back pressure (spec F9): from how far the resources are used up to what is refused, slowed or held.

| resource | at medium | at high, besides |
|---|---|---|
| disks, memory of our processes | mail from strangers is refused at MAIL | all mail is |
| memory of the system | caches are emptied | |
| submission queue | MAIL from strangers is slowed, after 300 looks refused | MAIL of all is |
| commits | the same after 10 looks | that, and nothing is sent |

A stranger is who may not relay.  Files from Pickup and Replay wait while a worker
refuses them.  Left out, since there is no such part yet: conversion folders;
of the history of 30 polls that spec F9 gives the memory of processes it does not say what it is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from saywhy.model.pressure import Level, Reading, Resource, Thresholds

FIRST_DELAY, MORE_DELAY, MOST_DELAY = 10.0, 5.0, 55.0  # seconds at MAIL: at first, at each further look, at most
PATIENCE = {Resource.SUBMISSION: 300, Resource.COMMITS: 10}  # looks until slowing becomes refusing
_REFUSING = frozenset({Resource.QUEUE_DISK, Resource.LOG_DISK, Resource.PROCESS_MEMORY})


@dataclass(slots=True)
class _Watched:
    thresholds: Thresholds
    value: float = 0.0
    level: Level = Level.LOW
    override: Level | None = None
    looks: int = field(default=0)  # in a row above low

    @property
    def in_force(self) -> Level:
        return self.level if self.override is None else self.override


class Pressure:
    """stages.Pressure.  One worker's."""

    def __init__(self, thresholds: Mapping[Resource, Thresholds]) -> None:
        self._watched = {resource: _Watched(each) for resource, each in thresholds.items()}

    def look(self, values: Mapping[Resource, float], thresholds: Mapping[Resource, Thresholds]) -> list[Reading]:
        """Take new values in; what changed its level.  `thresholds` replace the old ones where given."""
        before = {resource: each.in_force for resource, each in self._watched.items()}
        for resource, each in self._watched.items():
            each.thresholds = thresholds.get(resource, each.thresholds)
            each.value = values.get(resource, each.value)
            each.level = each.thresholds.level(each.value, each.level)
            each.looks = each.looks + 1 if each.in_force > Level.LOW else 0
        return self._changed(before)

    def override(self, resource: Resource | None, level: Level | None) -> list[Reading]:
        """Set a level, or with None go by the values again; of all resources with None.  What changed."""
        before = {each: watched.in_force for each, watched in self._watched.items()}
        for each, watched in self._watched.items():
            if resource in (None, each):
                watched.override = level
                watched.looks = int(watched.in_force > Level.LOW)
        return self._changed(before)

    def _changed(self, before: Mapping[Resource, Level]) -> list[Reading]:
        return [
            self._reading(each) for each, watched in self._watched.items() if watched.in_force is not before[each]
        ]

    def readings(self) -> list[Reading]:
        return [self._reading(each) for each in self._watched]

    def _reading(self, resource: Resource) -> Reading:
        each = self._watched[resource]
        action = self._action(resource)
        return Reading(resource, each.value, each.in_force, each.thresholds, each.override is not None, action)

    def _action(self, resource: Resource) -> str:
        level = self._watched[resource].in_force
        if level is Level.LOW:
            return ""
        if resource is Resource.SYSTEM_MEMORY:
            return "caches are emptied"
        who = "all mail" if level is Level.HIGH else "mail from strangers"
        held = ", nothing is sent" if resource is Resource.COMMITS and level is Level.HIGH else ""
        return f"{who} is {'refused' if self._refuses(resource) else 'slowed'}{held}"

    # -- what the stages ask --

    def refuses(self, known: bool) -> str:
        """The name of the resource for which a message is refused at MAIL, or nothing."""
        return next((each.value for each in self._above(known) if self._refuses(each)), "")

    def delay(self, known: bool) -> float:
        """Seconds that MAIL waits for its answer."""
        looks = [self._watched[each].looks for each in self._above(known) if each in PATIENCE]
        if not looks:
            return 0.0
        return min(MOST_DELAY, FIRST_DELAY + MORE_DELAY * (max(looks) - 1))

    @property
    def sends(self) -> bool:
        return self._watched[Resource.COMMITS].in_force is not Level.HIGH

    @property
    def short_of_memory(self) -> bool:
        memory = (Resource.PROCESS_MEMORY, Resource.SYSTEM_MEMORY)
        return any(self._watched[each].in_force > Level.LOW for each in memory)

    def _above(self, known: bool) -> Iterable[Resource]:
        """What this client feels."""
        least = Level.HIGH if known else Level.MEDIUM
        return [each for each, watched in self._watched.items() if watched.in_force >= least]

    def _refuses(self, resource: Resource) -> bool:
        patience = PATIENCE.get(resource)
        if patience is not None:
            return self._watched[resource].looks > patience
        return resource in _REFUSING
