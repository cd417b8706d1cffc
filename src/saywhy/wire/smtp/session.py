"""The state of a server session, and the four things that can be done with it: note, say, ask, refuse.

Shared by `server` (the driver's side), `reading` (octets to commands and content) and `commands` (one function
for each).  Nothing else holds state.
"""

from __future__ import annotations

from collections import deque

from saywhy.model.evidence import Step
from saywhy.wire.smtp import refusals
from saywhy.wire.smtp.content import ChunkReader, DataReader
from saywhy.wire.smtp.events import Refused, ServerEvent
from saywhy.wire.smtp.inbox import Inbox
from saywhy.wire.smtp.offer import Limits, Offer
from saywhy.wire.smtp.refusals import Found
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.sasl import Exchange
from saywhy.wire.smtp.states import STEPS, Mode, State
from saywhy.wire.smtp.transcript import Transcript, readable

HIDDEN = b"***"


class Session:
    """Public to its three users, private to the package."""

    __slots__ = (
        "authenticated",
        "chunks",
        "closing",
        "command",
        "data",
        "deaf",
        "errors",
        "events",
        "extended",
        "hush",
        "idle",
        "inbox",
        "limits",
        "log",
        "mode",
        "offer",
        "out",
        "owed",
        "sasl",
        "smtputf8",
        "state",
        "step",
        "tls",
    )

    def __init__(self, offer: Offer, limits: Limits) -> None:
        self.offer = offer
        self.limits = limits
        self.inbox = Inbox()
        self.out: list[bytes] = []
        self.events: deque[ServerEvent] = deque()
        self.owed: type[ServerEvent] | None = None  # the kind of event that waits for an answer
        self.state = State.GREETED
        self.mode = Mode.NOTHING
        self.closing = False
        self.deaf = False  # octets are thrown away: a handshake, or the end
        self.tls = False
        self.extended = False  # EHLO, not HELO
        self.authenticated = False
        self.smtputf8 = False  # of this transaction
        self.errors = 0
        self.idle = 0  # commands that bring no message nearer, since the last one
        self.data = DataReader(0)
        self.chunks: ChunkReader | None = None
        self.sasl: Exchange | None = None
        self.log = Transcript()
        self.step = Step.CONNECT
        self.command = b""
        self.hush = False  # after AUTH, what is no command may be a password

    def note(self, line: bytes, verb: bytes) -> None:
        """Keep what the client said for the transcript and as evidence, without its secrets."""
        step = STEPS.get(verb, Step.NONE)
        if verb[:4] == b"AUTH":
            line = b" ".join([*line.split(b" ")[:2], HIDDEN]) if step is Step.AUTH else HIDDEN
            self.hush = True
        elif self.hush:
            self.hush = step is Step.NONE
            line = HIDDEN if self.hush else line
        self.step = step
        self.command = line
        self.log.client(line)

    def note_content(self, octets: int) -> None:
        self.step = Step.END_OF_DATA
        self.command = b""
        self.log.client(b"(content, %d octets)" % octets)

    def say(self, octets: bytes) -> None:
        self.out.append(octets)
        self.log.server(octets)

    def ask(self, event: ServerEvent) -> None:
        """Hand out an event that must be answered."""
        self.events.append(event)
        self.owed = type(event)

    def refuse(self, found: Found) -> None:
        """Say no by ourselves; enough protocol errors end the session."""
        failure = found.failure(self.step, readable(self.command[:512]), self.log.lines())
        self.say(Reply.from_failure(failure).encode())
        self.events.append(Refused(failure))
        if found.refusal.close:
            self.close()
        elif found.refusal.counts:
            self.errors += 1
            if self.errors >= self.limits.max_errors:
                self.refuse(Found(refusals.TOO_MANY_ERRORS, observed=self.errors, limit=self.limits.max_errors))

    def close(self) -> None:
        """After what is in the output, nothing more is said or heard."""
        self.closing = True
        self.deaf = True
        self.mode = Mode.NOTHING
        self.owed = None
        self.chunks = None
        self.data = DataReader(0)
        self.inbox.clear()
