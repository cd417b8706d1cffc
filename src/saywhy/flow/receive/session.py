"""One SMTP session: events of the protocol engine in, decisions of `policy` out (spec F2).

Without IO of its own: bytes come in by `received`, go out by the `Wire` it was given.  Commands are answered at
once, in the caller's turn of the event loop; only a sign-in, a tarpit and the durable queueing of a message
wait, and while one does the engine hands out nothing further.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from typing import Any, Protocol, assert_never

from saywhy.flow.receive import policy, refusals
from saywhy.flow.receive.gate import Gate, envelope_of
from saywhy.flow.receive.journal import Journal
from saywhy.flow.receive.offer import limits, offer
from saywhy.flow.receive.services import Services
from saywhy.flow.receive.sign_in import SignIn, SignInRefused
from saywhy.flow.receive.taking import take
from saywhy.infra.errors import TlsError
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.event import Kind
from saywhy.model.evidence import Step
from saywhy.model.failure import Failure, Refused
from saywhy.model.organisation import ReceiveConnector
from saywhy.wire.smtp import events as smtp
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.server import Offer, ServerEngine

BUSY_BUFFER = 64 * 1024  # octets a client may send ahead of an answer before we stop reading


class Wire(Protocol):
    """The connection, as a session sees it.  `close` lets what was written go out first."""

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    async def start_tls(self) -> str:
        """The server's side of a handshake; returns what was agreed, raises infra.errors.TlsError."""
        ...


class Session:
    """`connector` must have been chosen, and the connection counted in, before."""

    def __init__(
        self,
        services: Services,
        connector: ReceiveConnector,
        wire: Wire,
        client_ip: str,
        *,
        tls_available: bool,
        implicit_tls: bool = False,
    ) -> None:
        self._services = services
        self._connector = connector
        self._wire = wire
        self._journal = Journal(services.sink, services.clock, connector.name, client_ip)
        self._client = policy.Client(client_ip, encrypted=implicit_tls)
        self._gate = Gate(services, connector)
        self._signing_in: SignIn | None = None
        self._tls = ""
        self._tls_offered = tls_available and connector.starttls
        self._fqdn = connector.fqdn or services.hostname
        self._engine = ServerEngine(self._offer(), limits(connector))
        self._helo = ""
        self._extended = False
        self._held = 0  # octets counted into services.in_flight
        self._waiting: asyncio.Task[None] | None = None
        self._paused = False
        self._early: bytearray | None = None
        self._ended = False
        self._farewell: Failure | None = None  # said when what is waited for is over
        self._begin_transaction(None)

    # -- what the connection tells us --

    def connected(self, tls: str = "") -> None:
        """It may speak; `tls` is what implicit TLS agreed on."""
        if tls:
            self._tls = tls
            self._engine.tls_done(tls)
        if self._connector.block_lists:
            self._wait(self._greet_unless_listed())
        else:
            self._engine.greet()
            self._pump()

    async def _greet_unless_listed(self) -> None:
        refusal = await self._gate.client(self._client)
        if refusal is None:
            self._engine.greet()
        elif not self._ended:
            self._journal.refused(refusal)
            self._wire.write(Reply.from_failure(refusal).encode())
            self._end()

    def received(self, data: bytes) -> None:
        if self._ended:
            return
        if self._early is not None:  # encrypted already, but the handshake's end is not known to us yet
            self._early += data
            return
        self._engine.receive(data)
        if self._waiting is not None:
            if not self._paused and self._engine.backlog > BUSY_BUFFER:
                self._paused = True
                self._wire.pause()
            return
        self._pump()
        if self._in_content:
            self._hold(self._engine.held)
            if self._services.in_flight.overfull:
                self._shut(refusals.no_resources(self._connector.name, Step.END_OF_DATA, "messages in transfer"))

    def eof(self) -> None:
        self._engine.receive_eof()
        if self._waiting is None:
            self._pump()

    def lost(self) -> None:
        """The connection is gone.  A message that is being queued stays accepted; nobody hears of it here."""
        self._ended = True
        self._release()
        self._services.connections.leave(self._connector, self._client.ip)

    def timed_out(self, seconds: int) -> None:
        self._take_leave(refusals.timed_out(self._connector.name, seconds))

    def stop(self) -> bool:
        """The server drains: end at once unless a message is under way.  True when ended."""
        if self._in_content:
            return False
        self._take_leave(refusals.stopping(self._connector.name))
        return self._ended

    @property
    def busy(self) -> bool:
        """True while the answer is ours to give: the client's silence is no idleness."""
        return self._waiting is not None

    # -- the engine's events --

    def _pump(self) -> None:
        try:
            self._handle_all()
        except Exception as error:
            self._fault(error)

    def _handle_all(self) -> None:
        engine = self._engine
        while self._waiting is None and not self._ended:
            event = engine.next_event()
            if event is None:
                break
            self._handle(event)
        self._flush()

    def _flush(self) -> None:
        data = self._engine.output()
        if data and not self._ended:
            self._wire.write(data)
        if self._engine.closing:
            self._end()

    def _handle(self, event: smtp.ServerEvent) -> None:  # noqa: C901 - one line an event
        match event:
            case smtp.Rcpt():
                self._rcpt(event.recipient)
            case smtp.Mail():
                self._mail(event)
            case smtp.Data():
                self._in_content = True
                self._engine.accept()
            case smtp.Content():
                self._in_content = False
                self._hold(len(event.data))
                self._wait(self._content(event.data))
            case smtp.Hello():
                self._helo, self._extended = event.name, event.extended
                self._end_transaction()
                self._engine.accept()
            case smtp.Reset():
                self._end_transaction()
            case smtp.Auth():
                self._wait(self._sign_in(event))
            case smtp.StartTls():
                self._engine.accept()
                self._flush()
                self._early = bytearray()
                self._wait(self._start_tls())
            case smtp.Refused():
                self._journal.refused(event.failure, self._sender)
            case smtp.Quit():
                pass
            case smtp.Gone():
                self._end()
            case _:
                assert_never(event)

    def _mail(self, event: smtp.Mail) -> None:
        refusal = self._gate.sender(self._client, self._tls_offered, event.sender)
        if refusal is None and (delay := self._gate.delay(self._client)):
            self._wait(self._mail_later(event, delay))
        elif refusal is None and self._gate.asks(self._client, event.sender):
            self._wait(self._mail_after_asking(event))
        else:
            self._begin(event, refusal)

    async def _mail_later(self, event: smtp.Mail, delay: float) -> None:
        await asyncio.sleep(delay)
        if self._gate.asks(self._client, event.sender):
            await self._mail_after_asking(event)
        else:
            self._begin(event, None)

    async def _mail_after_asking(self, event: smtp.Mail) -> None:
        self._begin(event, await self._gate.ask(self._client, event.sender, self._helo))

    def _begin(self, event: smtp.Mail, refusal: Failure | None) -> None:
        too_fast = None if refusal else self._gate.rate(self._client)
        refusal = refusal or too_fast
        if refusal is None:
            if event.by is not None:
                event = replace(event, by=event.by.counted(self._services.clock.now()))
            self._begin_transaction(event)
            self._engine.accept()
        else:
            self._refuse(refusal, sender=event.sender, close=bool(too_fast))

    def _rcpt(self, recipient: Recipient) -> None:
        recipient = self._gate.named(recipient)
        bringing = self._gate.bring(recipient.address)
        refusal = self._gate.recipient(self._client, len(self._recipients), recipient.address)
        if bringing is not None or (refusal is not None and self._gate.tarpit(refusal)):
            self._wait(self._rcpt_later(bringing, recipient))
        else:
            self._answer_rcpt(refusal, recipient)

    async def _rcpt_later(self, bringing: Awaitable[None] | None, recipient: Recipient) -> None:
        if bringing is not None:
            await bringing
        refusal = self._gate.recipient(self._client, len(self._recipients), recipient.address)
        await asyncio.sleep(self._gate.tarpit(refusal) if refusal is not None else 0)
        self._answer_rcpt(refusal, recipient)

    def _answer_rcpt(self, refusal: Failure | None, recipient: Recipient) -> None:
        if refusal is None:
            self._recipients.append(recipient)
            self._engine.accept()
        else:
            self._refuse(refusal, sender=self._sender, recipient=recipient.address)

    async def _content(self, data: bytes) -> None:
        envelope = envelope_of(self._mail_event, self._recipients)
        origin = self._gate.origin(
            self._client, self._helo, self._tls, extended=self._extended, smtputf8=envelope.smtputf8
        )
        try:
            id_ = await take(self._services, self._gate, self._fqdn, self._client, origin, envelope, data)
        except Refused as refused:
            self._end_transaction()
            self._refuse(refused.failure, sender=envelope.sender)
        else:
            self._end_transaction()
            self._engine.accept(f"Queued as {id_}")

    async def _sign_in(self, event: smtp.Auth) -> None:
        if self._signing_in is None:
            self._signing_in = SignIn(self._services, self._connector, self._journal)
        answer = await self._signing_in.attempt(event)
        if isinstance(answer, SignInRefused):
            self._refuse(answer.failure, close=answer.close)
        else:
            self._client = replace(self._client, user=answer)
            self._engine.accept()

    async def _start_tls(self) -> None:
        self._tls = await self._wire.start_tls()
        self._client = replace(self._client, user=None, encrypted=True)
        self._helo = ""
        self._engine.offer = self._offer()
        self._engine.tls_done(self._tls)
        early, self._early = self._early, None
        if early:
            self._engine.receive(bytes(early))

    # -- small things --

    def _wait(self, step: Coroutine[Any, Any, None]) -> None:
        self._waiting = asyncio.get_running_loop().create_task(self._run(step))

    async def _run(self, step: Coroutine[Any, Any, None]) -> None:
        try:
            await step
        except TlsError as error:
            self._journal.tell(Kind.DISCONNECT, str(error), cause="tls-handshake-failed")
            self._end()
        except Exception as error:
            self._fault(error)
        except asyncio.CancelledError:
            self._end()  # an answer is owed that nobody will give
            raise
        finally:
            self._waiting = None
            if self._paused:
                self._paused = False
                self._wire.resume()
        if self._farewell is not None:
            self._shut(self._farewell)
        self._pump()

    def _take_leave(self, failure: Failure) -> None:
        """End with `failure`; an answer that we owe is given first."""
        if self._waiting is not None:
            self._farewell = failure
        else:
            self._shut(failure)

    def _fault(self, error: Exception) -> None:
        """An error of ours ends one session, and no more."""
        self._journal.tell(Kind.FAULT, f"{type(error).__name__}: {error}")
        self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._wire.close()
        self._release()

    def _begin_transaction(self, mail: smtp.Mail | None) -> None:
        self._mail_event = mail
        self._sender = mail.sender if mail is not None else None
        self._recipients: list[Recipient] = []
        self._in_content = False

    def _end_transaction(self) -> None:
        self._release()
        self._begin_transaction(None)

    def _offer(self) -> Offer:
        return offer(self._connector, self._fqdn, starttls=self._tls_offered, encrypted=self._client.encrypted)

    def _hold(self, octets: int) -> None:
        """Count what this session keeps in memory of a message: `octets` now, whatever it was before."""
        if not self._ended:
            self._services.in_flight.used += octets - self._held
            self._held = octets

    def _release(self) -> None:
        self._services.in_flight.used -= self._held
        self._held = 0

    def _shut(self, failure: Failure) -> None:
        if not self._ended:
            self._journal.refused(failure)
            self._engine.shut(failure)
            self._flush()

    def _refuse(
        self,
        failure: Failure,
        *,
        sender: Address | None = None,
        recipient: Address | None = None,
        close: bool = False,
    ) -> None:
        self._journal.refused(failure, sender, recipient)
        self._engine.refuse(failure, close=close)
