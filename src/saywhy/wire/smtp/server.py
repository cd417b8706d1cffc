"""The server side of an SMTP session, without IO (RFC 5321 with the extensions that `Offer` names).

Octets in by `receive`, out by `output`; what they mean comes one at a time from `next_event`, and the driver's
decisions go back by `accept`, `reply` or `refuse`.  Commands are parsed only when an event is asked for, so a
pipelined group waits in the inbox while an answer is owed, and replies always come in order.  The order of
commands is a table (`states`), what the engine refuses by itself another (`refusals`).

Decisions: a command line that ends in a bare LF is refused and not executed.  Octets behind STARTTLS are thrown
away (RFC 3207: it must come last; obeying them after the handshake would let them be injected).  Refused content
ends the transaction, and the session goes on.  Not here: BINARYMIME, BURL, ETRN, TURN.
"""

from __future__ import annotations

from dataclasses import replace

from saywhy.model.failure import Failure
from saywhy.wire.smtp.content import DataReader
from saywhy.wire.smtp.events import Auth, Data, Gone, Hello, ServerEvent, StartTls
from saywhy.wire.smtp.offer import Limits, Offer, capabilities
from saywhy.wire.smtp.reading import READERS
from saywhy.wire.smtp.reply import Reply, plain
from saywhy.wire.smtp.session import Session
from saywhy.wire.smtp.states import AFTER, Mode, State

__all__ = ["Limits", "Offer", "ServerEngine"]


class ServerEngine:
    """One session.  A driver: greet, then receive / next_event and answer / output, until `closing`."""

    __slots__ = ("_eof", "_session")

    def __init__(self, offer: Offer, limits: Limits) -> None:
        self._session = Session(offer, limits)
        self._eof = False

    @property
    def offer(self) -> Offer:
        """What EHLO answers with; replace it before `tls_done`."""
        return self._session.offer

    @offer.setter
    def offer(self, offer: Offer) -> None:
        self._session.offer = offer

    @property
    def closing(self) -> bool:
        """Write the output, then close."""
        return self._session.closing

    @property
    def backlog(self) -> int:
        """Octets received and not yet looked at: stop reading when it grows."""
        return len(self._session.inbox)

    @property
    def held(self) -> int:
        """Octets of a message that are in memory and not yet handed out."""
        session = self._session
        return session.data.held + (0 if session.chunks is None else session.chunks.held)

    @property
    def transcript(self) -> tuple[str, ...]:
        """The session's last lines, "C: " and "S: "; contents and credentials left out."""
        return self._session.log.lines()

    def receive(self, data: bytes) -> None:
        """Octets from the client."""
        if not self._session.deaf:
            self._session.inbox.feed(data)

    def receive_eof(self) -> None:
        """The client closed its side; what it sent before still counts."""
        self._eof = True

    def output(self) -> bytes:
        """What to write now; clears."""
        out = self._session.out
        if not out:
            return b""
        data = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        return data

    def next_event(self) -> ServerEvent | None:
        """The next event; None when octets are needed, or an answer is owed."""
        session = self._session
        events = session.events
        while not events:
            if session.owed is not None:
                return None
            if not READERS[session.mode](session):
                return self._at_eof()
        return events.popleft()

    def _at_eof(self) -> ServerEvent | None:
        if not self._eof or self._session.closing:
            return None
        self._session.close()
        return Gone()

    def greet(self, reply: Reply | None = None) -> None:
        """220, or a refusal: 421 and 521 close, any other waits for QUIT (RFC 5321 section 3.1, RFC 7504)."""
        session = self._session
        session.mode = Mode.COMMAND
        if reply is None:
            session.say(b"220 %b ESMTP saywhy\r\n" % plain(session.offer.fqdn).encode())
            return
        session.say(reply.encode())
        if reply.code in (421, 521):
            session.close()
        elif not reply.positive:
            session.state = State.TURNED_AWAY

    def accept(self, text: str = "") -> None:
        """The positive reply to the event last handed out, in the table's words or with `text`."""
        owed = self._take_owed()
        if owed is None:
            return
        if owed is Hello:
            said = capabilities(self._session.offer, text, extended=self._session.extended)
        elif text:
            said = replace(AFTER[owed].reply, lines=(text,)).encode()
        else:
            said = AFTER[owed].said
        self._answer(owed, said, positive=True)

    def reply(self, reply: Reply, *, close: bool = False) -> None:
        """An answer in full to the event last handed out."""
        owed = self._take_owed()
        if owed is not None:
            self._answer(owed, reply.encode(), positive=reply.positive or reply.intermediate, close=close)

    def refuse(self, failure: Failure, *, close: bool = False) -> None:
        """No to the event last handed out."""
        self.reply(Reply.from_failure(failure), close=close)

    def shut(self, failure: Failure) -> None:
        """Say 421 unasked, and close (RFC 5321 section 3.8).  Whatever answer was owed is owed no more."""
        session = self._session
        if not session.closing:
            session.say(Reply(421, failure.status.with_class(4), (failure.diagnostic,)).encode())
            session.close()

    def tls_done(self, description: str) -> None:
        """The handshake is over; the session starts over, with `offer` as it is now (RFC 3207 section 4.2)."""
        session = self._session
        session.tls = True
        session.offer = replace(session.offer, starttls=False)
        session.authenticated = False
        session.log.server(b"(TLS: %b)" % plain(description).encode())
        session.deaf = False
        session.mode = Mode.COMMAND

    def _take_owed(self) -> type[ServerEvent] | None:
        """The event that this answers; None when the session was shut meanwhile."""
        session = self._session
        owed, session.owed = session.owed, None
        if owed is None and not session.closing:
            raise RuntimeError("no event is waiting for an answer")
        return owed

    def _answer(self, owed: type[ServerEvent], said: bytes, *, positive: bool, close: bool = False) -> None:
        session = self._session
        if owed is Data and session.chunks is not None and not close:
            self._answer_chunk(None if positive else said)
            return
        session.say(said)
        after = AFTER[owed]
        state = after.accepted if positive else after.refused
        if state is not None:
            session.state = state
        if close:
            session.close()
        elif positive:
            self._go_on(owed)

    def _go_on(self, owed: type[ServerEvent]) -> None:
        session = self._session
        if owed is Data:
            session.data = DataReader(session.limits.max_message_size)
            session.mode = Mode.DATA
        elif owed is StartTls:
            session.mode = Mode.NOTHING
            session.deaf = True
            session.inbox.clear()
        elif owed is Auth:
            session.authenticated = True
        elif owed is Hello:
            session.chunks = None

    def _answer_chunk(self, refusal: bytes | None) -> None:
        """To a first BDAT nothing is said before its octets have been read (RFC 3030 section 2)."""
        session = self._session
        session.mode = Mode.CHUNK
        session.state = State.CHUNKS
        if refusal is not None and session.chunks is not None:
            session.chunks.discard(refusal)
