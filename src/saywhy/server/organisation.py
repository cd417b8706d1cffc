"""The organisation in force: one immutable snapshot per revision, replaced whole.

The process that owns the objects has a `CurrentOrganisation`: it writes changes and tells them to the `followers`.
Each worker has a `FollowedOrganisation`, which begins with all objects and is told every `Step` after that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from saywhy.config.snapshot import Change, Table, key_of, kind_of
from saywhy.infra.store.objects import ObjectStore
from saywhy.infra.store.protocol import ObjectChange
from saywhy.model.organisation import Organisation, OrganisationObject
from saywhy.model.record import dump


@dataclass(frozen=True, slots=True)
class Step:
    """How `revision` comes out of the one before it."""

    revision: int
    changes: tuple[Change, ...]


Follower = Callable[[Step], Awaitable[None]]


class FollowedOrganisation:
    """Call it for the snapshot in force.  `changed` are told after each new revision.

    `share` makes of the organisation what this process works with (its part of the limits).
    """

    def __init__(self, share: Callable[[Organisation], Organisation] = lambda whole: whole) -> None:
        self._share = share
        self._table = Table()
        self._current = share(self._table.snapshot())
        self.changed: list[Callable[[], None]] = []

    def __call__(self) -> Organisation:
        return self._current

    def begin(self, table: Table) -> None:
        """Keeps `table`, which must be nobody else's."""
        self._table = table
        self._renew()

    def table(self) -> Table:
        """All objects, for somebody who is to follow."""
        return self._table.copy()

    def follow(self, step: Step) -> None:
        """ValueError, and no change, when a row cannot be read, or when a step was missed."""
        if step.revision != self._table.revision + 1:
            raise ValueError(f"revision {step.revision} does not follow {self._table.revision}")
        self._table.change(step.revision, step.changes)
        self._renew()

    def _renew(self) -> None:
        self._current = self._share(self._table.snapshot())
        for tell in self.changed:
            tell()


class CurrentOrganisation:
    """The same where the objects are kept; `change` returns when all `followers` have the new revision."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._own = FollowedOrganisation()
        self.changed = self._own.changed
        self.table = self._own.table
        self.followers: list[Follower] = []

    def __call__(self) -> Organisation:
        return self._own()

    async def reload(self) -> None:
        """Read the store's revision again; ValueError when a row cannot be read."""
        self._own.begin(Table(*await self._store.objects()))

    async def fill(self, objects: Iterable[OrganisationObject]) -> bool:
        """Put `objects` into a store that never had any; False, and nothing done, when it has."""
        revision, rows = await self._store.objects()
        if revision or rows:
            return False
        puts = [ObjectChange(kind_of(item), key_of(item), dump(item)) for item in objects]
        await self.change(revision, puts)
        return True

    async def change(self, revision: int, changes: Sequence[ObjectChange]) -> int:
        """Write `changes` on top of `revision` (RevisionConflict if that is not current) and act on them."""
        new = await self._store.change_objects(revision, changes)
        step = Step(new, tuple((change.kind, change.name, change.data) for change in changes))
        self._own.follow(step)
        for follower in self.followers:
            await follower(step)
        return new

    async def backup(self, directory: Path) -> None:
        await self._store.backup(directory)
