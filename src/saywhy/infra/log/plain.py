"""Events as lines for a person at a terminal: when, what, which message, from whom to whom, why.

    2026-03-01T09:30:00.125Z FAIL 1-8f31 <ann@a.example> -> <bob@b.example> 5.1.1 recipient-unknown: not found

For machines there is `jsonl`.
"""

from __future__ import annotations

from pathlib import Path

from saywhy.infra.log.jsonl import lost, stamp
from saywhy.infra.log.writer import LineWriter
from saywhy.model.event import Event


class PlainLines:
    """A Sink.  `path` None is stderr; OSError when the file cannot be opened at first."""

    def __init__(self, path: Path | None = None) -> None:
        self._writer = LineWriter(path, lambda lines: line(lost(lines)))

    def emit(self, event: Event) -> None:
        self._writer.write(line(event))

    def reopen(self) -> None:
        """Go on in a new file of the same name (logrotate)."""
        self._writer.reopen()

    def close(self, timeout: float = 5.0) -> None:
        """Write what waits; events emitted from now on are lost."""
        self._writer.close(timeout)


def line(event: Event) -> bytes:
    """One event as one line; what is not printable is escaped, so that a line stays one line."""
    try:
        words = " ".join(word for word in _words(event) if word)
    except Exception as error:
        words = f"an event could not be written: {error!r}"[:500]
    return printable(words).encode("utf-8") + b"\n"


def printable(text: str) -> str:
    """Control characters, bidirectional marks and the like as escapes."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _words(event: Event) -> list[str]:
    path = f"<{event.sender}> -> <{event.recipient}>" if event.recipient else ""
    sender = f"<{event.sender}>" if event.sender and not event.recipient else ""
    why = f"{event.cause}: {event.text}" if event.cause and event.text else event.cause or event.text
    facts = [f"{name}={value}" for name, value in event.data.items()]
    return [stamp(event.at), event.kind.name, event.message, path, sender, event.status, why, *facts]
