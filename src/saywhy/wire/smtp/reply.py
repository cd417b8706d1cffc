"""SMTP replies as values: code, enhanced status, lines of text (RFC 5321 section 4.2, RFC 2034)."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.failure import Failure
from saywhy.model.status import Status


@dataclass(frozen=True, slots=True)
class Reply:
    """`lines` are the texts without code and status; `wire` is set when it came from a remote."""

    code: int
    status: Status | None
    lines: tuple[str, ...]
    wire: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """The octets for the wire: status on every line (R17), CRLF at the end of each."""
        raise NotImplementedError

    @property
    def raw(self) -> tuple[str, ...]:
        """The lines as on the wire, without CRLF."""
        raise NotImplementedError

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def intermediate(self) -> bool:
        return 300 <= self.code < 400

    @property
    def transient(self) -> bool:
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        return 500 <= self.code < 600

    @staticmethod
    def from_failure(failure: Failure) -> Reply:
        raise NotImplementedError
