"""The few errors that infra raises.  Each stage has one function that turns them into a Failure."""

from __future__ import annotations

import enum


class InfraError(Exception):
    """Base of what the outside world does to us; the message is for the operator's log."""


class DnsProblem(enum.Enum):
    NXDOMAIN = "NXDOMAIN"  # the name does not exist (authoritative)
    NODATA = "NODATA"  # the name exists without such a record
    SERVFAIL = "SERVFAIL"
    REFUSED = "REFUSED"
    TIMEOUT = "time-out"
    BROKEN = "unusable answer"


class DnsError(InfraError):
    """A DNS question without a usable answer.  `transient` unless NXDOMAIN or NODATA."""

    def __init__(self, name: str, rtype: str, problem: DnsProblem) -> None:
        super().__init__(f"{rtype} {name}: {problem.value}")
        self.name = name
        self.rtype = rtype
        self.problem = problem

    @property
    def transient(self) -> bool:
        return self.problem not in (DnsProblem.NXDOMAIN, DnsProblem.NODATA)


class ConnectProblem(enum.Enum):
    REFUSED = "refused"
    TIMEOUT = "time-out"
    UNREACHABLE = "unreachable"
    RESET = "reset"
    LOCAL = "local error"  # no file descriptors, no source address: ours


class ConnectError(InfraError):
    """No connection to `host` [ip]:port."""

    def __init__(self, host: str, ip: str, port: int, problem: ConnectProblem, detail: str = "") -> None:
        super().__init__(f"{host} [{ip}]:{port}: {problem.value}{': ' + detail if detail else ''}")
        self.host = host
        self.ip = ip
        self.port = port
        self.problem = problem
        self.detail = detail


class TlsError(InfraError):
    """A TLS handshake failed or a certificate was not acceptable; the message says which and why."""


class CertificateError(TlsError):
    """The certificate was not what was asked for: its chain, its dates or its names."""


class WeakKeyError(CertificateError):
    """The certificate's key, or one above it, is too weak.  Bits of RSA; -1 where OpenSSL alone saw them."""

    def __init__(self, why: str, observed: int = -1, limit: int = -1) -> None:
        super().__init__(why)
        self.observed = observed
        self.limit = limit


class StoreError(InfraError):
    """The queue could not be read or written.  `full`: no space; `read_only`: the file system said so."""

    def __init__(self, why: str, *, full: bool = False, read_only: bool = False) -> None:
        super().__init__(why)
        self.full = full
        self.read_only = read_only


class ContentAltered(StoreError):
    """What the queue holds of a message is not what was accepted: never to be sent (spec A2 5.7.7 a)."""


class StoreVersionError(StoreError):
    """The queue file was written by a newer saywhy."""


class MailboxError(InfraError):
    """A Maildir could not be written.

    `full`: no space or quota of the file system; `whole_store`: the trouble is not this mailbox's alone.  Of
    a full disk `used` of `capacity` octets are taken, without this message; -1 where that is not known.
    """

    def __init__(
        self, why: str, *, full: bool = False, whole_store: bool = False, used: int = -1, capacity: int = -1
    ) -> None:
        super().__init__(why)
        self.full = full
        self.whole_store = whole_store
        self.used = used
        self.capacity = capacity


class ProgramError(InfraError):
    """A program could not be started."""


class DirectoryDown(InfraError):
    """The recipient directory cannot be asked now: never 'user unknown' (4.3.x)."""
