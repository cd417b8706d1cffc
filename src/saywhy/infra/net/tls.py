"""TLS for both sides of SMTP: the server's certificate, the client's contexts, and what a session uses."""

from __future__ import annotations

import enum
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


class CertificateState(enum.Enum):
    MADE = "made"  # self-signed, at the first start
    LOADED = "loaded"
    REREAD = "reread"  # the files had changed
    BROKEN = "broken"  # the files had changed but cannot be used: the old pair stays in force


@dataclass(frozen=True, slots=True)
class CertificateNotice:
    """Something that the operator should know about the certificate; `text` says what, why and what to do."""

    state: CertificateState
    text: str


class ServerTls:
    """The server's certificate.  TlsError when there is none that can be used at the start."""

    def __init__(
        self,
        certificate: Path,
        key: Path,
        names: Sequence[str],
        *,
        notify: Callable[[CertificateNotice], None] = lambda _notice: None,
    ) -> None:
        raise NotImplementedError

    def context(self) -> ssl.SSLContext:
        """The context for the next handshake; looks first whether the files have changed."""
        raise NotImplementedError

    @property
    def problem(self) -> str:
        """Why the files as they are now cannot be used; empty when they are in force."""
        raise NotImplementedError


def client_context(verify: bool, authorities: str = "") -> ssl.SSLContext:
    """For outbound handshakes.  `verify` False: opportunistic TLS; `authorities`: a PEM file of trusted CAs."""
    raise NotImplementedError


def describe(ssl_object: ssl.SSLObject | ssl.SSLSocket | None) -> str:
    """`TLSv1.3 TLS_AES_256_GCM_SHA384`; empty without TLS."""
    raise NotImplementedError
