"""Change the organisation: put, replace and remove objects, all or none, after the rules have been asked.

A change is refused for what it would newly break; what was wrong before does not stand in the way of mending it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from saywhy.config import rules
from saywhy.config.object_rules import Violation
from saywhy.config.snapshot import key_of, kind_of, stored
from saywhy.infra.store.protocol import ObjectChange
from saywhy.model.event import Event, Kind
from saywhy.model.organisation import Organisation, OrganisationObject
from saywhy.model.record import dump
from saywhy.operations import burying, report_switches
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError

MAX_DETAILS = 20


@dataclass(frozen=True, slots=True)
class Edit:
    """Put `new` in the place of `old`; either may be missing."""

    old: OrganisationObject | None = None
    new: OrganisationObject | None = None

    @property
    def item(self) -> OrganisationObject:
        item = self.new or self.old
        if item is None:
            raise ValueError("an edit needs an object")
        return item

    @property
    def action(self) -> str:
        if self.old is None:
            return "add"
        return "remove" if self.new is None else "change"


def name_of(item: OrganisationObject) -> str:
    """`mailbox anna`, `receive-connector "Default Frontend"`."""
    name = f'"{item.name}"' if " " in item.name else item.name
    return f"{kind_of(item)} {name}"


async def commit(
    context: Context, seen: Organisation, edits: Sequence[Edit], what: str, *, lenient: bool = False
) -> int:
    """Write `edits` of what was `seen`; the new revision.  OperationError names everything they would break.

    `lenient` lets pass what imports bring: duplicate addresses, references to who is gone.
    """
    check(context, seen, edits, what, lenient=lenient)
    now = context.clock.now()
    events = [event for edit in edits for event in _events(edit, now, context.actor)]
    buried = burying.changes(seen, [(edit.old, edit.new) for edit in edits], now, context.actor)
    revision = await context.organisation.change(seen.revision, _changes(edits) + buried)
    for event in events:
        context.sink.emit(event)
    return revision


def check(
    context: Context, seen: Organisation, edits: Sequence[Edit], what: str, *, lenient: bool = False
) -> None:
    """OperationError for what `edits` would newly break."""
    before = stored(seen)
    gone = {id(edit.old) for edit in edits}
    after = [item for item in before if id(item) not in gone] + [edit.new for edit in edits if edit.new]
    broken = rules.violations(after, context.listeners)
    if lenient:
        broken = [violation for violation in broken if not violation.import_]
    if broken:
        known = set(rules.violations(before, context.listeners))
        broken = [violation for violation in broken if violation not in known]
    if broken:
        raise _refusal(broken, what)


def _refusal(broken: Sequence[Violation], what: str) -> OperationError:
    first = broken[0]
    if len(broken) == 1:
        subject = f"{name_of(first.item)}: " if first.item and name_of(first.item) != what else ""
        return OperationError("refused", what, subject + first.reason, first.cure)
    lines = tuple(_line(violation) for violation in broken[:MAX_DETAILS])
    rest = (f"and {len(broken) - MAX_DETAILS} more",) if len(broken) > MAX_DETAILS else ()
    return OperationError("refused", what, f"{len(broken)} things stand in the way", first.cure, lines + rest)


def _line(violation: Violation) -> str:
    subject = f"{name_of(violation.item)}: " if violation.item else ""
    return f"{subject}{violation.field}: {violation.reason}; {violation.cure}"


def _changes(edits: Sequence[Edit]) -> list[ObjectChange]:
    """Removals first: an object that changes its kind or its key leaves one row and enters another."""
    removals = [
        ObjectChange(kind_of(edit.old), key_of(edit.old), None)
        for edit in edits
        if edit.old and (edit.new is None or _row(edit.old) != _row(edit.new))
    ]
    return removals + [ObjectChange(*_row(edit.new), dump(edit.new)) for edit in edits if edit.new]


def _row(item: OrganisationObject) -> tuple[str, str]:
    return kind_of(item), key_of(item)


def _events(edit: Edit, now: float, actor: str) -> Iterator[Event]:
    yield _event(edit, now, actor)
    switched = report_switches.switched(edit.old, edit.new, now, actor)
    if switched is not None:
        yield switched


def _event(edit: Edit, now: float, actor: str) -> Event:
    words = {"add": "added", "change": "changed", "remove": "removed"}
    data = {"action": edit.action, "kind": kind_of(edit.item), "name": edit.item.name, "actor": actor}
    return Event(Kind.ORGANISATION, now, text=f"{name_of(edit.item)} {words[edit.action]}", data=data)
