"""What can be met on the way to a next hop: the facts that `trouble` decides on."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.flow.deliver.tls import TlsPolicy
from saywhy.flow.stages import Host
from saywhy.infra.errors import CertificateError, ConnectError, ConnectProblem, TlsError, WeakKeyError
from saywhy.infra.net.connect import SessionBroken
from saywhy.model.evidence import Step
from saywhy.model.queued import NextHop
from saywhy.wire.smtp.reply import Reply

ESMTP = "ESMTP"  # what a server lacks that knows HELO only
DELIVERBY = "DELIVERBY"  # RFC 2852


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a trouble was met.

    `may_clear`: TLS was tried because it was offered, not because it is required.  `reused`: the session came from
    the pool.
    """

    hop: NextHop
    host: Host
    at: float
    may_clear: bool = False
    reused: bool = False
    tls: str = ""
    transcript: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoConnection:
    problem: ConnectProblem
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NoTls:
    """`offered`: the handshake failed, else the server has no STARTTLS, or refused it with `reply`.

    `certificate`: the handshake went well but for the certificate, whose key perhaps has too few bits (`weak`:
    those `observed` and the `limit`, as RSA counts them).  `source` is who demands it (tls.TlsPolicy).
    """

    offered: bool
    why: str
    reply: Reply | None = None
    certificate: bool = False
    source: str = "connector"
    weak: bool = False
    observed: int = -1
    limit: int = -1


@dataclass(frozen=True, slots=True)
class NoSignIn:
    """AUTH was refused with `reply`, or is not offered."""

    reply: Reply | None
    why: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 4xx or 5xx reply.  `accepted`: an earlier RCPT of the same transaction was accepted."""

    step: Step
    reply: Reply
    command: str = ""
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """The session ended without a reply: silent for too long (`timed_out`), or lost.  `why` says it in words."""

    step: Step
    why: str
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """The peer does not offer what the message or the connector needs.

    "SMTPUTF8", ESMTP, a SIZE of `size` octets, or DELIVERBY within `size` seconds; `limit` is what it does offer.
    """

    extension: str
    size: int = -1
    limit: int = -1


Trouble = NoConnection | NoTls | NoSignIn | Refusal | Break | Lacking


def of_error(error: ConnectError | TlsError | SessionBroken, policy: TlsPolicy) -> Trouble:
    """What infra raised while a session was opened or used, as a fact."""
    if isinstance(error, ConnectError):
        return NoConnection(error.problem, error.detail)
    if isinstance(error, TlsError):
        return _no_tls(error, policy.source)
    if error.timed_out:
        return Break(error.step, error.why, timed_out=True)
    if error.step is Step.AUTH:
        return NoSignIn(error.reply, error.why)
    if error.step is Step.STARTTLS and policy.use == "must":
        return NoTls(False, error.why, error.reply, source=policy.source)
    if error.reply is not None and not error.reply.positive:
        return Refusal(error.step, error.reply)
    return Break(error.step, error.why)


def _no_tls(error: TlsError, source: str) -> NoTls:
    if isinstance(error, WeakKeyError):
        return NoTls(True, str(error), None, True, source, True, error.observed, error.limit)
    return NoTls(True, str(error), None, isinstance(error, CertificateError), source)
