"""The last lines of a session, kept as evidence.  Bodies and credentials never get in: notes stand for them.

Octets are kept as they are and made readable only when somebody asks, which is rare.
"""

from __future__ import annotations

from collections import deque

MAX_LINES = 40
MAX_LINE = 512  # characters, after escaping


class Transcript:
    """ "C: " is what the client said, "S: " what the server said, whichever of them we are."""

    __slots__ = ("_entries", "_opening")

    def __init__(self) -> None:
        self._entries: deque[tuple[str, bytes]] = deque(maxlen=MAX_LINES)
        self._opening = 0

    def client(self, octets: bytes) -> None:
        self._entries.append(("C: ", octets))

    def server(self, octets: bytes) -> None:
        self._entries.append(("S: ", octets))

    def opened(self) -> None:
        """What stands here now opened the session, and belongs to all of its transactions."""
        self._opening = len(self._entries)

    def begin(self) -> None:
        """A new transaction.  The one before, of another message with other people's addresses, is forgotten."""
        while len(self._entries) > self._opening:
            self._entries.pop()

    def lines(self) -> tuple[str, ...]:
        out = [
            (side + readable(line.removesuffix(b"\r")[:MAX_LINE]))[:MAX_LINE]
            for side, octets in self._entries
            for line in octets.rstrip(b"\r\n").split(b"\n")
        ]
        return tuple(out[-MAX_LINES:])


def readable(octets: bytes) -> str:
    """ASCII as it is, every other octet and every control character as `\\x` escapes."""
    text = octets.decode("ascii", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
