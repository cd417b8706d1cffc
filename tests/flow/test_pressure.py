"""Spec F9's table: levels with hysteresis, and what is refused, slowed or held at each."""

from __future__ import annotations

import pytest

from saywhy.config.settings import PressureSettings
from saywhy.flow.pressure import Pressure
from saywhy.model.pressure import Level, Resource, Thresholds
from saywhy.server.pressure import thresholds

LOW, MEDIUM, HIGH = Level
MARKS = thresholds(PressureSettings())


def at(resource: Resource, *values: float) -> Pressure:
    """After a look at each value."""
    pressure = Pressure(MARKS)
    for value in values:
        pressure.look({resource: value}, {})
    return pressure


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ((95, 96, 98.9, 99, 97, 96.9, 94, 93.9), (LOW, MEDIUM, MEDIUM, HIGH, HIGH, MEDIUM, MEDIUM, LOW)),
        ((100, 50, 94), (HIGH, LOW, LOW)),
        ((100, 96.5, 98), (HIGH, MEDIUM, MEDIUM)),
    ],
)
def test_a_level_rises_at_its_mark_and_falls_below_the_lower_one(
    values: tuple[float, ...], levels: tuple[Level, ...]
) -> None:
    level, found = LOW, []
    for value in values:
        level = MARKS[Resource.QUEUE_DISK].level(value, level)
        found.append(level)
    assert tuple(found) == levels


def test_a_lower_high_mark_takes_the_others_with_it() -> None:
    assert Thresholds(96, 99, 97, 94).lowered(90) == Thresholds(87, 90, 88, 85)
    assert Thresholds(96, 99, 97, 94).lowered(99.9) == Thresholds(96, 99, 97, 94)


@pytest.mark.parametrize("resource", [Resource.QUEUE_DISK, Resource.LOG_DISK, Resource.PROCESS_MEMORY])
def test_a_short_disk_refuses_strangers_first_and_then_all(resource: Resource) -> None:
    marks = MARKS[resource]
    assert (at(resource, marks.medium - 1).refuses(known=False), at(resource, 1).readings()[0].action) == ("", "")
    medium, high = at(resource, marks.medium), at(resource, marks.high)
    assert (medium.refuses(known=False), medium.refuses(known=True)) == (resource.value, "")
    assert (high.refuses(known=False), high.refuses(known=True)) == (resource.value, resource.value)
    assert medium.sends
    assert high.sends


def test_a_long_submission_queue_slows_strangers_and_refuses_them_after_300_looks() -> None:
    pressure = at(Resource.SUBMISSION, 9999)
    assert (pressure.delay(known=False), pressure.delay(known=True), pressure.refuses(known=False)) == (10, 0, "")
    for _ in range(4):
        pressure.look({}, {})
    assert pressure.delay(known=False) == 30
    for _ in range(295):
        pressure.look({}, {})
    assert (pressure.delay(known=False), pressure.refuses(known=False)) == (55, "")
    pressure.look({}, {})
    assert (pressure.refuses(known=False), pressure.refuses(known=True)) == ("submission-queue", "")


def test_too_many_commits_hold_what_is_sent_at_high_and_refuse_after_ten_looks() -> None:
    pressure = at(Resource.COMMITS, 1500)
    assert not pressure.sends
    assert (pressure.delay(known=True), pressure.refuses(known=True)) == (10, "")
    for _ in range(10):
        pressure.look({}, {})
    assert pressure.refuses(known=True) == "commits"
    pressure.look({Resource.COMMITS: 999}, {})
    assert pressure.sends
    pressure.look({Resource.COMMITS: 0}, {})
    assert (pressure.delay(known=False), pressure.refuses(known=False)) == (0, "")


def test_a_short_memory_of_the_machine_refuses_nothing_and_empties_caches() -> None:
    pressure = at(Resource.SYSTEM_MEMORY, 99)
    assert pressure.short_of_memory
    assert pressure.refuses(known=False) == ""
    assert pressure.delay(known=False) == 0


def test_an_override_stands_against_the_meter_until_it_is_cleared() -> None:
    pressure = at(Resource.QUEUE_DISK, 10)
    [changed] = pressure.override(Resource.QUEUE_DISK, HIGH)
    assert (changed.level, changed.override, changed.action) == (HIGH, True, "all mail is refused")
    assert pressure.look({Resource.QUEUE_DISK: 20}, {}) == []
    assert pressure.refuses(known=True) == "queue-disk"
    [changed] = pressure.override(None, None)
    assert (changed.level, changed.override, pressure.refuses(known=False)) == (LOW, False, "")


def test_only_what_changes_its_level_is_told() -> None:
    pressure = Pressure(MARKS)
    assert pressure.look({Resource.LOG_DISK: 88, Resource.QUEUE_DISK: 50}, {}) == []
    assert [each.resource for each in pressure.look({Resource.LOG_DISK: 89}, {})] == [Resource.LOG_DISK]
    assert pressure.look({Resource.LOG_DISK: 85}, {}) == []
    [recovered] = pressure.look({Resource.LOG_DISK: 79}, {})
    assert recovered.level is LOW
