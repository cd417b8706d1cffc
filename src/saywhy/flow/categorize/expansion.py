"""From the recipients of one message to mailboxes and foreign addresses: contacts followed, groups expanded.

Breadth first, so that recipients named in the envelope come before the members of groups and keep their own
DSN wishes.  Each mailbox and each foreign address is reached once, the first time; each group is expanded once,
which makes groups that contain one another harmless.  A chain of contacts (or of groups with one member) that
comes back to itself reaches nobody: 5.4.6.  A group that leads to nobody fails too (5.2.4), because every
accepted recipient must end somewhere (R1).
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from saywhy.flow.categorize import failures, wishes
from saywhy.flow.categorize.owner import Ambiguous, Elsewhere, Owners, Unknown
from saywhy.flow.stages import Resolved
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.failure import Failure
from saywhy.model.organisation import Contact, Folder, Group, Mailbox
from saywhy.model.outcome import Expanded, Failed

MAX_MEMBERS = 50_000  # of all groups of one message, because they are queued in one commit

_End = tuple[str, ...]  # what recipients share that end in one place: ("mailbox", "jethro")


@dataclass(frozen=True, slots=True)
class _Step:
    """An address to look up.  `group` brought it ("": the envelope); `passed` are all objects on the way here."""

    recipient: Recipient
    address: Address
    group: str = ""
    passed: tuple[str, ...] = ()


class Expansion:
    """One message's.  DirectoryDown passes through it."""

    def __init__(self, owners: Owners, max_depth: int, max_members: int = MAX_MEMBERS) -> None:
        self._owners = owners
        self._max_depth = max_depth
        self._max_members = max_members
        self._members = 0
        self._steps: deque[_Step] = deque()
        self._ends: dict[_End, Resolved] = {}
        self._duplicates: dict[_End, list[Recipient]] = defaultdict(list)
        self._addressed: dict[_End, tuple[str, ...]] = {}  # groups that the envelope names, with the way to them
        self._fruitful: set[str] = set()  # groups that lead to an end
        self._containers: dict[str, list[str]] = defaultdict(list)  # group -> groups that it was met in

    def run(self, recipients: Sequence[Recipient]) -> list[Resolved]:
        """Those that the envelope names, in its order, then members level by level."""
        self._steps.extend(_Step(each, each.address) for each in recipients)
        while self._steps:
            self._follow(self._steps.popleft())
        self._find_fruitful()
        return self._results()

    def _follow(self, step: _Step) -> None:
        """From an address to its end or to a group, through whatever has one successor only."""
        address, passed = step.address, step.passed
        end: _End
        last: Contact | Group | None = None
        while True:
            owner = self._owners.of(address)
            match owner:
                case Mailbox() | Folder():
                    primary = owner.addresses[0] if owner.addresses else address
                    end = ("mailbox", owner.name.lower())
                    return self._arrive(step, end, Resolved(step.recipient, primary, owner.name))
                case Elsewhere():
                    end = ("address", address.local, address.domain_key)
                    return self._arrive(step, end, Resolved(step.recipient, address))
                case Unknown():
                    return self._fail(step, address, self._not_found(address, passed, last))
                case Ambiguous(names):
                    return self._fail(step, address, failures.ambiguous(names))
                case Contact() | Group():
                    circle = owner.name in passed[len(step.passed) :]
                    passed = (*passed, owner.name)
                    if circle:
                        return self._fail(step, address, failures.loop(passed))
                    if len(passed) > self._max_depth:
                        return self._fail(step, address, failures.too_deep(passed, self._max_depth))
                    successor = _successor(owner)
                    if successor is None and isinstance(owner, Group):
                        return self._expand(step, address, owner, passed)
                    address, last = successor or address, owner
                case _:
                    assert_never(owner)

    def _not_found(self, address: Address, passed: tuple[str, ...], last: Contact | Group | None) -> Failure:
        if isinstance(last, Contact):
            return failures.target_not_found(passed)
        if passed:  # the group's owner mistyped it, not the sender
            return failures.not_found(passed)
        return failures.not_found((), self._owners.near(address))

    def _arrive(self, step: _Step, end: _End, resolved: Resolved) -> None:
        if step.group:
            self._fruitful.add(step.group)
        if end in self._ends:
            self._duplicates[end].append(step.recipient)
        else:
            self._ends[end] = resolved

    def _fail(self, step: _Step, address: Address, failure: Failure) -> None:
        """A failure is an end like others, but each recipient's own: its sender must hear of it."""
        end = ("failed", step.recipient.address.key, address.key)
        self._arrive(step, end, Resolved(step.recipient, address, outcome=Failed(failure)))

    def _expand(self, step: _Step, address: Address, group: Group, passed: tuple[str, ...]) -> None:
        name = group.name.lower()
        end = ("group", name)
        if step.group:
            self._containers[name].append(step.group)
        if end in self._ends:
            self._duplicates[end].append(step.recipient)
            return
        members = _distinct(group.members)
        if self._members + len(members) > self._max_members:
            observed = self._members + len(members)
            self._fail(step, address, failures.too_many_members(passed, observed, self._max_members))
            return
        self._members += len(members)
        if not step.group:
            self._addressed[end] = passed
        self._ends[end] = Resolved(step.recipient, address, outcome=Expanded(group.name, len(members)))
        inherited = wishes.for_members(step.recipient)
        self._steps.extend(_Step(inherited, each, name, passed) for each in members)

    def _find_fruitful(self) -> None:
        """A group that holds a fruitful group is fruitful."""
        found = list(self._fruitful)
        while found:
            for container in self._containers[found.pop()]:
                if container not in self._fruitful:
                    self._fruitful.add(container)
                    found.append(container)

    def _results(self) -> list[Resolved]:
        out = []
        for end, resolved in self._ends.items():
            if isinstance(resolved.outcome, Expanded) and end[1] not in self._fruitful:
                if end not in self._addressed:
                    continue  # an empty group in a group that has others
                failed = Failed(failures.no_members(self._addressed[end]))
                resolved = dataclasses.replace(resolved, outcome=failed)
            if end in self._duplicates:
                resolved = dataclasses.replace(resolved, duplicates=tuple(self._duplicates[end]))
            out.append(resolved)
        return out


def _successor(owner: Contact | Group) -> Address | None:
    """Where all its mail goes on to, if that is one address: RFC 3461 section 5.2.7.2."""
    if isinstance(owner, Contact):
        return owner.external
    members = _distinct(owner.members)
    return members[0] if len(members) == 1 else None


def _distinct(members: Sequence[Address]) -> list[Address]:
    return list({(each.local, each.domain_key): each for each in members}.values())
