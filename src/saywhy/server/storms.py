"""The supervisor tells the administrator of each bounce storm: one event, and one message to the postmaster.

Whether there is one stands in the queues (flow/queue/storm), which are looked at every few seconds: one read of an
index in each.  A storm that is there when the server starts is told again: whoever restarts a server to mend it
shall not forget what it holds.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from uuid import uuid4

from saywhy.flow.receive.filed import Filed
from saywhy.infra.errors import InfraError
from saywhy.infra.store.protocol import QueueRow
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.envelope import Envelope, Notify, Recipient
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.failure import Refused
from saywhy.model.organisation import Organisation
from saywhy.model.queued import GATHERED
from saywhy.operations import holding, telling
from saywhy.operations.context import Away
from saywhy.server.rounds import Rounds
from saywhy.server.shards import Access, Shards
from saywhy.wire.date import rfc5322

FOLDER = "StormGuard"  # what the notice's trace header names

_NOTICE = """\
From: {postmaster}
To: {postmaster}
Subject: {count} held: {title}
Date: {date}
Message-ID: <{id}@{domain}>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

{hostname} was about to return many messages to their senders for one cause.
It holds them until you say what becomes of them; nothing is lost.

Cause:       {cause} ({title})
Place:       {place}
Held now:    {count}
Failure:     {error}

What the cause means and what to do:
    saywhy causes {cause}
What is held, and more that may have come:
    saywhy storm list
When it is mended, try all of them again:
    saywhy storm release {key}
Or give them up, and let their senders have the reports:
    saywhy storm return {key}
"""


class StormWatch(Rounds):
    every = 3.0  # seconds

    def __init__(
        self,
        hostname: str,
        organisation: Callable[[], Organisation],
        accesses: Callable[[], Mapping[int, Access]],
        sink: Sink,
        clock: Clock,
    ) -> None:
        self._hostname = hostname
        self._organisation = organisation
        self._accesses = accesses
        self._shards = Shards(accesses)
        self._sink = sink
        self._clock = clock
        self._storms: dict[str, QueueRow] = {}
        self._unwritten: set[str] = set()  # storms of which the postmaster has no message yet

    def trouble(self, error: Exception) -> None:
        """A worker that is not there, a store that cannot be read: they tell of themselves."""
        if not isinstance(error, Away | InfraError):
            self._emit(Kind.FAULT, f"storm guard: {type(error).__name__}: {error}")

    async def look(self) -> None:
        """Tell what is new."""
        held = {row.key: row for row in await self._shards.held() if row.domain != GATHERED}
        for key in sorted(self._storms.keys() - held.keys()):
            self._unwritten.discard(key)
            self._emit(Kind.STORM_OVER, f"nothing is held as {key} any more", {"storm": key})
        for key in sorted(held.keys() - self._storms.keys()):
            self._unwritten.add(key)
            self._tell(held[key])
        self._storms = held
        for key in sorted(self._unwritten):
            await self._write(held[key])
            self._unwritten.discard(key)

    def _tell(self, row: QueueRow) -> None:
        text = (
            f"{row.domain} was about to return many messages: they are held as {row.key}; "
            f"`saywhy storm release {row.key}` when it is mended, or `saywhy storm return {row.key}`"
        )
        self._emit(Kind.STORM, text, {"storm": row.key, "messages": row.messages}, row.domain)

    async def _write(self, row: QueueRow) -> None:
        """Raises Away, StoreError; what else keeps a worker from taking it now is tried again at the next look."""
        organisation = self._organisation()
        domain = organisation.default_domain
        if not domain:
            return
        try:
            await self._desk()("take", self._notice(row, domain))
        except Refused as error:
            raise InfraError(str(error)) from error

    def _desk(self) -> Access:
        accesses = self._accesses()
        return accesses[min(accesses)]

    def _notice(self, row: QueueRow, domain: str) -> Filed:
        postmaster = Address.parse(f"postmaster@{domain}")
        text = _NOTICE.format(
            postmaster=postmaster,
            count=telling.count(row.messages, "message"),
            title=holding.title(row.domain),
            date=rfc5322(self._clock.now()),
            id=uuid4(),
            domain=domain,
            hostname=self._hostname,
            cause=row.domain,
            place=row.connector or "the whole server",
            error=row.last_error,
            key=shlex.quote(row.key),
        )
        content = text.encode("ascii", "replace").replace(b"\n", b"\r\n")
        return Filed(FOLDER, Envelope(None, (Recipient(postmaster, Notify.NEVER),)), content)

    def _emit(
        self, kind: Kind, text: str, data: Mapping[str, str | int | float | bool] | None = None, cause: str = ""
    ) -> None:
        self._sink.emit(Event(kind, self._clock.now(), cause=cause, text=text, data=data or {}))
