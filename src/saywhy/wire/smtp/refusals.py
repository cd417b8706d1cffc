"""What the server engine itself refuses: reply, status, cause and words, one line each (spec A2 5.5.x, 5.6.11).

`counts` marks the protocol errors that bring a session nearer to `Limits.max_errors`.  Bad addresses, contents,
and commands that a pipelining client had already sent when an earlier one was refused (RFC 2920 section 3.1)
do not count: an honest client makes them by the dozen.  No tags: spec A4 has none for these.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status


@dataclass(frozen=True, slots=True)
class Refusal:
    """A kind of refusal; `close` ends the session with it, `numbers` says what was observed and the limit."""

    reply: int
    status: Status
    cause: str
    text: str
    counts: bool = True
    close: bool = False
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A refusal with what was seen: `name` (parameter, octet) and the numbers, for the words and the evidence."""

    refusal: Refusal
    name: str = ""
    observed: int = -1
    limit: int = -1

    def failure(self, step: Step, command: str, transcript: tuple[str, ...]) -> Failure:
        refusal = self.refusal
        text = f"{refusal.text}: {self.name}" if self.name else refusal.text
        if refusal.numbers:
            text += f" ({self.observed}, limit {self.limit})"
        evidence = Evidence(
            Stage.RECEIVE,
            step,
            command=command,
            name=self.name,
            observed=self.observed,
            limit=self.limit,
            transcript=transcript,
        )
        return Failure(
            refusal.status, refusal.reply, refusal.cause, text, evidence, permanent=refusal.reply >= 500
        )


class CommandError(Exception):
    """Raised where a command turns out to be unusable; carries what was found to the engine."""

    def __init__(self, refusal: Refusal, name: str = "", *, observed: int = -1, limit: int = -1) -> None:
        super().__init__(refusal.text)
        self.found = Found(refusal, name, observed, limit)


def _protocol(reply: int, status: str, cause: str, text: str) -> Refusal:
    return Refusal(reply, Status.parse(status), cause, text)


def _innocent(reply: int, status: str, cause: str, text: str) -> Refusal:
    return Refusal(reply, Status.parse(status), cause, text, counts=False)


def _limit(reply: int, status: str, cause: str, text: str) -> Refusal:
    return Refusal(reply, Status.parse(status), cause, text, counts=False, numbers=True)


def _final(reply: int, status: str, cause: str, text: str) -> Refusal:
    return Refusal(reply, Status.parse(status), cause, text, counts=False, close=True)


UNKNOWN = _protocol(500, "5.5.1", "command-unknown", "Unrecognized command")
NOT_IMPLEMENTED = _protocol(502, "5.5.1", "command-unknown", "Command not implemented")
LINE_TOO_LONG = _protocol(500, "5.5.2", "command-syntax", "Command line too long")
BARE_IN_COMMAND = _protocol(500, "5.5.2", "command-syntax", "Bare CR or LF in a command, lines must end in CRLF")
SYNTAX = _protocol(501, "5.5.2", "command-syntax", "Syntax error")
ARGUMENT = _protocol(501, "5.5.4", "command-syntax", "Invalid argument")
NO_ARGUMENT = _protocol(501, "5.5.4", "command-syntax", "No argument allowed here")
PARAMETER_VALUE = _protocol(501, "5.5.4", "command-syntax", "Invalid parameter value")
PARAMETER_REPEATED = _protocol(501, "5.5.4", "command-syntax", "Parameter given more than once")
PARAMETER_UNKNOWN = _protocol(555, "5.5.4", "command-syntax", "Unrecognized parameter")
DEADLINE_TOO_SHORT = _innocent(555, "5.5.4", "command-syntax", "Deadline for delivery too short, the least is")

NO_HELLO_DOMAIN = _protocol(501, "5.0.0", "command-syntax", "HELO requires domain address")
HELLO_DOMAIN = _protocol(501, "5.5.4", "domain-name-invalid", "Invalid domain name")
HELLO_FIRST = _protocol(503, "5.5.2", "command-out-of-order", "Send hello first")
OUT_OF_ORDER = _protocol(503, "5.5.1", "command-out-of-order", "Bad sequence of commands")
MAIL_FIRST = _protocol(503, "5.5.1", "command-out-of-order", "Need MAIL command first")
MAIL_NESTED = _protocol(503, "5.5.1", "command-out-of-order", "Sender already specified")
IN_TRANSACTION = _protocol(503, "5.5.1", "command-out-of-order", "Not allowed during a mail transaction")
CHUNKING_BEGUN = _protocol(503, "5.5.1", "command-out-of-order", "BDAT begun, send BDAT or RSET")
AFTER_FAILED_CHUNK = _innocent(503, "5.5.1", "command-out-of-order", "A chunk was refused, send RSET")
AFTER_REFUSED_MAIL = _innocent(503, "5.5.1", "command-out-of-order", "Sender was not accepted")
NO_RECIPIENTS = _innocent(554, "5.5.1", "command-out-of-order", "No valid recipients")
TURNED_AWAY = _protocol(503, "5.5.1", "command-out-of-order", "No service here, send QUIT")

SENDER = _innocent(501, "5.1.7", "sender-address-syntax", "Invalid address")
RECIPIENT = _innocent(501, "5.1.3", "recipient-address-syntax", "Invalid address")
NO_DOMAIN = _innocent(501, "5.1.2", "recipient-address-syntax", "Invalid address, nothing stands after the @")
ADDRESS_DOMAIN = _innocent(501, "5.5.4", "domain-name-invalid", "Invalid domain name")
NEEDS_SMTPUTF8 = _innocent(553, "5.6.7", "smtputf8-required", "Address needs SMTPUTF8, which was not asked for")

TOO_LARGE = _limit(552, "5.3.4", "message-too-large", "Message size exceeds fixed maximum message size")
HEADER_TOO_LARGE = _limit(552, "5.3.4", "header-too-large", "Header size exceeds fixed maximum header size")
BARE_CR_OR_LF = _innocent(
    550, "5.6.11", "bare-line-feed", "Bare CR or LF in message content, lines must end in CRLF"
)
CONTENT = _innocent(554, "5.5.6", "content-invalid", "Invalid message content")
BEYOND_CHUNK = _final(554, "5.5.6", "chunk-size-wrong", "Invalid message content, more octets than BDAT announced")

TLS_ACTIVE = _protocol(503, "5.5.1", "command-out-of-order", "TLS is already active")
TLS_FOR_AUTH = _innocent(538, "5.7.11", "tls-required", "Encryption required for AUTH, send STARTTLS first")
MECHANISM = _innocent(504, "5.7.4", "mechanism-unknown", "Unrecognized authentication type")
AUTH_DONE = _protocol(503, "5.5.1", "command-out-of-order", "Already authenticated")
AUTH_CANCELLED = _innocent(501, "5.7.0", "authentication-failed", "Authentication cancelled")
AUTH_ENCODING = _protocol(501, "5.5.2", "command-syntax", "Cannot decode authentication response")
AUTH_LINE_TOO_LONG = _protocol(500, "5.5.6", "command-syntax", "Authentication exchange line is too long")

WRONG_PROTOCOL = _final(554, "5.5.5", "wrong-protocol", "Wrong protocol version")
TOO_MANY_COMMANDS = _final(
    421, "4.7.0", "too-many-errors", "Too many commands without a message, closing this connection"
)
TOO_MANY_ERRORS = _final(421, "4.7.0", "too-many-errors", "Too many errors on this connection, closing it")
