"""The supervisor: what there is once, however many workers take mail.

It binds the sockets, drops privileges, holds the data folder's lock, keeps the organisation's objects, and has the
control socket; the workers are its crew.  `start` opens everything in the order in which it may fail.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

from saywhy.config.faults import ConfigError
from saywhy.config.organisation import load_organisation
from saywhy.config.settings import Settings
from saywhy.infra.errors import StoreError
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.net.tls import CertificateNotice, CertificateState, ServerTls
from saywhy.infra.passwords import Passwords
from saywhy.infra.store.objects import SqliteObjects
from saywhy.model.clock import Clock, SystemClock
from saywhy.model.event import Event, Kind, Sink
from saywhy.operations.context import Context, WorkerState
from saywhy.server import faults, privileges, sockets
from saywhy.server.backup import Backups
from saywhy.server.burial import Burial
from saywhy.server.control import ControlServer
from saywhy.server.crew import Crew, Equipment
from saywhy.server.filing import Office
from saywhy.server.lock import DataLock, held
from saywhy.server.organisation import CurrentOrganisation
from saywhy.server.posts import posts, shards_held, shards_in
from saywhy.server.quotas import QuotaWatch
from saywhy.server.reloading import reloaded
from saywhy.server.shards import Shards
from saywhy.server.shares import told
from saywhy.server.storms import StormWatch

ORPHANS_SECONDS = 15.0  # for the workers of a killed supervisor to end


class Supervisor:
    """`start` returns when mail is taken; `stop` when what was under way has ended or the grace is over."""

    def __init__(
        self,
        settings: Settings,
        crew: Crew,
        *,
        reread: Callable[[], Settings] | None = None,
        sink: Sink | None = None,
        clock: Clock | None = None,
        synchronous: str = "FULL",
    ) -> None:
        self.settings = settings
        self.crew = crew
        self.clock = clock or SystemClock()
        self.addresses: dict[str, list[tuple[str, int]]] = {}  # where each listener listens: (host, port)s
        self._reread = reread
        self._sink = sink
        self._synchronous = synchronous
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Whatever fails here undoes what was opened before it, and says what to do."""
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """Drain and close: the listeners first, so that nothing new comes in."""
        await self._stack.aclose()

    async def reload(self) -> None:
        """What SIGHUP asks for: reopen the log (logrotate), and go by the settings as they are written now.

        Faulty ones change nothing.  Certificates are reread by themselves.
        """
        if isinstance(self.sink, JsonLines):
            self.sink.reopen()
        text = "log reopened"
        try:
            if self._reread is not None:
                found = reloaded(self.settings, await asyncio.to_thread(self._reread))
                self.settings, text = found.settings, str(found)
        except ConfigError as error:
            for fault in error.faults:
                self._emit(Kind.CONFIG_FAULT, f"{fault}; the settings read before stay in force")
        await self.crew.reload(self.settings)
        self._emit(Kind.RELOAD, text)

    async def _open(self) -> None:
        settings, stack = self.settings, self._stack
        privileges.own(settings.server.data_dir, settings.server.user)
        await self._orphans_gone()
        sets = sockets.take(settings.listeners, settings.server.workers, os.environ)
        stack.callback(sockets.close, sets)
        self.addresses = {name: [sock.getsockname()[:2] for sock in group] for name, group in sets[0].items()}
        privileges.drop(settings.server.user)
        privileges.raise_descriptors()
        lock = DataLock(settings.server.data_dir)
        stack.callback(lock.release)
        self.sink = self._open_log()
        stack.callback(self._emit, Kind.STOP, "saywhy has stopped")
        stack.callback(faults.hear(self.sink, self.clock))
        await self._open_organisation()
        self._see_certificate()
        equipment = Equipment(
            settings,
            sets,
            posts(settings.server.workers, shards_in(settings.store.path)),
            self.organisation.table(),
            self.sink,
            self.clock,
            self._synchronous,
        )
        await self.crew.start(equipment)
        self.organisation.followers.append(self.crew.follow)
        stack.push_async_callback(self._stop_crew)
        await self._open_control()
        self._emit(Kind.START, f"saywhy takes mail as {settings.server.hostname}")

    # -- ServerAccess --

    def workers(self) -> Sequence[WorkerState]:
        return self.crew.workers()

    def shares(self) -> Sequence[str]:
        workers = self.crew.workers()
        return told(self.organisation(), len(workers), sum(len(worker.shards) for worker in workers))

    # -- the parts, in the order of `_open` --

    async def _orphans_gone(self) -> None:
        """After a supervisor was killed its workers end by themselves; they have ports and queues till then."""
        directory = self.settings.store.path
        end = asyncio.get_running_loop().time() + ORPHANS_SECONDS
        while shards := shards_held(directory):
            if held(self.settings.server.data_dir / "lock"):
                return  # no orphans: another server, of which the lock will tell
            if asyncio.get_running_loop().time() > end:
                raise StoreError(
                    f"{directory}/queue-{shards[0]}.sqlite3 is in use by a worker of a server that was killed, or "
                    "by another program: end that process first"
                )
            await asyncio.sleep(0.05)

    def _open_log(self) -> Sink:
        if self._sink is not None:
            return self._sink
        path = self.settings.log.path
        log = JsonLines(None if path == "-" else self.settings.server.data_dir / path)
        self._stack.callback(log.close)
        return log

    async def _open_organisation(self) -> None:
        store = await SqliteObjects.open(self.settings.store.path)
        self._stack.push_async_callback(store.close)
        self.organisation = CurrentOrganisation(store)
        file = self.settings.organisation.file
        await self.organisation.reload()
        if file is not None and self.organisation().revision == 0:
            objects = load_organisation(file, self.settings.listeners)
            await self.organisation.fill(objects)
            self._emit(Kind.ORGANISATION, f"the store was empty: {len(objects)} objects read from {file.name}")

    def _see_certificate(self) -> None:
        """Make the certificate if there is none, before several workers would; tell of it once."""
        tls = self.settings.tls
        ServerTls(tls.certificate, tls.key, [self.settings.server.hostname], notify=self._certificate)

    def _certificate(self, notice: CertificateNotice) -> None:
        broken = notice.state is CertificateState.BROKEN
        self._emit(Kind.CONFIG_FAULT if broken else Kind.CERTIFICATE, notice.text)

    async def _open_control(self) -> None:
        shards = Shards(self.crew.accesses)
        office = Office(self.settings, self.organisation, self.crew.accesses, self.sink, self.clock)
        watch = QuotaWatch(self.settings, self.organisation, self.crew.accesses, self.sink, self.clock)
        self.passwords = Passwords(threads=1)
        self._stack.callback(self.passwords.close)
        self.context = Context(
            shards,
            shards,
            self.organisation,
            self.passwords,
            self.sink,
            self.clock,
            listeners=frozenset(self.settings.listeners),
            server=self,
            pressure=shards,
            backup=Backups(shards, self.organisation, self.sink, self.clock),
            bad_files=office,
            quotas=watch,
        )
        control = ControlServer(self.settings.control.socket, self.context)
        await control.start()
        self._stack.push_async_callback(control.stop)
        await office.start()
        self._stack.push_async_callback(office.stop)
        watch.start()
        self._stack.push_async_callback(watch.stop)
        name = self.settings.server.hostname
        storms = StormWatch(name, self.organisation, self.crew.accesses, self.sink, self.clock)
        storms.start()
        self._stack.push_async_callback(storms.stop)
        burial = Burial(self.organisation, self.sink, self.clock)
        burial.start()
        self._stack.push_async_callback(burial.stop)

    async def _stop_crew(self) -> None:
        await self.crew.stop(self.settings.limits.drain_grace)

    def _emit(self, kind: Kind, text: str) -> None:
        self.sink.emit(Event(kind, self.clock.now(), text=text))
