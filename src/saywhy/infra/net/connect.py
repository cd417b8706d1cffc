"""Outbound SMTP sessions: a TCP connection, pumped through a `wire.smtp.client.ClientEngine`."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from saywhy.infra.errors import InfraError
from saywhy.model.evidence import Step
from saywhy.wire.smtp.client import ClientOptions, Transaction, TransactionResult
from saywhy.wire.smtp.reply import Reply


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


class SessionBroken(InfraError):
    """A session ended before the transaction did.

    `reply` is the remote's last words when it refused (greeting, EHLO, AUTH, STARTTLS, 421); `timed_out` says that
    it stayed silent at `step` for too long; otherwise the connection was lost.
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


class SmtpConnection:
    """One SMTP session with a remote host, used for one transaction at a time."""

    host: str
    ip: str
    port: int
    tls: str  # "TLSv1.3 TLS_AES_256_GCM_SHA384", empty in the clear

    @classmethod
    async def open(
        cls,
        host: str,
        ip: str,
        port: int,
        options: ClientOptions,
        *,
        source_ip: str = "",
        timeouts: Timeouts = Timeouts(),
        tls_context: ssl.SSLContext | None = None,
    ) -> SmtpConnection:
        """Connect, greet, STARTTLS, sign in.  ConnectError, TlsError (a failed handshake) or SessionBroken.

        `tls_context` defaults to the opportunistic one (no verification).
        """
        raise NotImplementedError

    async def send(self, transaction: Transaction) -> TransactionResult:
        """One transaction; SessionBroken when the session ends first.  Cancelled, it cuts the connection."""
        raise NotImplementedError

    async def quit(self) -> None:
        """Say QUIT and close.  Never raises for what the remote does."""
        raise NotImplementedError

    def close(self) -> None:
        """Cut the connection, now."""
        raise NotImplementedError

    @property
    def usable(self) -> bool:
        """True when another transaction can begin: idle, and the remote has neither closed nor said 421."""
        raise NotImplementedError

    @property
    def extensions(self) -> Mapping[str, str]:
        raise NotImplementedError

    @property
    def transcript(self) -> tuple[str, ...]:
        raise NotImplementedError
