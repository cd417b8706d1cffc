"""A worker: the stages of the flow, wired; its listeners, its queue, and the queues that it has adopted.

`start` opens everything in the order in which it may fail, `stop` drains in the opposite order.  docs/flow.md
tells what runs inside; where a worker lives (a process of its own, or the supervisor's) is the crew's affair.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial

from saywhy.config.settings import Settings
from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.flow.deliver.answers import Answers
from saywhy.flow.deliver.conversion import Conversions
from saywhy.flow.deliver.deliverer import Deliverer
from saywhy.flow.deliver.lmtp import LmtpMailboxes
from saywhy.flow.deliver.local import LocalDelivery
from saywhy.flow.deliver.mailstore import MailStore
from saywhy.flow.deliver.program import ProgramDelivery
from saywhy.flow.deliver.smtp import SmtpDelivery
from saywhy.flow.queue.queue import Queue
from saywhy.flow.queue.settings import QueueSettings
from saywhy.flow.receive.limits import InFlight
from saywhy.flow.receive.services import Services
from saywhy.flow.report.question import Asker
from saywhy.flow.report.reporter import Reporter
from saywhy.flow.route.hosts import HostFinder
from saywhy.flow.route.select import RouteSelector
from saywhy.flow.stages import Directory
from saywhy.infra.directory.combined import CombinedDirectory
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.errors import DirectoryDown
from saywhy.infra.mailbox_tally import Tally
from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Maildirs
from saywhy.infra.net.connect import Timeouts
from saywhy.infra.net.dns import Resolver
from saywhy.infra.net.listen import Listener
from saywhy.infra.net.own import OwnAddresses
from saywhy.infra.net.suffixes import Suffixes
from saywhy.infra.net.tls import CertificateNotice, CertificateState, ServerTls
from saywhy.infra.passwords import Passwords
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.infra.work_notes import WorkNotes
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.organisation import User
from saywhy.server import privileges
from saywhy.server.clockwatch import ClockWatch
from saywhy.server.directory import second_source
from saywhy.server.door import Door
from saywhy.server.filing import Desk
from saywhy.server.organisation import FollowedOrganisation
from saywhy.server.pressure import PressureWatch
from saywhy.server.shards import Access, Elsewhere, access, nowhere
from saywhy.server.shares import part
from saywhy.server.sockets import Sockets
from saywhy.server.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Post:
    """A worker's place: which of how many it is, and its shards.  New mail goes to the first of them."""

    number: int
    workers: int
    shards: tuple[int, ...]
    queues: int  # of all workers


class Worker:
    """`synchronous` is the stores'; `elsewhere` asks shards of other workers."""

    def __init__(
        self,
        settings: Settings,
        post: Post,
        organisation: FollowedOrganisation,
        sink: Sink,
        clock: Clock,
        synchronous: str = "FULL",
        notes: WorkNotes | None = None,
        elsewhere: Elsewhere = nowhere,
        tally: Tally | None = None,
    ) -> None:
        self._notes = notes or WorkNotes()
        self._tally = tally
        self.settings = settings
        self._elsewhere = elsewhere
        self.post = post
        self.organisation = organisation
        self.sink = sink
        self.clock = clock
        self.accesses: Mapping[int, Access] = {}
        self.listeners: dict[str, Listener] = {}
        self._synchronous = synchronous
        self._stack = AsyncExitStack()
        self._end = 0.0  # when draining is over, on the loop's clock

    async def start(self, sockets: Sockets) -> None:
        """Returns when mail is taken; whatever fails undoes what was opened before it."""
        try:
            await self._open(sockets)
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self, grace: float) -> None:
        """Listeners first, so that nothing new comes in, then the queues, then the stores: in `grace` seconds."""
        self._end = asyncio.get_running_loop().time() + grace
        await self._stack.aclose()
        self._notes.close()

    async def retry_all(self) -> None:
        """Make due whatever waits, in all shards."""
        for ask in self.accesses.values():
            await ask("retry", None, None)

    def reload(self, settings: Settings) -> None:
        """Go by what of `settings` can change while mail flows."""
        tls_moved = settings.tls != self.settings.tls
        self.settings = settings
        self._in_flight.limit = self._in_flight_limit()
        if tls_moved:
            self._tls = self._server_tls()

    def _left(self) -> float:
        return max(0.0, self._end - asyncio.get_running_loop().time())

    # -- the parts, in the order of `_open` --

    async def _open(self, sockets: Sockets) -> None:
        stores = [await self._open_store(shard) for shard in self.post.shards]
        self._tls = self._server_tls()
        self._build_delivery()
        queues = [self._queue(*each) for each in zip(self.post.shards, stores, strict=True)]
        for queue in queues:
            await queue.start()
            self._stack.push_async_callback(self._stop_queue, queue)
            self.organisation.changed.append(queue.organisation_changed)
        self.store, self.queue = stores[0], queues[0]
        self._pressure = self._watch_pressure(stores, queues)
        shards = zip(self.post.shards, stores, queues, strict=True)
        self.accesses = {shard: self._access(store, queue) for shard, store, queue in shards}
        watch = asyncio.create_task(ClockWatch(self.retry_all, self.sink).run())
        self._stack.callback(watch.cancel)
        await self._listen(sockets, self._services())

    def _access(self, store: SqliteStore, queue: Queue) -> Access:
        desk = Desk(store, queue, self._pressure.state, self.settings.server.hostname, self.clock)
        return access(store, queue, self._pressure, desk)

    def _watch_pressure(self, stores: list[SqliteStore], queues: list[Queue]) -> PressureWatch:
        post = self.post
        watch = PressureWatch(
            lambda: self.settings, post.number, post.workers, stores, queues, self.clock, self.sink
        )
        task = asyncio.create_task(watch.run())
        self._stack.callback(task.cancel)
        return watch

    async def _open_store(self, shard: int) -> SqliteStore:
        loop = asyncio.get_running_loop()

        def tell(text: str) -> None:
            loop.call_soon_threadsafe(self._store_opens, text)

        store = await SqliteStore.open(
            self.settings.store.path,
            shard,
            synchronous=self._synchronous,
            history=part(self.settings.tracking.max_size, self.post.queues),
            tell=tell,
        )
        self._stack.push_async_callback(store.close)
        return store

    def _store_opens(self, text: str) -> None:
        self.sink.emit(Event(Kind.STORE_OPEN, self.clock.now(), text=text))

    def _build_delivery(self) -> None:
        settings, clock, organisation = self.settings, self.clock, self.organisation
        hostname = settings.server.hostname
        directory = self._directory_in_use = self._directory()
        tickets = Tickets(lambda shard: self.accesses.get(shard) or partial(self._elsewhere, shard))
        self._categorizer = Categorizer(organisation, directory, hostname, given=tickets.given)
        self._resolver = resolver = Resolver(settings.dns.nameservers, settings.dns.port, settings.dns.timeout)
        own = {binding.host for listener in settings.listeners.values() for binding in listener.address}
        hosts = HostFinder(resolver, organisation, {hostname}, OwnAddresses(own), clock)
        maildirs = Maildirs(settings.mailboxes.path)
        self._mailstore = MailStore(organisation, directory, Usages(maildirs, self._tally), clock)
        timeouts = Timeouts(**settings.timeouts.model_dump())
        local: LocalDelivery | LmtpMailboxes = LocalDelivery(maildirs, clock, store=self._mailstore)
        if settings.mailboxes.lmtp:
            local = LmtpMailboxes(
                settings.mailboxes.lmtp, hostname, clock, timeouts=timeouts, store=self._mailstore
            )
        remote = SmtpDelivery(hosts, organisation, hostname, clock, timeouts=timeouts)
        programs, conversions = ProgramDelivery(organisation, clock), Conversions(organisation, clock)
        answers = Answers(organisation, directory, tickets.decide, clock, self.sink)
        self._deliverer = Deliverer(
            local, remote, clock, self.sink, programs=programs, conversions=conversions, answers=answers
        )
        for part_of_it in (local, remote, programs, conversions):
            self._stack.push_async_callback(part_of_it.stop)
        self.passwords = Passwords()
        self._stack.callback(self.passwords.close)

    def _language_of(self, address: Address) -> str:
        """What a reader of ours has chosen; empty when that is not known at once."""
        with suppress(DirectoryDown):
            for item in self._directory_in_use.find(address) or ():
                if item.languages:
                    return ", ".join(item.languages)
        return ""

    def _directory(self) -> Directory:
        source = second_source(self.settings.directory, self._tell_fault)
        store = TableDirectory(self.organisation)
        if source is None:
            return store
        self._stack.callback(source.close)
        return CombinedDirectory(store, source)

    def _tell_fault(self, text: str) -> None:
        self.sink.emit(Event(Kind.CONFIG_FAULT, self.clock.now(), text=text))

    def _queue(self, shard: int, store: SqliteStore) -> Queue:
        organisation, clock = self.organisation, self.clock
        return Queue(
            store,
            self._categorizer,
            RouteSelector(organisation, self.settings.server.hostname),
            self._deliverer,
            Reporter(organisation, self.settings.server.hostname, clock, language_of=self._language_of),
            organisation,
            clock,
            self.sink,
            QueueSettings(tracking_age=self.settings.tracking.max_age),
            recheck=self._deliverer.check,
            work=self._notes.of(shard),
            ask=Asker(organisation, self.settings.server.hostname, clock),
        )

    async def _stop_queue(self, queue: Queue) -> None:
        await queue.stop(self._left())

    def _services(self) -> Services:
        self._in_flight = InFlight(self._in_flight_limit())
        ldap = self.settings.directory.source == "ldap"
        return Services(
            hostname=self.settings.server.hostname,
            organisation=self.organisation,
            lookup=self._categorizer.lookup,
            bring=self._categorizer.bring if ldap else self._categorizer.bring_ticket,
            authenticate=self._authenticate,
            submit=self.queue.submit,
            next_id=self.store.next_id,
            clock=self.clock,
            sink=self.sink,
            in_flight=self._in_flight,
            pressure=self._pressure.state,
            names=self._resolver,
            over_quota=self._mailstore.over_send_quota,
            suffixes=Suffixes(self._tell_fault),
        )

    def _in_flight_limit(self) -> int:
        return part(self.settings.limits.max_in_flight_bytes, self.post.workers)

    async def _authenticate(self, name: str, password: str) -> User | None:
        user = self.organisation().users.get(name.lower())
        right = await self.passwords.verify(user.password if user is not None else "", password)
        return user if right else None

    async def _listen(self, sockets: Sockets, services: Services) -> None:
        self._stack.push_async_callback(self._stop_listeners)
        self._room = privileges.connections()
        for name, group in sockets.items():
            mode = self.settings.listeners[name].tls
            implicit = mode == "implicit"
            listener = Listener(
                Door(name, services, tls_available=mode != "none", implicit_tls=implicit, full=self._full),
                implicit_tls=implicit,
                tls_context=lambda: self._tls.context(),
                tls_failed=partial(self._tls_failed, name),
            )
            self.listeners[name] = listener
            for sock in group:
                await listener.start(sock)

    def _full(self) -> bool:
        return sum(len(listener.connections) for listener in self.listeners.values()) > self._room

    async def _stop_listeners(self) -> None:
        await asyncio.gather(*(listener.stop(self._left()) for listener in self.listeners.values()))

    def _server_tls(self) -> ServerTls:
        tls = self.settings.tls
        return ServerTls(tls.certificate, tls.key, [self.settings.server.hostname], notify=self._certificate)

    def _certificate(self, notice: CertificateNotice) -> None:
        """That it was loaded the supervisor tells, once for all workers."""
        if notice.state in (CertificateState.REREAD, CertificateState.BROKEN):
            broken = notice.state is CertificateState.BROKEN
            kind = Kind.CONFIG_FAULT if broken else Kind.CERTIFICATE
            self.sink.emit(Event(kind, self.clock.now(), text=notice.text))

    def _tls_failed(self, listener: str, ip: str, why: str) -> None:
        data = {"client": ip, "listener": listener}
        event = Event(Kind.DISCONNECT, self.clock.now(), cause="tls-handshake-failed", text=why, data=data)
        self.sink.emit(event)
