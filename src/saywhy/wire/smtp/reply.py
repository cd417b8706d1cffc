"""SMTP replies as values: code, enhanced status, lines of text (RFC 5321 section 4.2, RFC 2034).

Reading a remote's replies is `reply_parser`'s work.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.failure import Failure
from saywhy.model.status import Status

MAX_TEXT = 480  # characters: with code and status a line stays under 512 octets, RFC 5321 section 4.5.3.1.5


@dataclass(frozen=True, slots=True)
class Reply:
    """`lines` are the texts without code and status; `wire` is set when it came from a remote."""

    code: int
    status: Status | None
    lines: tuple[str, ...]
    wire: tuple[str, ...] = ()

    def encode(self) -> bytes:
        """The octets for the wire: ASCII, the status on every line (R17), CRLF at the end of each."""
        return "".join([line + "\r\n" for line in self._spoken()]).encode("ascii")

    @property
    def raw(self) -> tuple[str, ...]:
        """The lines as on the wire, without CRLF: as received, or as `encode` writes them."""
        return self.wire or self._spoken()

    def _spoken(self) -> tuple[str, ...]:
        status = "" if self.status is None else f"{self.status} "
        if len(self.lines) == 1 and len(self.lines[0]) <= MAX_TEXT and self.lines[0].isascii():
            return (f"{self.code} {status}{plain(self.lines[0])}",)
        texts = [part for line in self.lines for part in _wrap(plain(line))] or [""]
        last = texts.pop()
        return (*(f"{self.code}-{status}{text}" for text in texts), f"{self.code} {status}{last}")

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
        """What the client is told; on the wire the status takes the class of the code (RFC 2034 section 4)."""
        status, class_ = failure.status, failure.reply // 100
        if status.class_ != class_:
            status = status.with_class(class_)
        return Reply(failure.reply, status, (failure.diagnostic,))


def plain(text: str) -> str:
    """`text` as printable ASCII: other characters as escapes, line breaks and tabs as spaces."""
    if text.isascii() and text.isprintable():
        return text
    flat = " ".join(text.split())
    escaped = flat.encode("ascii", "backslashreplace").decode("ascii")
    return "".join(char if char.isprintable() else "?" for char in escaped)


def _wrap(text: str) -> list[str]:
    return [text[at : at + MAX_TEXT] for at in range(0, len(text), MAX_TEXT)] or [""]
