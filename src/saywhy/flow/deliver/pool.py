"""SMTP sessions kept open between messages, and what is known about hosts that do not answer.

A session serves one next hop (never another: its peer may treat them differently), at most
`max_messages_per_connection` messages, and waits a few seconds for its next.  Hosts that could not be connected to
are tried last for a minute (RFC 5321 section 4.5.4.1: keep a list of hosts that cannot be reached).  How many
sessions there are at once is bounded by the queue, which starts the attempts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from saywhy.flow.deliver.tls import FindTlsPolicy, TlsPolicy, named
from saywhy.flow.stages import Host
from saywhy.infra.net.connect import SmtpConnection, Timeouts
from saywhy.infra.net.tls import Proof
from saywhy.model.queued import NextHop
from saywhy.wire.smtp.client import ClientOptions, Transaction, TransactionResult

IDLE_SECONDS = 10.0
MAX_IDLE = 200  # sessions kept open in all
DEAD_SECONDS = 60.0
MAX_DEAD = 1000


IN_CLEAR = TlsPolicy("never")


class Connection(Protocol):
    """What is used of an `SmtpConnection`."""

    @property
    def tls(self) -> str: ...

    @property
    def usable(self) -> bool: ...

    @property
    def extensions(self) -> Mapping[str, str]: ...

    @property
    def transcript(self) -> tuple[str, ...]: ...

    async def send(self, transaction: Transaction) -> TransactionResult: ...

    async def quit(self) -> None: ...

    def close(self) -> None: ...


class Open(Protocol):
    async def __call__(
        self,
        host: str,
        ip: str,
        port: int,
        options: ClientOptions,
        *,
        source_ip: str,
        timeouts: Timeouts,
        proof: Proof | None,
    ) -> Connection: ...


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """How a send connector wants its mail sent.  One object for each way: sessions are told apart by it."""

    options: ClientOptions
    source_ip: str = ""
    max_messages: int = 100  # for one session
    tls: TlsPolicy | None = None  # what the connector demands; None: what `options` say
    by_name: bool = False  # the certificate must have the right name, too
    tls_domain: str = ""  # that name, where it is not the next hop's
    give_up: bool = False  # when no host answers

    async def policy(self, hop: NextHop, host: Host, find: FindTlsPolicy | None) -> TlsPolicy:
        """How a session with `host` must be protected."""
        found = await find(hop, host) if find is not None else None
        if found is not None:
            return found
        own = self.tls or TlsPolicy(self.options.tls)
        if host.ip.startswith("unix:") and own.use == "may":
            return IN_CLEAR  # nobody else can listen there
        return named(own, self.tls_domain, hop, host) if self.by_name else own


class Line(NamedTuple):
    """What a session must be like to serve: next hop, address, and how we present ourselves."""

    hop: str
    ip: str
    port: int
    manner: Manner
    tls: TlsPolicy | None = None  # None: what the manner's options say


@dataclass(slots=True)
class Session:
    """A connection and what it has served.  `sent` counts transactions."""

    line: Line
    connection: Connection
    sent: int = 0
    idle_until: float = 0.0


class Pool:
    def __init__(self, timeouts: Timeouts, open_: Open = SmtpConnection.open) -> None:
        self._timeouts = timeouts
        self._open = open_
        self._idle: dict[Line, list[Session]] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._dead: dict[tuple[str, int], float] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    # -- sessions --

    def take(self, line: Line) -> Session | None:
        """A session that waits for work on `line`, the one used last; None when there is none."""
        waiting = self._idle.get(line)
        while waiting:
            session = waiting.pop()
            self._count -= 1
            if not waiting:
                del self._idle[line]
            if session.connection.usable:
                return session
            session.connection.close()
        return None

    async def open(self, line: Line, name: str, *, clear: bool = False) -> Session:
        """A new session with the host of that name; ConnectError, TlsError or SessionBroken.

        `clear`: without TLS, where it may be.
        """
        manner, policy = line.manner, line.tls or TlsPolicy(line.manner.options.tls)
        use = "never" if clear else policy.use
        options = manner.options if manner.options.tls == use else replace(manner.options, tls=use)
        connection = await self._open(
            name,
            line.ip,
            line.port,
            options,
            source_ip=manner.source_ip,
            timeouts=self._timeouts,
            proof=None if clear else policy.proof,
        )
        self._dead.pop((line.ip, line.port), None)
        return Session(line, connection)

    def give_back(self, session: Session) -> None:
        """After a transaction: kept for the next one, or taken leave of."""
        if not session.connection.usable:
            session.connection.close()
        elif session.sent >= session.line.manner.max_messages or self._count >= MAX_IDLE:
            self._leave(session)
        else:
            session.idle_until = asyncio.get_running_loop().time() + IDLE_SECONDS
            self._idle.setdefault(session.line, []).append(session)
            self._count += 1
            self._watch()

    async def stop(self) -> None:
        """Take leave of all that wait; returns when they are gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for waiting in self._idle.values():
            for session in waiting:
                self._leave(session)
        self._idle.clear()
        self._count = 0
        await asyncio.gather(*self._leaving)

    def _leave(self, session: Session) -> None:
        task = asyncio.get_running_loop().create_task(session.connection.quit())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    # -- idle sessions do not wait for ever --

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for line, waiting in list(self._idle.items()):
            for session in [each for each in waiting if each.idle_until <= now]:
                waiting.remove(session)
                self._count -= 1
                self._leave(session)
            if not waiting:
                del self._idle[line]
        if self._idle:
            self._watch()

    # -- hosts that do not answer --

    def order(self, hosts: Sequence[Host]) -> list[Host]:
        """Those that could not be connected to just now come last; the order is kept otherwise."""
        if not self._dead:
            return list(hosts)
        now = asyncio.get_running_loop().time()
        return sorted(hosts, key=lambda host: self._dead.get((host.ip, host.port), 0.0) > now)

    def unreachable(self, host: Host) -> None:
        key = host.ip, host.port
        self._dead.pop(key, None)
        if len(self._dead) >= MAX_DEAD:
            del self._dead[next(iter(self._dead))]
        self._dead[key] = asyncio.get_running_loop().time() + DEAD_SECONDS
