"""A recipient that is removed leaves a tombstone, for a while (spec E: 30 d; A2 5.1.1 f).

Whatever removes it: `recipient remove`, or `org apply` of a file without it.  One with the same name takes the
place of an older tombstone; one whose addresses stay taken (`--keep-addresses`) leaves none.
"""

from __future__ import annotations

from collections.abc import Iterable

from saywhy.config.snapshot import key_of, kind_of
from saywhy.infra.store.protocol import ObjectChange
from saywhy.model.organisation import DirectoryObject, Organisation, OrganisationObject, Tombstone
from saywhy.model.record import dump
from saywhy.model.tombstone import MOST

Pairs = Iterable[tuple[OrganisationObject | None, OrganisationObject | None]]  # what was, and what takes its place


def changes(seen: Organisation, edits: Pairs, now: float, actor: str) -> list[ObjectChange]:
    """What `edits` add and what has had its time."""
    if not seen.transport.tombstone_age:
        return []
    edits = list(edits)
    alive = {address.key for _, new in edits if isinstance(new, DirectoryObject) for address in new.addresses}
    made = [
        Tombstone(old.name, kind_of(old), lost, now, actor)
        for old, new in edits
        if new is None and isinstance(old, DirectoryObject)
        if (lost := tuple(each for each in old.addresses if each.key not in alive))
    ][:MOST]
    if not made:
        return []
    fresh = {key_of(each) for each in made}
    gone = [each for each in leaving(seen, now, MOST - len(made)) if key_of(each) not in fresh]
    return [
        *(ObjectChange("tombstone", key_of(each), None) for each in gone),
        *(ObjectChange("tombstone", key_of(each), dump(each)) for each in made),
    ]


def leaving(seen: Organisation, now: float, room: int = MOST) -> list[Tombstone]:
    """Those older than `tombstone_age`, and the oldest of more than there is `room` for."""
    oldest_first = sorted(seen.tombstones.values(), key=lambda each: each.at)
    end = now - seen.transport.tombstone_age
    surplus = max(0, len(oldest_first) - room)
    return [each for number, each in enumerate(oldest_first) if number < surplus or each.at < end]
