"""The pump between a TCP connection and a `ClientEngine`: octets, back-pressure, time-outs, and the way it ends.

No coroutine per line: replies are handled in the transport's callbacks, and whoever waits for the next event is
woken once (per transaction, when all goes well).  One timer per connection, moved lazily.  Time-outs are those of
RFC 5321 section 4.5.3.2: for each reply, and for each block of a content that the peer takes slowly.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import cast

from saywhy.infra.errors import InfraError
from saywhy.model.evidence import Step
from saywhy.wire.smtp.client import Broken, ClientEngine, ClientEvent, Finished, Ready, WantTls
from saywhy.wire.smtp.reply import Reply

SLICE = 256 * 1024  # octets handed to the transport at a time
_NOTHING = memoryview(b"")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for the other side; the same names as the settings `[timeouts]` (RFC 5321 4.5.3.2)."""

    connect: float = 30.0
    greeting: float = 300.0
    hello: float = 300.0
    starttls: float = 120.0
    auth: float = 120.0
    mail: float = 300.0
    rcpt: float = 300.0
    data: float = 120.0
    block: float = 180.0
    final: float = 600.0
    quit: float = 10.0

    def at(self, step: Step) -> float:
        return float(getattr(self, _SETTING[step]))


_SETTING = {
    Step.NONE: "quit",
    Step.CONNECT: "connect",
    Step.GREETING: "greeting",
    Step.EHLO: "hello",
    Step.STARTTLS: "starttls",
    Step.AUTH: "auth",
    Step.MAIL: "mail",
    Step.RCPT: "rcpt",
    Step.DATA: "data",
    Step.END_OF_DATA: "final",
}


class SessionBroken(InfraError):
    """A session ended before the transaction did.

    `reply` is what the remote said last when it refused to go on (greeting, EHLO, STARTTLS, AUTH, 421);
    `timed_out` says that it stayed silent at `step` for too long; otherwise the connection was lost, or what the
    remote said made no sense (`why` tells).  At `step` NONE the session was idle: nothing had been sent.
    """

    def __init__(
        self,
        step: Step,
        reply: Reply | None,
        why: str,
        transcript: tuple[str, ...] = (),
        *,
        timed_out: bool = False,
        tls: str = "",
    ) -> None:
        super().__init__(why)
        self.step = step
        self.reply = reply
        self.why = why
        self.transcript = transcript
        self.timed_out = timed_out
        self.tls = tls


class Pump(asyncio.Protocol):
    """`next` gives the engine's events one by one; whatever it says is written as the peer takes it."""

    def __init__(self, engine: ClientEngine, timeouts: Timeouts) -> None:
        self.engine = engine
        self.timeouts = timeouts
        self.tls = ""
        self.transport: asyncio.Transport
        self._loop = asyncio.get_running_loop()
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._waiter: asyncio.Future[ClientEvent] | None = None
        self._end: Broken | None = None
        self._timed_out = False
        self._unsent = _NOTHING
        self._paused = False
        self._backlog = 0  # octets that the transport held when the timer last looked
        self._deadline = math.inf
        self._timer: asyncio.TimerHandle | None = None

    # -- for its user --

    async def next(self) -> WantTls | Ready | Finished:
        """The next event; SessionBroken instead of Broken.  Cancelled, it cuts the connection."""
        if self._end is not None:
            raise self._broken(self._end)
        waiter: asyncio.Future[ClientEvent] = self._loop.create_future()
        self._waiter = waiter
        self._advance()
        try:
            event = await waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        if isinstance(event, Broken):
            raise self._broken(event)
        return event

    @property
    def idle(self) -> bool:
        """True when the peer owes us nothing, nor we it, and both could go on."""
        return not (
            self._waiter is not None
            or self._end is not None
            or self.engine.closed
            or self.engine.step is not Step.NONE
            or self.transport.is_closing()
        )

    @property
    def ended(self) -> Broken | None:
        """How the session ended, if it has."""
        return self._end

    async def quit(self) -> None:
        """Say QUIT, wait a little for the answer, and be gone."""
        try:
            if self.idle:
                self.engine.quit()
                self._advance()
                async with asyncio.timeout(self.timeouts.quit):
                    await self._lost
        except TimeoutError:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Once only: a TLS transport of Python 3.11.2 does not bear to be aborted or closed again."""
        self._finish(Broken(self.engine.step, None, "we closed the connection"))
        if not self._lost.done():
            self.transport.abort()

    # -- asyncio.Protocol --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.engine.receive(data)
        self._advance()

    def eof_received(self) -> bool:
        self.engine.receive_eof()
        self._advance()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        step = self.engine.step
        self.engine.receive_eof()
        if exc is not None:
            words = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
            self._finish(Broken(step, None, f"the connection was lost{_while(step)}: {words}"))
        self._advance()
        self._finish(Broken(step, None, f"the connection was closed{_while(step)}"))
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._write()
        self._wait_from_now()

    # -- the machinery --

    def _advance(self) -> None:
        """Hand on what the engine has to tell, and write what it has to say."""
        while (event := self.engine.next_event()) is not None:
            if isinstance(event, Broken):
                self._take_leave(event)
                self._finish(event)
            elif self._waiter is not None:
                waiter, self._waiter = self._waiter, None
                if not waiter.done():
                    waiter.set_result(event)
        if self.engine.closed:
            if not self.transport.is_closing():
                self.transport.close()
            return
        self._write()
        self._wait_from_now()

    def _write(self) -> None:
        while not self._paused:
            if self._unsent:
                self.transport.write(self._unsent[:SLICE])
                self._unsent = self._unsent[SLICE:]
                continue
            data = self.engine.output()
            if len(data) <= SLICE:
                if data:
                    self.transport.write(data)
                return
            self._unsent = memoryview(data)

    def _take_leave(self, broken: Broken) -> None:
        """QUIT before closing a channel that still works (RFC 5321 section 4.1.1.10); 421 closes it itself."""
        hung_up = broken.reply is not None and broken.reply.code == 421
        if not (hung_up or self._paused or self._unsent or self.transport.is_closing()):
            self.transport.write(b"QUIT\r\n")

    def _finish(self, end: Broken) -> None:
        """The session is over: tell whoever waits, remember it for whoever comes."""
        if self._end is None:
            self._end = end
        self._deadline = math.inf
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(self._end)

    def _broken(self, end: Broken) -> SessionBroken:
        return SessionBroken(
            end.step, end.reply, end.why, self.engine.transcript, timed_out=self._timed_out, tls=self.tls
        )

    # -- time-outs --

    def _wait_from_now(self) -> None:
        if self._waiter is None:
            self._deadline = math.inf
            return
        limit = self.timeouts.block if self._paused else self.timeouts.at(self.engine.step)
        self._deadline = self._loop.time() + limit
        if self._timer is None or self._timer.when() > self._deadline:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._backlog = self.transport.get_write_buffer_size()
        self._timer = self._loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        """The timer went off: nobody waits now, something was taken, the deadline has moved, or it is late."""
        self._timer = None
        if self._deadline == math.inf:
            return
        if self._paused and self.transport.get_write_buffer_size() < self._backlog:
            self._wait_from_now()
        elif self._deadline > self._loop.time():
            self._set_timer()
        else:
            self._time_out()

    def _time_out(self) -> None:
        step = self.engine.step
        self._timed_out = True
        if self._paused:
            why = f"nothing more of the message was taken for {self.timeouts.block:g} seconds"
        else:
            why = f"{_awaited(step)} did not come within {self.timeouts.at(step):g} seconds"
        self._finish(Broken(step, None, why))
        self.transport.abort()


def _awaited(step: Step) -> str:
    return "the greeting" if step is Step.GREETING else f"the answer to {step.value}"


def _while(step: Step) -> str:
    return " while idle" if step is Step.NONE else f" while {_awaited(step)} was awaited"
