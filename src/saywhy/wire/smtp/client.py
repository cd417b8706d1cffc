"""The client side of an SMTP session, without IO (RFC 5321, 2920, 3207, 4954, 3461, 3030, 6531).

Greeting, EHLO (HELO when EHLO is not known: 500 or 502), STARTTLS and AUTH as the options ask, then `Ready`;
each `send` is one transaction and ends in `Finished`; the session may be used again.  Whatever else happens is
`Broken`, after which nothing more is said.

Decisions: credentials go out over TLS only, unless `auth_in_clear`.  STARTTLS refused under `may` goes on in
clear.  Octets behind the reply to STARTTLS are thrown away (they could have been injected).  A 421 ends the
transaction at once, with the replies got so far, and the session with it.  After a failed BDAT, or a transaction
left open, RSET precedes the next MAIL.  A handshake that fails is the driver's affair.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from saywhy.model.evidence import Step
from saywhy.wire.smtp.courier import STEP_OF, Await, Courier, Saying
from saywhy.wire.smtp.events import (
    Broken,
    ClientEvent,
    Finished,
    Ready,
    Transaction,
    TransactionResult,
    WantTls,
)
from saywhy.wire.smtp.inbox import Inbox
from saywhy.wire.smtp.outgoing import command, unsupported
from saywhy.wire.smtp.reply import Reply, plain
from saywhy.wire.smtp.reply_parser import MAX_REPLY_LINE, ReplyError, ReplyParser
from saywhy.wire.smtp.transcript import Transcript

__all__ = [
    "Broken",
    "ClientEngine",
    "ClientEvent",
    "ClientOptions",
    "Finished",
    "Ready",
    "Transaction",
    "TransactionResult",
    "WantTls",
]

_MAX_COMMAND = 512  # octets, RFC 5321 section 4.5.3.1.4: a longer initial response goes on its own line


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """`tls`: STARTTLS never, when offered, or required.

    `tls_active` says that the connection is TLS from its start (port 465); `auth_in_clear` permits AUTH
    without TLS.  `require_esmtp`: a server that knows HELO only gets no transaction.  `lmtp`: LHLO, and a reply
    to the content for each recipient (RFC 2033).
    """

    fqdn: str
    tls: Literal["never", "may", "must"] = "may"
    force_helo: bool = False
    require_esmtp: bool = False
    chunking: bool = True
    user: str = ""
    password: str = ""
    tls_active: bool = False
    auth_in_clear: bool = False
    lmtp: bool = False


class ClientEngine:
    """One session.  A driver: receive / next_event / output; `send` after Ready and after each Finished."""

    __slots__ = (
        "_closed",
        "_courier",
        "_credentials",
        "_eof",
        "_esmtp",
        "_events",
        "_expected",
        "_handshake",
        "_inbox",
        "_log",
        "_open",
        "_options",
        "_out",
        "_parser",
        "_ready",
        "_tls",
        "extensions",
    )

    def __init__(self, options: ClientOptions) -> None:
        self.extensions: Mapping[str, str] = {}  # keyword in upper case -> its parameters
        self._options = options
        self._inbox = Inbox()
        self._parser = ReplyParser()
        self._log = Transcript()
        self._out: list[bytes] = []
        self._events: deque[ClientEvent] = deque()
        self._expected: deque[Await] = deque([Await.GREETING])
        self._tls = options.tls_active
        self._handshake = False
        self._ready = False
        self._closed = False
        self._eof = False
        self._esmtp = False  # EHLO or LHLO was understood
        self._open = False  # the server has a transaction of ours that must be reset
        self._courier: Courier | None = None
        self._credentials: list[bytes] = []  # what AUTH still has to send

    # -- what the driver does --

    def receive(self, data: bytes) -> None:
        """Octets from the server."""
        if not (self._closed or self._handshake):
            self._inbox.feed(data)

    def receive_eof(self) -> None:
        """The server closed its side; what it sent before still counts."""
        self._eof = True

    def output(self) -> bytes:
        """What to write now; clears."""
        out = self._out
        if not out:
            return b""
        data = out[0] if len(out) == 1 else b"".join(out)
        out.clear()
        return data

    def next_event(self) -> ClientEvent | None:
        """The next event, or None when octets are needed."""
        while not self._events:
            if self._closed or self._handshake:
                return None
            line = self._inbox.line(MAX_REPLY_LINE)
            if line is None:
                if not self._eof:
                    return None
                self._at_eof()
            else:
                self._read(line)
        return self._events.popleft()

    def send(self, transaction: Transaction) -> None:
        """Begin a transaction; `Finished` or `Broken` will tell."""
        if self._closed or not self._ready or self._courier is not None or not transaction.recipients:
            raise RuntimeError("send needs a session that is ready and idle, and a recipient")
        lacking = unsupported(transaction, self.extensions)
        if self._options.require_esmtp and not self._esmtp:
            lacking = "ESMTP"
        if lacking:
            nothing = (None,) * len(transaction.recipients)
            self._events.append(Finished(TransactionResult(None, nothing, None, False, lacking)))
            return
        options = self._options
        chunking = options.chunking and not transaction.whole
        courier = Courier(transaction, self.extensions, chunking=chunking, lmtp=options.lmtp)
        sayings = courier.begin(reset=self._open)
        self._courier = courier
        self._log.begin()
        self._say(sayings)

    def quit(self) -> None:
        """Take leave; in the middle of anything else just stop."""
        if self._closed or self._expected:
            self._closed = True
        else:
            self._say([Saying(Await.QUIT, b"QUIT\r\n", b"QUIT")])

    def tls_done(self, description: str) -> None:
        """The handshake is over; the session starts over (RFC 3207 section 4.2)."""
        self._tls = True
        self._handshake = False
        self._log.server(b"(TLS: %b)" % plain(description).encode())
        self._hello()

    @property
    def step(self) -> Step:
        """What is being waited for; NONE when idle."""
        if self._handshake:
            return Step.STARTTLS
        return STEP_OF[self._expected[0]] if self._expected else Step.NONE

    @property
    def closed(self) -> bool:
        """True once nothing more can be said: QUIT answered, 421 received, or Broken."""
        return self._closed

    @property
    def transcript(self) -> tuple[str, ...]:
        """The opening and the last transaction, "C: " and "S: "; contents and credentials left out."""
        return self._log.lines()

    # -- replies --

    def _read(self, line: bytes) -> None:
        self._log.server(line)
        step = self.step
        try:
            reply = self._parser.feed(line)
            if reply is not None:
                self._answered(reply)
        except ReplyError as error:
            self._break(None, str(error), step)

    def _answered(self, reply: Reply) -> None:
        if not self._expected:
            self._break(reply, "the server ended the session" if reply.code == 421 else "the server spoke unasked")
            return
        awaiting = self._expected.popleft()
        if self._courier is None or awaiting is Await.QUIT:
            _HANDLERS[awaiting](self, reply)
            return
        self._say(self._courier.answered(awaiting, reply))
        leaving = reply.code == 421
        if self._courier.done or leaving:
            self._open = self._courier.open
            self._events.append(Finished(self._courier.result()))
            self._courier = None
            self._closed = leaving

    def _say(self, sayings: list[Saying]) -> None:
        for saying in sayings:
            self._out.append(saying.octets)
            self._expected.append(saying.awaiting)
            if saying.octets:
                self._log.client(saying.shown)

    def _break(self, reply: Reply | None, why: str, step: Step | None = None) -> None:
        self._events.append(Broken(self.step if step is None else step, reply, why))
        self._closed = True
        self._courier = None

    def _at_eof(self) -> None:
        if self._expected and self._expected[0] is Await.QUIT:
            self._closed = True
            return
        if self._courier is not None and self._courier.answering:  # who has been answered has the message
            self._events.append(Finished(self._courier.result()))
            self._courier = None
            self._closed = True
            return
        waiting = f"while its answer to {self.step.value} was awaited" if self._expected else "while idle"
        self._break(None, f"the server closed the connection {waiting}")

    # -- until ready --

    def _greeted(self, reply: Reply) -> None:
        if not reply.positive:
            self._break(reply, "the server's greeting refused us", Step.GREETING)
        else:
            self._hello()

    def _hello(self) -> None:
        self.extensions = {}
        self._hello_as(Await.HELO if self._options.force_helo else Await.EHLO)

    def _hello_as(self, verb: Await) -> None:
        line = command(f"{'LHLO' if self._options.lmtp else verb.name} {self._options.fqdn}")
        self._say([Saying(verb, line, line)])

    def _ehlo_answered(self, reply: Reply) -> None:
        if reply.code in (500, 502) and not self._options.lmtp:
            self._hello_as(Await.HELO)
        elif not reply.positive:
            self._break(reply, "the server refused EHLO", Step.EHLO)
        else:
            self._esmtp = True
            self.extensions = _extensions(reply)
            self._start_tls_or_go_on()

    def _helo_answered(self, reply: Reply) -> None:
        if reply.positive:
            self._start_tls_or_go_on()
        else:
            self._break(reply, "the server refused HELO", Step.EHLO)

    def _start_tls_or_go_on(self) -> None:
        if self._tls or self._options.tls == "never":
            self._sign_in()
        elif "STARTTLS" in self.extensions:
            self._say([Saying(Await.STARTTLS, b"STARTTLS\r\n", b"STARTTLS")])
        elif self._options.tls == "must":
            self._break(None, "TLS is required, and the server does not offer STARTTLS", Step.STARTTLS)
        else:
            self._sign_in()

    def _starttls_answered(self, reply: Reply) -> None:
        if reply.positive:
            self._handshake = True
            self._inbox.clear()
            self._events.append(WantTls())
        elif reply.code == 421:
            self._break(reply, "the server ended the session", Step.STARTTLS)
        elif self._options.tls == "must":
            self._break(reply, "TLS is required, and the server refused STARTTLS", Step.STARTTLS)
        else:
            self._sign_in()

    def _sign_in(self) -> None:
        options = self._options
        if not options.user:
            self._be_ready()
            return
        mechanisms = self.extensions.get("AUTH", "").upper().split()
        if not (self._tls or options.auth_in_clear):
            self._break(None, "the password is not sent over a connection without TLS", Step.AUTH)
        elif "PLAIN" in mechanisms:
            self._auth_plain()
        elif "LOGIN" in mechanisms:
            self._credentials = [_base64(options.user), _base64(options.password)]
            self._say([Saying(Await.AUTH, b"AUTH LOGIN\r\n", b"AUTH LOGIN")])
        else:
            self._break(None, "a user is set, and the server offers neither AUTH PLAIN nor LOGIN", Step.AUTH)

    def _auth_plain(self) -> None:
        token = _base64(f"\0{self._options.user}\0{self._options.password}")
        line = b"AUTH PLAIN " + token
        if len(line) > _MAX_COMMAND:
            self._credentials = [token]
            line = b"AUTH PLAIN\r\n"
        self._say([Saying(Await.AUTH, line, b"AUTH PLAIN ***")])

    def _auth_answered(self, reply: Reply) -> None:
        if reply.positive:
            self._be_ready()
        elif reply.intermediate and self._credentials:
            self._say([Saying(Await.AUTH, self._credentials.pop(0), b"***")])
        else:
            self._break(reply, "the server refused the sign-in", Step.AUTH)

    def _be_ready(self) -> None:
        self._ready = True
        self._log.opened()
        self._events.append(Ready())

    def _quit_answered(self, _reply: Reply) -> None:
        self._closed = True


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode("utf-8")) + b"\r\n"


def _extensions(reply: Reply) -> dict[str, str]:
    words = [line.strip().partition(" ") for line in reply.lines[1:]]
    return {keyword.upper(): parameters.strip() for keyword, _, parameters in words if keyword}


_HANDLERS: Mapping[Await, Callable[[ClientEngine, Reply], None]] = {
    Await.GREETING: ClientEngine._greeted,
    Await.EHLO: ClientEngine._ehlo_answered,
    Await.HELO: ClientEngine._helo_answered,
    Await.STARTTLS: ClientEngine._starttls_answered,
    Await.AUTH: ClientEngine._auth_answered,
    Await.QUIT: ClientEngine._quit_answered,
}
