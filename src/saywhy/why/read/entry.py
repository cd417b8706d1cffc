"""One recipient while a dialect reads it: what was found, and where.

The fields mirror `values.Recipient`; `note` remembers where a value stood.  `conclude` makes the value of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from saywhy.why.read.values import From, Source

Span = tuple[int, int] | None


@dataclass(slots=True)
class Entry:
    """`action` is empty where nothing says it: then the dialect's reading of the whole message counts."""

    recipient: str = ""
    original: str = ""
    action: str = ""
    status: str = ""
    reply_code: str = ""
    diagnostic: str = ""
    lines: tuple[str, ...] = ()
    diagnostic_type: str = ""
    remote_mta: str = ""
    last_attempt: float = 0.0
    retry_until: float = 0.0
    log_id: str = ""
    cause: str = ""
    meaning: str = ""  # a cause that the dialect knows, and Sisimai's reason where another one is nearer
    reason: str = ""
    program: bool = False  # a program on the server took the message, and what is told is what it printed
    command: str = ""  # the SMTP command that was refused: MAIL, RCPT, DATA
    sources: dict[str, Source] = field(default_factory=dict)

    def note(self, name: str, origin: From, rule: str, span: Span = None) -> None:
        self.sources[name] = Source(origin, rule, span)


@dataclass(slots=True)
class Found:
    """What a dialect makes of a message: the recipients, and what concerns all of them."""

    dialect: str
    system: str = ""
    entries: list[Entry] = field(default_factory=list)
    reporting_mta: str = ""
    envelope_id: str = ""
    arrival: float = 0.0
    note: str = ""
    action: str = ""


def unique(entries: Iterable[Entry]) -> list[Entry]:
    """The entries with one for each address, the first; what it lacks is taken from the others."""
    found: dict[str, Entry] = {}
    for entry in entries:
        key = entry.recipient.lower()
        first = found.setdefault(key, entry)
        if first is not entry:
            _complete(first, entry)
    return list(found.values())


def _complete(entry: Entry, other: Entry) -> None:
    """What one place of the notice says of an address, by what another one says; words with a code are better."""
    if other.reply_code and not (entry.reply_code or entry.status):
        entry.diagnostic = entry.diagnostic_type = ""
    for name in ("status", "reply_code", "diagnostic", "remote_mta", "lines", "diagnostic_type", "original"):
        if not getattr(entry, name) and getattr(other, name):
            setattr(entry, name, getattr(other, name))
            if name in other.sources:
                entry.sources[name] = other.sources[name]
