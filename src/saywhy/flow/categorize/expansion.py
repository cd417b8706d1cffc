"""From the recipients of one message to mailboxes and foreign addresses: contacts followed, groups expanded.

Breadth first, so that recipients named in the envelope come before the members of groups and keep their own
DSN wishes.  Each mailbox and each foreign address is reached once, the first time; each group is expanded once,
which makes groups that contain one another harmless, and mailboxes that forward to one another and keep a copy.  A
chain of forwarding (contacts, mailboxes without a copy, groups with one member) that comes back to itself reaches
nobody: 5.4.6.  A group that leads to nobody fails too (5.2.4), because every accepted recipient must end
somewhere (R1).
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import assert_never

from saywhy.flow.categorize import failures, imcea, usable, wishes
from saywhy.flow.categorize.homes import HERE, Homes
from saywhy.flow.categorize.moderators import moderators
from saywhy.flow.categorize.owner import BATCH, Ambiguous, Elsewhere, Owners, Unknown
from saywhy.flow.categorize.restrictions import Restrictions, plain
from saywhy.flow.stages import Fork, Held, Resolved
from saywhy.model import foreign, matching
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.failure import Failure
from saywhy.model.form import MessageFormat
from saywhy.model.organisation import AmbiguousAction, Contact, DirectoryObject, Folder, Group, Mailbox
from saywhy.model.outcome import Deferred, Expanded, Failed
from saywhy.model.queued import Headline

TURN = 200  # addresses followed before others have their turn

_End = tuple[str, ...]  # what recipients share that end in one place: ("mailbox", "jethro")


@dataclass(slots=True)  # not frozen: one for each recipient
class _Step:
    """An address to look up.

    `group` brought it ("": the envelope); `passed` are all objects on the way here; `forwarder` keeps a copy and
    sends this one on; `fork` is the list whose member it is; so many mailboxes and folders `forwarded` it here.
    """

    recipient: Recipient
    address: Address
    group: str = ""
    passed: tuple[str, ...] = ()
    forwarder: DirectoryObject | None = None
    fork: Fork | None = None
    forwarded: int = 0


@dataclass(slots=True)
class _Way:
    """From a step's address on: where it stands, what lies behind it, and the object that led here."""

    address: Address
    passed: tuple[str, ...]
    last: DirectoryObject | None


class Expansion:
    """One message's.  DirectoryDown passes through it.

    `hostname` is this server's, for groups that one server only expands.  `headline` says whether the message may
    go to a substitute, and how often it was forwarded before.
    """

    def __init__(
        self,
        owners: Owners,
        restrictions: Restrictions,
        hostname: str = "",
        *,
        null_path: bool = False,
        headline: Headline = Headline(),  # noqa: B008 - frozen
    ) -> None:
        self._owners = owners
        self._restrictions = restrictions
        self._homes = Homes(owners.organisation, hostname)
        self._null_path = null_path
        self._headline = headline
        self._no_alternate = headline.no_alternate
        self._config = owners.organisation.transport
        self._members = 0
        self._steps: deque[_Step] = deque()
        self._ends: dict[_End, Resolved] = {}
        self._duplicates: dict[_End, list[Recipient]] = defaultdict(list)
        self._addressed: dict[_End, tuple[str, ...]] = {}  # groups that the envelope names, with the way to them
        self._fruitful: set[str] = set()  # groups that lead to an end
        self._containers: dict[str, list[str]] = defaultdict(list)  # group -> groups that it was met in

    async def run(self, recipients: Sequence[Recipient]) -> list[Resolved]:
        """Those that the envelope names, in its order, then members level by level."""
        self._steps.extend(_Step(each, each.address) for each in recipients)
        followed = 0
        while self._steps:
            await self._follow(self._steps.popleft())
            followed += 1
            if followed % TURN == 0:
                await asyncio.sleep(0)
        self._find_fruitful()
        return await self._results()

    async def _follow(self, step: _Step) -> None:
        """From an address to its end or to a group, through whatever has one successor only."""
        way = _Way(step.address, step.passed, step.forwarder)
        while True:
            owner = self._owners.at_once(way.address)
            if owner is None or isinstance(owner, Unknown):
                owner = await self._owners.of(
                    way.address, [each.address for each in islice(self._steps, BATCH - 1)]
                )
            match owner:
                case Elsewhere():
                    return self._leave(step, way, way.last, way.address)
                case Unknown() | Ambiguous():
                    return self._nobody(step, way, owner)
                case Mailbox() | Contact() | Group() | Folder():
                    if not await self._pass(step, way, owner):
                        return None
                case _:
                    assert_never(owner)

    async def _pass(self, step: _Step, way: _Way, item: DirectoryObject) -> bool:
        """True when `way` leads on; otherwise the step has ended here."""
        failure = usable.broken(item)
        if self._restrictions.scoped and way.last is None and not step.group:
            failure = self._restrictions.hidden(item) or failure
        if failure is None and isinstance(item, Mailbox) and (item.home or item.home_unclear):
            home = self._homes.of(item)
            failure = home if isinstance(home, Failure) else None
        if failure is None and not (plain(item) and not self._config.max_receive_size):
            failure = await self._restricted(way, item)
        if failure is None and isinstance(item, Mailbox) and item.disabled:
            failure = failures.mailbox_disabled(item.name)
        if failure is not None:
            self._fail(step, way.address, failure)
            return False
        if item.moderated and await self._hold(step, way, item):
            return False
        if isinstance(item, Contact) and item.foreign:
            primary = item.addresses[0] if item.addresses else way.address
            self._leave(step, way, item, primary, item.foreign)
            return False
        target = usable.successor(item)
        if target is None:
            await self._end_at(step, way, item)
            return False
        return self._advance(step, way, item, target)

    async def _restricted(self, way: _Way, item: DirectoryObject) -> Failure | None:
        failure = await self._restrictions.check(item)
        if failure is not None and failure.status.subject == 7 and isinstance(way.last, Mailbox | Folder):
            return failures.substitute_restricted((*way.passed, item.name))
        return failure

    async def _hold(self, step: _Step, way: _Way, item: DirectoryObject) -> bool:
        """True when a moderator has to decide first, or there is none to ask."""
        if not await self._restrictions.needs_moderator(item):
            return False
        found = await moderators(item, self._owners)
        if found:
            held = Held(item.name, found, nested=bool(step.group))
            end = ("held", item.name.lower())
            self._arrive(step, end, Resolved(step.recipient, way.address, outcome=held, fork=step.fork))
        else:
            self._fail(step, way.address, failures.no_moderators(item.name))
        return True

    def _advance(self, step: _Step, way: _Way, item: DirectoryObject, target: Address) -> bool:
        """On to `target`, unless that leads in a circle, too far, or is forbidden."""
        circle = item.name in way.passed[len(step.passed) :]
        way.passed = (*way.passed, item.name)
        failure = None
        if circle:
            failure = failures.loop(way.passed)
        elif len(way.passed) > self._config.max_group_depth:
            failure = failures.too_deep(way.passed, self._config.max_group_depth)
        elif self._no_alternate and isinstance(item, Mailbox | Folder):
            failure = failures.redirection_denied(way.passed)
        if failure is not None:
            self._fail(step, way.address, failure)
            return False
        way.address, way.last = target, item
        step.forwarded += isinstance(item, Mailbox | Folder)
        return True

    async def _end_at(self, step: _Step, way: _Way, item: DirectoryObject) -> None:
        if isinstance(item, Group):
            await self._expand(step, way, item)
            return
        primary = item.addresses[0] if item.addresses else way.address
        end = ("mailbox", item.name.lower())
        server = self._homes.of(item) if isinstance(item, Mailbox) and item.home else HERE
        if isinstance(server, str) and server != HERE:  # that server forwards a copy, too, if one is wanted
            self._depart(step, end, Resolved(step.recipient, primary, server=server), way.passed)
            return
        first = end not in self._ends
        self._arrive(step, end, Resolved(step.recipient, primary, item.name, fork=step.fork))
        target = usable.forwarding(item)
        if target is not None and first and not self._no_alternate:
            passed, wished = (*way.passed, item.name), wishes.for_members(step.recipient)
            self._steps.append(_Step(wished, target, step.group, passed, item, step.fork, step.forwarded + 1))

    def _leave(
        self, step: _Step, way: _Way, last: DirectoryObject | None, address: Address, other: str = ""
    ) -> None:
        """To an address elsewhere, or to the `other` one of another kind that `address` stands for."""
        if not other and usable.must_be_ours(last):
            self._fail(step, address, failures.target_not_found(way.passed))
            return
        failure = self._restrictions.check_foreign()
        if failure is not None:
            self._fail(step, address, failure)
            return
        plain = isinstance(last, Contact) and last.message_format is MessageFormat.TEXT
        end = ("other", foreign.key(other)) if other else ("address", address.local, address.domain_key)
        self._depart(step, end, Resolved(step.recipient, address, foreign=other, plain=plain), way.passed)

    def _nobody(self, step: _Step, way: _Way, owner: Unknown | Ambiguous) -> None:
        if isinstance(owner, Unknown):
            other = imcea.other_kind(way.address)
            if other and (way.last is not None or self._restrictions.inside):
                self._leave(step, way, way.last, way.address, other)
                return
            self._fail(step, way.address, self._not_found(way))
        elif self._config.ambiguous_action is AmbiguousAction.DEFER:
            waiting = Deferred(failures.ambiguous_now(owner.names))
            end = ("waiting", step.recipient.address.key, way.address.key)
            self._arrive(step, end, Resolved(step.recipient, way.address, outcome=waiting, fork=step.fork))
        else:
            self._fail(step, way.address, failures.ambiguous(owner.names))

    def _not_found(self, way: _Way) -> Failure:
        if isinstance(way.last, Contact | Mailbox | Folder):
            return failures.target_not_found(way.passed, self._owners.buried(way.address))
        if imcea.is_encapsulated(way.address):
            kind = imcea.kind(way.address)
            if kind in imcea.REFUSED:
                return failures.not_for_smtp(kind)
            if kind == "EX":
                return failures.legacy_unknown()
            if imcea.other_kind(way.address):  # gateways cost money: strangers do not reach them
                return failures.needs_sign_in(kind)
        if way.passed:  # the group's owner mistyped it, not the sender
            return failures.not_found(way.passed, (), self._owners.buried(way.address))
        near = () if self._restrictions.scoped else self._owners.near(way.address)
        return failures.not_found((), near, self._owners.buried(way.address))

    def _depart(self, step: _Step, end: _End, resolved: Resolved, passed: tuple[str, ...]) -> None:
        """It leaves for elsewhere, as a copy with a stamp if a mailbox or folder here sends it on."""
        fork = step.fork
        if step.forwarded:
            failure = self._too_often(step.forwarded + (fork.stamps if fork is not None else 0), passed)
            if failure is not None:
                self._fail(step, resolved.address, failure)
                return
            if fork is None:
                fork = Fork(None, "", step.forwarded, alias=True)
            else:
                fork = dataclasses.replace(fork, stamps=fork.stamps + step.forwarded)
        self._arrive(step, end, dataclasses.replace(resolved, fork=fork))

    def _too_often(self, more: int, passed: Sequence[str]) -> Failure | None:
        """With so many automatic steps `more` there would be too many (spec 5.4.6 e, g)."""
        config, headline = self._config, self._headline
        most = config.max_automatic_forwardings if headline.automatic else config.max_forwardings
        observed = headline.stamps + more
        return failures.too_often(passed, observed, most) if observed > most else None

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
        self._arrive(step, end, Resolved(step.recipient, address, outcome=Failed(failure), fork=step.fork))

    # -- groups --

    async def _expand(self, step: _Step, way: _Way, group: Group) -> None:
        name = group.name.lower()
        end = ("group", name)
        way.passed = (*way.passed, group.name)
        if step.group:
            self._containers[name].append(step.group)
        if end in self._ends:
            self._duplicates[end].append(step.recipient)
            return
        server = self._homes.expander(group.expansion_server)
        if server:
            self._depart(step, end, Resolved(step.recipient, way.address, server=server), way.passed)
            return
        fork = self._fork(group) or step.fork
        failure = self._too_often(step.forwarded + 1, way.passed) if fork is not step.fork else None
        members = failure or await self._membership(group, way)
        if isinstance(members, Failure):
            self._fail(step, way.address, members)
            return
        self._members += len(members)
        if group.bad_members:
            self._fruitful.add(name)
            self._fail(step, way.address, failures.malformed(way.passed, group.bad_members))
        if not step.group:
            self._addressed[end] = way.passed
        outcome = Expanded(group.name, len(members), list=fork is not None)
        self._ends[end] = Resolved(step.recipient, way.address, outcome=outcome, fork=step.fork)
        inherited = wishes.for_members(step.recipient)
        for number, member in enumerate(members, 1):
            if number % TURN == 0:
                await asyncio.sleep(0)
            recipient = inherited if fork is None else Recipient(member)
            self._steps.append(_Step(recipient, member, name, way.passed, None, fork, step.forwarded))

    def _fork(self, group: Group) -> Fork | None:
        """A group whose reports do not go to the sender is a list (errata 66): they go to its owner, or nowhere.

        A message that must not be answered stays so: a report to a list that is its own owner would breed others.
        """
        if group.report_to_originator:
            return None
        to_owner = group.report_to_manager and group.managed_by and not self._null_path
        return Fork(group.managed_by[0] if to_owner else None, group.name)

    async def _membership(self, group: Group, way: _Way) -> list[Address] | Failure:
        """The group's members, or why it cannot be expanded."""
        if self._homes.expander(group.expansion_server) is None:
            return failures.expansion_server(way.passed, group.expansion_server)
        if len(way.passed) > self._config.max_group_depth:
            return failures.too_deep(way.passed, self._config.max_group_depth)
        members = group.members
        if group.filter:
            found = await self._matching(group, way)
            if isinstance(found, Failure):
                return found
            members = (*members, *found)
        distinct = await _distinct(members)
        total, most = self._members + len(distinct), self._config.max_group_members
        return failures.too_many_members(way.passed, total, most) if total > most else distinct

    async def _matching(self, group: Group, way: _Way) -> list[Address] | Failure:
        try:
            found = await self._owners.directory.select(group.filter, group.filter_container)
        except matching.FilterError as error:
            return failures.bad_filter(way.passed, str(error))
        if found is None:
            return failures.bad_container(way.passed, group.filter_container)
        return [item.addresses[0] for item in found if item.addresses and item.name.lower() != group.name.lower()]

    def _find_fruitful(self) -> None:
        """A group that holds a fruitful group is fruitful."""
        found = list(self._fruitful)
        while found:
            for container in self._containers[found.pop()]:
                if container not in self._fruitful:
                    self._fruitful.add(container)
                    found.append(container)

    async def _results(self) -> list[Resolved]:
        out = []
        for number, (end, resolved) in enumerate(self._ends.items(), 1):
            if number % TURN == 0:
                await asyncio.sleep(0)
            if isinstance(resolved.outcome, Expanded) and end[1] not in self._fruitful:
                if end not in self._addressed:
                    continue  # an empty group in a group that has others
                failed = Failed(failures.no_members(self._addressed[end]))
                resolved = dataclasses.replace(resolved, outcome=failed)
            if end in self._duplicates:
                resolved = dataclasses.replace(resolved, duplicates=tuple(self._duplicates[end]))
            out.append(resolved)
        return out


async def _distinct(members: Sequence[Address]) -> list[Address]:
    found = {}
    for number, member in enumerate(members, 1):
        if number % TURN == 0:
            await asyncio.sleep(0)
        found[member.local, member.domain_key] = member
    return list(found.values())
