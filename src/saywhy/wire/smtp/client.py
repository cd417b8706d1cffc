"""The client side of an SMTP session, without IO."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from saywhy.model.evidence import Step
from saywhy.wire.smtp.events import (
    Broken,
    ClientEvent,
    Finished,
    Ready,
    Transaction,
    TransactionResult,
    WantTls,
)

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


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """`tls`: STARTTLS never, when offered, or required.

    `tls_active` says that the connection is TLS from its start (port 465); `auth_in_clear` permits AUTH
    without TLS.
    """

    fqdn: str
    tls: Literal["never", "may", "must"] = "may"
    force_helo: bool = False
    chunking: bool = True
    user: str = ""
    password: str = ""
    tls_active: bool = False
    auth_in_clear: bool = False


class ClientEngine:
    def __init__(self, options: ClientOptions) -> None:
        self.extensions: Mapping[str, str] = {}

    def receive(self, data: bytes) -> None:
        raise NotImplementedError

    def receive_eof(self) -> None:
        raise NotImplementedError

    def output(self) -> bytes:
        raise NotImplementedError

    def next_event(self) -> ClientEvent | None:
        raise NotImplementedError

    def send(self, transaction: Transaction) -> None:
        raise NotImplementedError

    def quit(self) -> None:
        raise NotImplementedError

    def tls_done(self, description: str) -> None:
        raise NotImplementedError

    @property
    def step(self) -> Step:
        raise NotImplementedError

    @property
    def closed(self) -> bool:
        """True once nothing more can be sent: QUIT answered, 421 received, or Broken."""
        raise NotImplementedError

    @property
    def transcript(self) -> tuple[str, ...]:
        raise NotImplementedError
