"""What the mailbox store takes before a message is written: its state, quotas and limits (spec 4.2.2, 5.2.1,
5.2.2, 5.3.0, 5.3.1).

A count that says "full" is read anew before anybody is refused by it.  What an administrator is to mend defers,
unless the administrator chose to refuse; a quota is its owner's, and refuses by default.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence

from saywhy.flow.deliver import store_failures as failures
from saywhy.flow.stages import CurrentOrganisation, Directory
from saywhy.infra.errors import DirectoryDown
from saywhy.infra.mailbox_usage import Usage, Usages
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.failure import Failure
from saywhy.model.organisation import (
    Folder,
    FullAction,
    Mailbox,
    StoreState,
    TransportConfig,
    quotas,
)
from saywhy.model.queued import Pending

LOOKS = 50  # at a mailbox that is nearly full
LOOK = 0.02  # seconds between two of them

Quota = Callable[[Usage], Failure | None]


class MailStore:
    """One server's.  `admit` each recipient before writing, `done` after it."""

    def __init__(
        self, organisation: CurrentOrganisation, directory: Directory, usages: Usages, clock: Clock
    ) -> None:
        self._organisation = organisation
        self._directory = directory
        self._usages = usages
        self._clock = clock
        self._offline_since = 0.0
        self._busy: Counter[str] = Counter()  # deliveries to each mailbox that are under way

    async def admit(self, pending: Pending, size: int, *, own: bool = False) -> Failure | None:
        """Why a message of `size` octets is not written into this mailbox now; counts it in otherwise.

        `own`: a report or notice of ours, which no limit keeps from its reader (spec B7).
        """
        config, now = self._organisation().transport, self._clock.now()
        failure = self._state(config, pending, now)
        if failure is None and not own:
            failure = self._limits(config, pending, size, now)
        if failure is None and not own:
            failure = await self._room(config, pending, size, now)
        if failure is None:  # nothing was waited for since the room was looked at
            self._busy[pending.mailbox] += 1
            self._usages.begin(pending.mailbox, size)
        return failure

    def enter(self, pending: Pending, *, own: bool = False) -> Failure | None:
        """As `admit`, by the only limit that is ours where another server stores the mailbox."""
        config, now = self._organisation().transport, self._clock.now()
        failure = None if own else self._crowd(config, pending, now)
        if failure is None:
            self._busy[pending.mailbox] += 1
        return failure

    @property
    def refuses_full(self) -> bool:
        """Mail for which there is no room at all is returned, as an administrator has chosen."""
        return self._organisation().transport.store_full_action is FullAction.REJECT

    async def check(self, pending: Pending) -> Failure | None:
        """What is in the way of any message for this mailbox now."""
        config, now = self._organisation().transport, self._clock.now()
        return self._state(config, pending, now) or await self._room(config, pending, 1, now)

    def done(self, pending: Pending, size: int) -> None:
        self.leave(pending)
        self._usages.end(pending.mailbox, size)

    def leave(self, pending: Pending) -> None:
        """What `enter` counted in is over."""
        self._busy[pending.mailbox] -= 1
        if self._busy[pending.mailbox] <= 0:
            del self._busy[pending.mailbox]

    async def over_send_quota(self, sender: Address) -> tuple[int, int] | None:
        """What lies in the sender's own mailbox and its quota, when that forbids sending (spec 5.2.2 e)."""
        owner = self._owner(sender)
        if owner is None:
            return None
        limit = quotas(owner, self._organisation().transport).send
        if not limit or (await self._usages.of(owner.name)).octets < limit:
            return None
        octets = (await self._usages.read(owner.name)).octets
        return (octets, limit) if octets >= limit else None

    # -- the store as a whole --

    def _state(self, config: TransportConfig, pending: Pending, now: float) -> Failure | None:
        if config.store_state is not StoreState.OFFLINE:
            self._offline_since = 0.0
        match config.store_state:
            case StoreState.ONLINE:
                return None
            case StoreState.DISABLED:
                return failures.disabled(pending, now)
            case StoreState.OFFLINE:
                self._offline_since = self._offline_since or now
                over = config.offline_grace and now - self._offline_since >= config.offline_grace
                return failures.offline(pending, now, permanent=bool(over))

    def _limits(self, config: TransportConfig, pending: Pending, size: int, now: float) -> Failure | None:
        if config.max_store_message_size and size > config.max_store_message_size:
            return failures.too_large(pending, size, config.max_store_message_size, now)
        return self._crowd(config, pending, now)

    def _crowd(self, config: TransportConfig, pending: Pending, now: float) -> Failure | None:
        most = config.max_mailbox_deliveries
        if most and self._busy[pending.mailbox] >= most:
            return failures.busy(pending, self._busy[pending.mailbox] + 1, most, now)
        return None

    # -- room --

    async def _room(self, config: TransportConfig, pending: Pending, size: int, now: float) -> Failure | None:
        if config.max_store_size and (total := await self._usages.total() + size) > config.max_store_size:
            refuse = config.store_full_action is FullAction.REJECT
            return failures.store_full(pending, total, config.max_store_size, now, permanent=refuse)
        checks = self._checks(config, pending, size, now)
        if not checks:
            return None
        if _first(checks, await self._usages.of(pending.mailbox)) is None:
            return None
        return await self._surely(checks, pending.mailbox)

    async def _surely(self, checks: list[Quota], mailbox: str) -> Failure | None:
        """What the folder says.  Where it depends on what is being written at this moment, that is waited for."""
        failure = None
        for _ in range(LOOKS):
            least, most = await self._usages.bounds(mailbox)
            failure = _first(checks, most)
            if failure is None or least == most:
                return failure
            if (certain := _first(checks, least)) is not None:
                return certain
            await asyncio.sleep(LOOK)
        return failure

    def _checks(self, config: TransportConfig, pending: Pending, size: int, now: float) -> list[Quota]:
        """Each limit that is set, as a question about what lies in the mailbox."""
        owner = self._organisation().recipients.get(pending.mailbox.lower())
        checks: list[Quota] = []
        if config.max_delivery_directory_size:
            most = config.max_delivery_directory_size
            checks.append(lambda used: _above(used.waiting, most, failures.directory_full, pending, now))
        if isinstance(owner, Folder):
            if owner.post_quota:
                checks.append(lambda used: _reached(used.octets, size, owner.post_quota, pending, now))
            if config.max_folder_messages:
                count = config.max_folder_messages
                checks.append(
                    lambda used: _above(used.messages + 1, count, failures.folder_messages, pending, now)
                )
        elif isinstance(owner, Mailbox) and (limit := quotas(owner, config).receive):
            refuse = config.quota_action is FullAction.REJECT
            checks.append(
                lambda used: (
                    failures.mailbox_full(pending, used.octets + size, limit, now, permanent=refuse)
                    if used.octets + size >= limit
                    else None
                )
            )
        return checks

    def _owner(self, address: Address) -> Mailbox | None:
        with contextlib.suppress(DirectoryDown):
            for found in self._directory.find(address) or ():
                if isinstance(found, Mailbox):
                    return found
        return None


def _first(checks: Sequence[Quota], used: Usage) -> Failure | None:
    return next(filter(None, (check(used) for check in checks)), None)


def _above(
    observed: int, limit: int, make: Callable[[Pending, int, int, float], Failure], pending: Pending, now: float
) -> Failure | None:
    return make(pending, observed, limit, now) if observed > limit else None


def _reached(octets: int, size: int, limit: int, pending: Pending, now: float) -> Failure | None:
    return failures.folder_full(pending, octets + size, limit, now) if octets + size >= limit else None
