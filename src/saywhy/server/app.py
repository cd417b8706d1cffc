"""One process, wired: the stages of the flow, the store, the listeners and the control socket.

`App` is built from the settings; `start` opens everything in the order in which it may fail (data folder, sockets,
user, store, certificate), `stop` drains in the opposite order.  docs/flow.md tells what runs inside.
"""

from __future__ import annotations

import asyncio
import errno
import math
import socket
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from saywhy.config.organisation import load_organisation
from saywhy.config.settings import Settings
from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.flow.deliver.deliverer import Deliverer
from saywhy.flow.deliver.local import LocalDelivery
from saywhy.flow.deliver.smtp import SmtpDelivery
from saywhy.flow.queue.queue import Queue
from saywhy.flow.receive.limits import InFlight
from saywhy.flow.receive.services import Services
from saywhy.flow.report.reporter import Reporter
from saywhy.flow.route.hosts import HostFinder
from saywhy.flow.route.select import RouteSelector
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.maildir import Maildirs
from saywhy.infra.net.connect import Timeouts
from saywhy.infra.net.dns import Resolver
from saywhy.infra.net.listen import Listener, bind
from saywhy.infra.net.own import OwnAddresses
from saywhy.infra.net.tls import CertificateNotice, CertificateState, ServerTls
from saywhy.infra.passwords import Passwords
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.clock import Clock, SystemClock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.organisation import User
from saywhy.operations.context import Context
from saywhy.server import privileges
from saywhy.server.control import ControlServer
from saywhy.server.door import Door
from saywhy.server.lock import DataLock
from saywhy.server.organisation import CurrentOrganisation

_NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class App:
    """`start` returns when mail is taken; `stop` when what was under way has ended or `grace` is over."""

    def __init__(
        self,
        settings: Settings,
        *,
        sink: Sink | None = None,
        clock: Clock | None = None,
        synchronous: str = "FULL",
    ) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self._sink = sink
        self._synchronous = synchronous
        self._listeners: dict[str, Listener] = {}
        self._no_room = -math.inf  # when the loop last said that there is none for a connection
        self._stack = AsyncExitStack()

    @property
    def addresses(self) -> dict[str, list[tuple[str, int]]]:
        """Where each listener listens: name -> (host, port)s."""
        return {name: listener.addresses for name, listener in self._listeners.items()}

    async def start(self) -> None:
        """Whatever fails here undoes what was opened before it, and says what to do."""
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _open(self) -> None:
        settings, stack = self.settings, self._stack
        privileges.own(settings.server.data_dir, settings.server.user)
        sockets = self._bind()
        privileges.drop(settings.server.user)
        privileges.raise_descriptors()
        lock = DataLock(settings.server.data_dir)
        stack.callback(lock.release)
        self.sink = self._open_log()
        stack.callback(self._emit, Kind.STOP, "saywhy has stopped")
        self._hear_of_faults()
        self.store = await SqliteStore.open(settings.store.path, synchronous=self._synchronous)
        stack.push_async_callback(self.store.close)
        await self._open_organisation()
        services = self._build()
        await self.queue.start()
        stack.push_async_callback(self.queue.stop, settings.limits.drain_grace)
        control = ControlServer(settings.control.socket, self.context)
        await control.start()
        stack.push_async_callback(control.stop)
        await self._listen(sockets, services)
        self._emit(Kind.START, f"saywhy takes mail as {settings.server.hostname}")

    async def stop(self) -> None:
        """Drain and close: listeners first, so that nothing new comes in, then the queue, then the store."""
        await self._stack.aclose()

    async def reload(self) -> None:
        """What SIGHUP asks for: reopen the log (logrotate).  Certificates are reread by themselves."""
        if isinstance(self.sink, JsonLines):
            self.sink.reopen()
        self._emit(Kind.RELOAD, "log reopened")

    # -- the parts, in the order of `_open` --

    def _bind(self) -> dict[str, list[socket.socket]]:
        sockets: dict[str, list[socket.socket]] = {}
        for name, listener in self.settings.listeners.items():
            for binding in listener.address:
                try:
                    sock = bind(binding.host, binding.port)
                except OSError as error:
                    raise OSError(
                        f"listeners.{name}: {binding} cannot be had ({error.strerror}): stop what uses it, or "
                        "give the listener another address",
                    ) from None
                self._stack.callback(sock.close)
                sockets.setdefault(name, []).append(sock)
        return sockets

    def _open_log(self) -> Sink:
        if self._sink is not None:
            return self._sink
        path = self.settings.log.path
        log = JsonLines(None if path == "-" else self.settings.server.data_dir / path)
        self._stack.callback(log.close)
        return log

    async def _open_organisation(self) -> None:
        self.organisation = CurrentOrganisation(self.store)
        file = self.settings.organisation.file
        await self.organisation.reload()
        if file is not None and self.organisation().revision == 0:
            objects = load_organisation(file, self.settings.listeners)
            await self.organisation.fill(objects)
            self._emit(Kind.ORGANISATION, f"the store was empty: {len(objects)} objects read from {file.name}")

    def _build(self) -> Services:
        """The stages of the flow, each handed its neighbours."""
        settings, clock, organisation = self.settings, self.clock, self.organisation
        hostname = settings.server.hostname
        directory = TableDirectory(organisation)
        categorizer = Categorizer(organisation, directory)
        resolver = Resolver(settings.dns.nameservers, settings.dns.port, settings.dns.timeout)
        own = {binding.host for listener in settings.listeners.values() for binding in listener.address}
        hosts = HostFinder(resolver, organisation, {hostname}, OwnAddresses(own), clock)
        local = LocalDelivery(Maildirs(settings.mailboxes.path), clock)
        timeouts = Timeouts(**settings.timeouts.model_dump())
        remote = SmtpDelivery(hosts, organisation, hostname, clock, timeouts=timeouts)
        deliverer = Deliverer(local, remote, clock, self.sink)
        self._stack.push_async_callback(local.stop)
        self._stack.push_async_callback(remote.stop)
        self.queue = Queue(
            self.store,
            categorizer,
            RouteSelector(organisation),
            deliverer,
            Reporter(organisation, hostname, clock),
            organisation,
            clock,
            self.sink,
        )
        self.organisation.changed.append(self.queue.organisation_changed)
        self.passwords = Passwords()
        self._stack.callback(self.passwords.close)
        self.context = Context(
            self.store,
            self.queue,
            self.organisation,
            self.passwords,
            self.sink,
            clock,
            listeners=frozenset(settings.listeners),
        )
        return Services(
            hostname=hostname,
            organisation=organisation,
            lookup=categorizer.lookup,
            authenticate=self._authenticate,
            submit=self.queue.submit,
            next_id=self.store.next_id,
            clock=clock,
            sink=self.sink,
            in_flight=InFlight(settings.limits.max_in_flight_bytes),
        )

    async def _authenticate(self, name: str, password: str) -> User | None:
        user = self.organisation().users.get(name.lower())
        right = await self.passwords.verify(user.password if user is not None else "", password)
        return user if right else None

    async def _listen(self, sockets: dict[str, list[socket.socket]], services: Services) -> None:
        settings = self.settings
        tls = ServerTls(
            settings.tls.certificate, settings.tls.key, [settings.server.hostname], notify=self._certificate
        )
        for name, group in sockets.items():
            mode = settings.listeners[name].tls
            implicit = mode == "implicit"
            listener = Listener(
                Door(name, services, tls_available=mode != "none", implicit_tls=implicit),
                implicit_tls=implicit,
                tls_context=tls.context,
                tls_failed=partial(self._tls_failed, name),
            )
            self._listeners[name] = listener
            for sock in group:
                await listener.start(sock)
        self._stack.push_async_callback(self._stop_listeners)

    async def _stop_listeners(self) -> None:
        grace = self.settings.limits.drain_grace
        await asyncio.gather(*(listener.stop(grace) for listener in self._listeners.values()))

    def _tls_failed(self, listener: str, ip: str, why: str) -> None:
        data = {"client": ip, "listener": listener}
        event = Event(Kind.DISCONNECT, self.clock.now(), cause="tls-handshake-failed", text=why, data=data)
        self.sink.emit(event)

    def _certificate(self, notice: CertificateNotice) -> None:
        broken = notice.state is CertificateState.BROKEN
        self._emit(Kind.CONFIG_FAULT if broken else Kind.CERTIFICATE, notice.text)

    def _hear_of_faults(self) -> None:
        """What goes wrong in a callback of the event loop is an event, too."""
        loop = asyncio.get_running_loop()
        self._stack.callback(loop.set_exception_handler, loop.get_exception_handler())
        loop.set_exception_handler(self._fault)

    def _fault(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            if loop.time() - self._no_room > 1:  # the loop says it a thousand times a second
                self._no_room = loop.time()
                text = f"a connection could not be accepted: {error.strerror}"
                event = Event(Kind.CONNECT_REFUSE, self.clock.now(), cause="system-resources", text=text)
                self.sink.emit(event)
            return
        why = f": {type(error).__name__}: {error}" if error is not None else ""
        self._emit(Kind.FAULT, f"{context.get('message', 'event loop')}{why}")

    def _emit(self, kind: Kind, text: str) -> None:
        self.sink.emit(Event(kind, self.clock.now(), text=text))
