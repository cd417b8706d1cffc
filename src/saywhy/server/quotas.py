"""Quota notices: once a day the supervisor tells the owners of full mailboxes and public folders (spec B6, E).

Nobody is told twice within a day, whatever happens: whom a notice is for is written down before it is sent.
Looked at is what the organisation's objects name and this server's own Maildirs hold; left out are recipients of
another directory, and mailboxes that an LMTP server has, which tells of its quotas itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from saywhy.config.settings import Settings
from saywhy.flow.report.letter import random_tokens
from saywhy.flow.report.quota_notice import Reader, quota_notice
from saywhy.infra.errors import InfraError
from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Maildirs
from saywhy.infra.quota_memory import QuotaMemory
from saywhy.model import folder_rights, quota_state
from saywhy.model.address import Address, AddressError
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.failure import Refused
from saywhy.model.organisation import Folder, Mailbox, Organisation
from saywhy.model.quota_state import Fullness
from saywhy.model.transport import quotas
from saywhy.model.units import DAY, HOUR, MINUTE
from saywhy.operations.context import Away, QuotaRow
from saywhy.server.rounds import Rounds
from saywhy.server.shards import Access

# Seconds after which somebody may be told once more: a round may be a little earlier than the last.
AGAIN = 23 * HOUR
CHUNK = 50  # notices whose readers are written down at once
MAX_OWNERS = 20  # of a folder, who are told

Item = Mailbox | Folder


class QuotaWatch(Rounds):
    """operations.context.Quotas."""

    every = 1 * MINUTE

    def __init__(
        self,
        settings: Settings,
        organisation: Callable[[], Organisation],
        accesses: Callable[[], Mapping[int, Access]],
        sink: Sink,
        clock: Clock,
    ) -> None:
        self._hostname = settings.server.hostname
        self._usages = Usages(Maildirs(settings.mailboxes.path))
        self._elsewhere = bool(settings.mailboxes.lmtp)
        self._memory = QuotaMemory(settings.server.data_dir / "quota-notices.json")
        self._organisation = organisation
        self._accesses = accesses
        self._sink = sink
        self._clock = clock
        self._token = random_tokens()
        self._one = asyncio.Lock()  # one round at a time

    def start(self) -> None:
        if not self._elsewhere:
            super().start()

    def trouble(self, error: Exception) -> None:
        if isinstance(error, Away | InfraError | OSError | Refused):
            self._emit(Kind.QUOTA, f"not all could be told yet: {error}")
        else:
            self._emit(Kind.FAULT, f"quota notices: {type(error).__name__}: {error}")

    async def look(self) -> None:
        """A round, if its hour has come since the last one; the first ever is tomorrow's, or later today's."""
        now = self._clock.now()
        last, told = await asyncio.to_thread(self._memory.read, now)
        if last == now:  # there is no memory yet
            await asyncio.to_thread(self._memory.write, now, told)
        due = latest(self._organisation().transport.quota_notices, now)
        if last < due <= now:
            await self.notify()

    # -- operations.context.Quotas --

    async def notify(self) -> int:
        """Tell everybody who was not told within a day; how many mailboxes and folders."""
        async with self._one:
            now = self._clock.now()
            _, told = await asyncio.to_thread(self._memory.read, now)
            told = {name: at for name, at in told.items() if at > now - AGAIN}
            count, chunk = 0, list[tuple[Item, Fullness]]()
            async for item, full in self._full():
                if item.name.lower() not in told:
                    chunk.append((item, full))
                if len(chunk) == CHUNK:
                    count += await self._tell(chunk, told, now)
                    chunk.clear()
            count += await self._tell(chunk, told, now)
            await asyncio.to_thread(self._memory.write, now, told)
        if count:
            self._emit(Kind.QUOTA, f"{count} full or nearly full: their owners were told", {"told": count})
        return count

    async def listed(self) -> Sequence[QuotaRow]:
        """Every mailbox and folder with a quota, as it is now."""
        return [_row(item, full) async for item, full in self._each()]

    # -- a round --

    async def _full(self) -> AsyncIterator[tuple[Item, Fullness]]:
        async for item, full in self._each():
            if full.kind is not None:
                yield item, full

    async def _each(self) -> AsyncIterator[tuple[Item, Fullness]]:
        organisation = self._organisation()
        config = organisation.transport
        for item in () if self._elsewhere else organisation.recipients.values():
            if isinstance(item, Mailbox) and any(vars_of(quotas(item, config))):
                used = await self._usages.read(item.name)
                yield item, quota_state.of_mailbox(item, config, used.octets)
            elif isinstance(item, Folder) and (
                item.post_quota or item.warning_quota or config.max_folder_messages
            ):
                used = await self._usages.read(item.name)
                yield item, quota_state.of_folder(item, config, used.octets, used.messages)

    async def _tell(self, chunk: Sequence[tuple[Item, Fullness]], told: dict[str, float], now: float) -> int:
        """Whoever is told is written down first."""
        if not chunk:
            return 0
        last, _ = await asyncio.to_thread(self._memory.read, now)
        told.update((item.name.lower(), now) for item, _ in chunk)
        await asyncio.to_thread(self._memory.write, last, told)
        organisation = self._organisation()
        accesses = self._accesses()
        desk = accesses[min(accesses)]
        for item, full in chunk:
            for reader in readers(item, organisation):
                envelope, content = quota_notice(
                    item.display_name or item.name, full, reader, organisation, self._hostname, now, self._token()
                )
                await desk("notice", envelope, content)
        return len(chunk)

    def _emit(self, kind: Kind, text: str, data: Mapping[str, int] | None = None) -> None:
        self._sink.emit(Event(kind, self._clock.now(), text=text, data=data or {}))


def vars_of(held: object) -> tuple[int, ...]:
    """The numbers of a Quotas."""
    return tuple(getattr(held, name) for name in ("warning", "send", "receive"))


def latest(at: str, now: float) -> float:
    """The last time before `now` when the server's clock showed `at` (`01:00`); 0 when it never does."""
    if not at:
        return 0.0
    hour, _, minute = at.partition(":")
    today = time.localtime(now)
    for days in (0, 1):
        day = time.localtime(now - days * DAY)
        moment = time.mktime(
            (day.tm_year, day.tm_mon, day.tm_mday, int(hour), int(minute), 0, 0, 0, today.tm_isdst)
        )
        if moment <= now:
            return moment
    return 0.0


def readers(item: Item, organisation: Organisation) -> list[Reader]:
    """A mailbox's owner; of a folder those with the right of an owner, else whoever gets replies to the system."""
    if isinstance(item, Mailbox):
        return [Reader(item.addresses[0], ", ".join(item.languages))] if item.addresses else []
    found = [Reader(address, _languages(address, organisation)) for address in _owners(item)]
    if not found and organisation.default_domain:
        reply = organisation.recipients.get(organisation.transport.reply_recipient.lower())
        postmaster = Address("postmaster", organisation.default_domain)
        found = [Reader(reply.addresses[0] if reply is not None and reply.addresses else postmaster)]
    return found[:MAX_OWNERS]


def _owners(folder: Folder) -> list[Address]:
    found = []
    for text in folder.permissions:
        try:
            who, rights = folder_rights.parse(text)
            if "FolderOwner" in rights and who not in ("default", "anonymous"):
                found.append(Address.parse(who))
        except (folder_rights.RightsError, AddressError):
            continue
    return found


def _languages(address: Address, organisation: Organisation) -> str:
    owner = next(
        (
            item
            for item in organisation.recipients.values()
            if any(own.key == address.key for own in item.addresses)
        ),
        None,
    )
    return ", ".join(owner.languages) if owner is not None else ""


def _row(item: Item, full: Fullness) -> QuotaRow:
    kind = "folder" if isinstance(item, Folder) else "mailbox"
    state = full.kind.value if full.kind is not None else ""
    return QuotaRow(item.name, kind, full.observed, full.limit, state)
