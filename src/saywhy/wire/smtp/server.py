"""The server side of an SMTP session, without IO."""

from __future__ import annotations

from saywhy.model.failure import Failure
from saywhy.wire.smtp.events import ServerEvent
from saywhy.wire.smtp.offer import Limits, Offer
from saywhy.wire.smtp.reply import Reply

__all__ = ["Limits", "Offer", "ServerEngine"]


class ServerEngine:
    def __init__(self, offer: Offer, limits: Limits) -> None:
        self.closing = False

    def receive(self, data: bytes) -> None:
        """Octets from the client."""
        raise NotImplementedError

    def receive_eof(self) -> None:
        """The client closed its side."""
        raise NotImplementedError

    def output(self) -> bytes:
        """What to write now; clears."""
        raise NotImplementedError

    def next_event(self) -> ServerEvent | None:
        """The next event; None when bytes are needed, or an answer is owed."""
        raise NotImplementedError

    def greet(self, reply: Reply | None = None) -> None:
        """220, or a refusing greeting."""
        raise NotImplementedError

    def accept(self, text: str = "") -> None:
        """The positive reply to the event last handed out."""
        raise NotImplementedError

    def reply(self, reply: Reply, *, close: bool = False) -> None:
        raise NotImplementedError

    def refuse(self, failure: Failure, *, close: bool = False) -> None:
        raise NotImplementedError

    def tls_done(self, description: str, offer: Offer | None = None) -> None:
        """The handshake is over; the session starts over, with `offer` if given."""
        raise NotImplementedError

    def shut(self, failure: Failure) -> None:
        """An unsolicited reply (421) and close."""
        raise NotImplementedError

    @property
    def backlog(self) -> int:
        """Octets received and not yet looked at: stop reading when it grows."""
        raise NotImplementedError

    @property
    def transcript(self) -> tuple[str, ...]:
        raise NotImplementedError
