"""Outbound SMTP sessions: TCP to an address, greeting, STARTTLS, sign-in, and then transactions one by one.

RFC 5321 and RFC 3207 through `wire.smtp.client.ClientEngine`; the pump does the rest.  Not here: which address to
try, what a failure means for a message, and whether an opportunistic handshake that failed is tried again in the
clear (all flow/deliver).
"""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections.abc import Mapping

from saywhy.infra.errors import CertificateError, ConnectError, ConnectProblem, TlsError, WeakKeyError
from saywhy.infra.net.pump import Pump, SessionBroken, Timeouts
from saywhy.infra.net.tls import Proof, check, client_context, describe
from saywhy.model.address import AddressError, check_domain
from saywhy.model.evidence import Step
from saywhy.wire.smtp.client import (
    ClientEngine,
    ClientOptions,
    Finished,
    Transaction,
    TransactionResult,
    WantTls,
)

__all__ = ["SessionBroken", "SmtpConnection", "Timeouts"]

_PROBLEMS = {
    errno.ECONNREFUSED: ConnectProblem.REFUSED,
    errno.ETIMEDOUT: ConnectProblem.TIMEOUT,
    errno.ECONNRESET: ConnectProblem.RESET,
    errno.EPIPE: ConnectProblem.RESET,
    errno.EMFILE: ConnectProblem.LOCAL,
    errno.ENFILE: ConnectProblem.LOCAL,
    errno.ENOBUFS: ConnectProblem.LOCAL,
    errno.ENOMEM: ConnectProblem.LOCAL,
    errno.EADDRNOTAVAIL: ConnectProblem.LOCAL,
    errno.EADDRINUSE: ConnectProblem.LOCAL,
    errno.EPERM: ConnectProblem.LOCAL,  # a firewall of ours
    errno.EACCES: ConnectProblem.LOCAL,
}


class SmtpConnection:
    """One SMTP session with a remote host, used for one transaction at a time.

    `tls` is "TLSv1.3 TLS_AES_256_GCM_SHA384", empty in the clear.
    """

    def __init__(self, host: str, ip: str, port: int, pump: Pump) -> None:
        self.host = host
        self.ip = ip
        self.port = port
        self._pump = pump

    @classmethod
    async def open(
        cls,
        host: str,
        ip: str,
        port: int,
        options: ClientOptions,
        *,
        source_ip: str = "",
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        tls_context: ssl.SSLContext | None = None,
        proof: Proof | None = None,
    ) -> SmtpConnection:
        """Connect, greet, STARTTLS, sign in.  ConnectError, TlsError (a failed handshake) or SessionBroken.

        `tls_context` defaults to the opportunistic one (no verification), or to what `proof` asks for.
        """
        if proof is not None:
            tls_context = proof.context()
        pump = await _connect(host, ip, port, source_ip, ClientEngine(options), timeouts)
        return await cls.over(pump, host, ip, port, tls_context, proof)

    @classmethod
    async def over(
        cls,
        pump: Pump,
        host: str,
        ip: str,
        port: int,
        tls_context: ssl.SSLContext | None = None,
        proof: Proof | None = None,
    ) -> SmtpConnection:
        """The session over a pump that has its transport already."""
        connection = cls(host, ip, port, pump)
        try:
            await connection._begin(tls_context or client_context(False), proof)
        except BaseException:
            connection.close()
            raise
        return connection

    async def send(self, transaction: Transaction) -> TransactionResult:
        """One transaction; SessionBroken when the session ends first.  Cancelled, it cuts the connection."""
        pump = self._pump
        if pump.idle:
            pump.engine.send(transaction)
        elif pump.ended is None:
            raise SessionBroken(Step.NONE, None, "the session is not free for a transaction", self.transcript)
        event = await pump.next()
        assert isinstance(event, Finished)
        return event.result

    async def quit(self) -> None:
        """Say QUIT and close.  Never raises for what the remote does."""
        await self._pump.quit()

    def close(self) -> None:
        """Cut the connection, now."""
        self._pump.abort()

    @property
    def usable(self) -> bool:
        """True when another transaction can begin: idle, and the remote has neither closed nor said 421."""
        return self._pump.idle

    @property
    def tls(self) -> str:
        return self._pump.tls

    @property
    def extensions(self) -> Mapping[str, str]:
        return self._pump.engine.extensions

    @property
    def transcript(self) -> tuple[str, ...]:
        return self._pump.engine.transcript

    async def _begin(self, context: ssl.SSLContext, proof: Proof | None) -> None:
        while isinstance(await self._pump.next(), WantTls):
            await self._shake_hands(context, proof)

    async def _shake_hands(self, context: ssl.SSLContext, proof: Proof | None) -> None:
        """STARTTLS was accepted.  TlsError says what went wrong, in words for the operator."""
        pump = self._pump
        try:
            transport = await asyncio.get_running_loop().start_tls(
                pump.transport,
                pump,
                context,
                server_hostname=self._server_name(),
                ssl_handshake_timeout=pump.timeouts.starttls,
                ssl_shutdown_timeout=pump.timeouts.quit,
            )
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise _tls_error(error)(
                f"TLS handshake with {self.host} [{self.ip}] failed: {_reason(error)}"
            ) from None
        if transport is None:
            raise TlsError(f"TLS handshake with {self.host} [{self.ip}] failed: the connection was closed")
        pump.transport = transport
        if proof is not None:
            check(transport.get_extra_info("ssl_object"), proof)
        pump.tls = describe(transport.get_extra_info("ssl_object"))
        pump.engine.tls_done(pump.tls)

    def _server_name(self) -> str:
        """For SNI and for the certificate's check; a literal, or what no host name can be, goes by its address."""
        try:
            check_domain(self.host)
        except AddressError:
            return self.ip
        return self.ip if self.host.startswith("[") else self.host


async def _connect(
    host: str, ip: str, port: int, source_ip: str, engine: ClientEngine, timeouts: Timeouts
) -> Pump:
    if source_ip and not ip.startswith("unix:") and (":" in source_ip) != (":" in ip):
        detail = f"the source address {source_ip} is of the other family"
        raise ConnectError(host, ip, port, ConnectProblem.LOCAL, detail)
    pump = Pump(engine, timeouts)
    try:
        async with asyncio.timeout(timeouts.connect):
            await _reach(pump, ip, port, source_ip)
    except TimeoutError:
        raise ConnectError(host, ip, port, ConnectProblem.TIMEOUT) from None
    except OSError as error:
        unknown = ConnectProblem.UNREACHABLE if error.errno else ConnectProblem.LOCAL
        problem = _PROBLEMS.get(error.errno or 0, unknown)
        detail = (error.strerror or str(error)) if problem is ConnectProblem.LOCAL else ""
        raise ConnectError(host, ip, port, problem, detail) from None
    return pump


async def _reach(pump: Pump, ip: str, port: int, source_ip: str) -> None:
    loop = asyncio.get_running_loop()
    if ip.startswith("unix:"):
        await loop.create_unix_connection(lambda: pump, ip.removeprefix("unix:"))
    else:
        local = (source_ip, 0) if source_ip else None
        await loop.create_connection(lambda: pump, ip, port, local_addr=local)


# Of OpenSSL's x509_vfy.h: the end's key, an authority's key, a signature's hash too weak for the security level.
_TOO_WEAK = frozenset({66, 67, 68})


def _tls_error(error: Exception) -> type[TlsError]:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return TlsError
    return WeakKeyError if error.verify_code in _TOO_WEAK else CertificateError


def _reason(error: Exception) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate is not acceptable: {error.verify_message}"
        case ssl.SSLError(reason=str(reason)) if reason:
            return reason.lower().replace("_", " ")
        case _:
            return str(error) or type(error).__name__
