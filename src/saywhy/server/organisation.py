"""The organisation in force: one immutable snapshot per revision, replaced whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from saywhy.config.snapshot import key_of, kind_of, snapshot
from saywhy.infra.store.protocol import ObjectChange, Store
from saywhy.model.event import Event
from saywhy.model.organisation import Organisation, OrganisationObject
from saywhy.model.record import dump


class CurrentOrganisation:
    """Call it for the snapshot in force.  `changed` are told after each new revision."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._current = Organisation()
        self.changed: list[Callable[[], None]] = []

    def __call__(self) -> Organisation:
        return self._current

    async def reload(self) -> None:
        """Read the store's revision again."""
        revision, rows = await self._store.objects()
        self._current = snapshot(revision, rows)
        for tell in self.changed:
            tell()

    async def fill(self, objects: Iterable[OrganisationObject]) -> bool:
        """Put `objects` into a store that never had any; False, and nothing done, when it has."""
        revision, rows = await self._store.objects()
        if revision or rows:
            return False
        puts = [ObjectChange(kind_of(item), key_of(item), dump(item)) for item in objects]
        await self.change(revision, puts)
        return True

    async def change(self, revision: int, changes: Sequence[ObjectChange], events: Sequence[Event] = ()) -> int:
        """Write `changes` on top of `revision` (RevisionConflict if that is not current) and act on them."""
        new: int = await self._store.change_objects(revision, changes, events)
        await self.reload()
        return new
