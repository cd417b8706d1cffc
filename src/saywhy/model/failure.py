"""Failure: why something was refused, deferred or given up, as one value that is made where it happened.

The status and the reply code are separate: their classes must agree only in replies written on the wire
(`550 4.4.7` stands in reports, spec A2).  `text` is for strangers: ASCII, no internal names.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from saywhy.model.evidence import Evidence
from saywhy.model.status import Status


@dataclass(frozen=True, slots=True)
class Failure:
    """`cause` is the id of a file in why/causes; `because` holds the attempts that led to an expiry."""

    status: Status
    reply: int
    cause: str
    text: str
    evidence: Evidence
    permanent: bool
    tag: str = ""  # RESOLVER.ADR.RecipNotFound (spec A4)
    at: float = 0.0  # seconds since the epoch; 0 where the moment is the caller's
    because: tuple[Failure, ...] = field(default=())

    @property
    def from_remote(self) -> bool:
        """True when a remote server said it, so that its words and its name may be quoted (RFC 3464 2.3.6)."""
        return bool(self.evidence.reply)

    @property
    def diagnostic(self) -> str:
        """Our own words after the codes: `RESOLVER.ADR.RecipNotFound; not found`, or just the text."""
        return f"{self.tag}; {self.text}" if self.tag else self.text

    def line(self) -> str:
        """The one-line form that replies, logs and reports share: `550 5.1.1 TAG; text`."""
        if self.evidence.reply:
            return " ".join(self.evidence.reply)
        return f"{self.reply} {self.status} {self.diagnostic}"


class Refused(Exception):
    """Raised where a step can only end in a Failure; carries it unchanged to whoever speaks to the peer."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.line())
        self.failure = failure

    def __reduce__(self) -> tuple[type[Refused], tuple[Failure]]:
        """From a worker to the supervisor, too."""
        return Refused, (self.failure,)
