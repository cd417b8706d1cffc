"""The server's side of AUTH PLAIN (RFC 4616) and LOGIN (never standardised), over RFC 4954's exchange.

Responses in, challenges or credentials out.  Whether they are right is the driver's to say.
"""

from __future__ import annotations

import base64
import binascii

from saywhy.wire.smtp import refusals
from saywhy.wire.smtp.events import Auth
from saywhy.wire.smtp.refusals import CommandError

MAX_LINE = 12288  # octets, RFC 4954 section 4
_USERNAME = base64.b64encode(b"Username:")
_PASSWORD = base64.b64encode(b"Password:")


class Exchange:
    """One AUTH command.  `mechanism` is PLAIN or LOGIN."""

    __slots__ = ("_mechanism", "_user")

    def __init__(self, mechanism: str) -> None:
        self._mechanism = mechanism
        self._user: str | None = None

    def begin(self, initial: bytes) -> Auth | bytes:
        """The initial response (b"" for none, b"=" for an empty one) -> a challenge in base64, or credentials."""
        if not initial:
            return b"" if self._mechanism == "PLAIN" else _USERNAME
        return self.respond(b"" if initial == b"=" else initial)

    def respond(self, response: bytes) -> Auth | bytes:
        if response == b"*":
            raise CommandError(refusals.AUTH_CANCELLED)
        text = _decode(response)
        if self._mechanism == "PLAIN":
            return _plain(text)
        if self._user is None:
            self._user = text
            return _PASSWORD
        if not self._user or not text:
            raise CommandError(refusals.AUTH_ENCODING)
        return Auth("LOGIN", self._user, text, "")


def _plain(text: str) -> Auth:
    parts = text.split("\0")
    if len(parts) != 3 or not parts[1] or not parts[2]:
        raise CommandError(refusals.AUTH_ENCODING)
    return Auth("PLAIN", parts[1], parts[2], parts[0])


def _decode(response: bytes) -> str:
    try:
        return base64.b64decode(response, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise CommandError(refusals.AUTH_ENCODING) from None
