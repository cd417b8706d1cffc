"""What is left of recipients that were removed: who leaves a tombstone, for how long, and how many are kept."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from saywhy.config.snapshot import organisation
from saywhy.infra.store.objects import MemoryObjects
from saywhy.infra.store.protocol import ObjectChange
from saywhy.model.address import Address
from saywhy.model.organisation import Group, Mailbox, OrganisationObject, Tombstone, TransportConfig
from saywhy.model.record import dump
from saywhy.operations import burying
from saywhy.operations.context import Context
from saywhy.server.burial import Burial
from saywhy.server.organisation import CurrentOrganisation
from tests.operations.conftest import NOW, Clock, Events, Run, refused

DAY = 86400.0


def at(name: str) -> Address:
    return Address.parse(f"{name}@worcester.example")


def stone(name: str, days: float) -> Tombstone:
    return Tombstone(name, "mailbox", (at(name),), NOW - days * DAY)


async def test_who_is_removed_is_listed_with_the_day_and_who_did_it(
    run: Run, context: Context, worcester: None
) -> None:
    await run("recipient remove", name="anna")
    [row] = (await run("recipient deleted")).rows
    assert row == {
        "name": "anna",
        "kind": "mailbox",
        "addresses": ["anna@worcester.example", "a@worcester.example"],
        "deleted": NOW,
        "by": context.actor,
    }
    assert (await run("recipient deleted", search="A@worc")).rows == (row,)
    assert (await run("recipient deleted", search="ben")).rows == ()
    assert "tombstone" not in (await run("org export")).text


async def test_an_organisation_file_without_somebody_buries_him_too_and_a_new_kind_does_not(
    run: Run, context: Context, worcester: None
) -> None:
    text = '[[domain]]\nname = "worcester.example"\n[[contact]]\nname = "anna"\nexternal = "x@y.example"\n'
    text += 'addresses = ["anna@worcester.example", "a@worcester.example"]\n'
    await run("org apply", file={"name": "o.toml", "text": text})
    assert [row["name"] for row in (await run("recipient deleted")).rows] == ["ben"]


async def test_whose_addresses_stay_taken_leaves_none(run: Run, worcester: None) -> None:
    await run("recipient remove", name="anna", keep_addresses=True)
    assert (await run("recipient deleted")).rows == ()


async def test_a_removed_recipient_can_be_forgotten(run: Run, worcester: None) -> None:
    await run("recipient remove", name="anna")
    error = await refused(run("recipient forget", name="ana"))
    assert error.cure == "did you mean anna?"
    await run("recipient forget", name="Anna")
    assert (await run("recipient deleted")).rows == ()


def rows(*items: OrganisationObject, **config: float) -> list[tuple[str, bool]]:
    """What burying anna and ben changes: name, and whether it is put."""
    seen = organisation(1, [*items, TransportConfig(**config)])  # type: ignore[arg-type]
    edits = [(Mailbox(name, (at(name),)), None) for name in ("anna", "ben")]
    return [(change.name, change.data is not None) for change in burying.changes(seen, edits, NOW, "root")]


def test_with_a_new_tombstone_those_leave_that_have_had_their_time() -> None:
    made = [("anna", True), ("ben", True)]
    assert rows() == made
    assert rows(stone("carl", 29), stone("dora", 31)) == [("dora", False), *made]
    assert rows(stone("anna", 40)) == made  # its place is taken
    assert rows(stone("carl", 29), tombstone_age=DAY) == [("carl", False), *made]
    assert rows(stone("carl", 29), tombstone_age=0) == []


def test_no_more_than_so_many_are_kept_the_last_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burying, "MOST", 3)
    assert rows(stone("carl", 1), stone("dora", 2)) == [("dora", False), ("anna", True), ("ben", True)]


def test_groups_leave_one_as_well() -> None:
    group = Group("staff", (at("staff"),), (at("anna"),))
    [change] = burying.changes(organisation(1, []), [(group, None)], NOW, "")
    assert change.data == dump(Tombstone("staff", "group", (at("staff"),), NOW))


async def test_the_supervisor_takes_away_what_has_had_its_time() -> None:
    current = CurrentOrganisation(MemoryObjects())
    await current.reload()
    stones = [stone("carl", 29), stone("dora", 31)]
    await current.change(0, [ObjectChange("tombstone", each.name, dump(each)) for each in stones])
    burial = Burial(current, Events(), Clock())
    assert await burial.look() == 1
    assert [*current().tombstones] == ["carl"]
    assert await burial.look() == 0
    assert current().revision == 2
    burial.start()
    await asyncio.sleep(0)
    await burial.stop()


def test_a_tombstone_says_who_when_and_by_whom() -> None:
    assert str(stone("anna", 0)) == "mailbox anna, deleted 2026-11-18 11:06:40Z"
    assert str(dataclasses.replace(stone("anna", 0), by="root")).endswith("Z by root")
