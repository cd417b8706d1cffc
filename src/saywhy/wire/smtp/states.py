"""The server side of the protocol as tables: which command may come when, and what an answer leads to.

`RULES[state][verb]` is what to do with a command, or why it is refused.  `AFTER[event]` is the state that follows
the answer to an event, and what the engine says when the driver has no words of its own.  RFC 5321 section 4.1.4
(order), RFC 2920, 3030, 3207 and 4954.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp import refusals
from saywhy.wire.smtp.refusals import Refusal
from saywhy.wire.smtp.reply import Reply


class State(enum.IntEnum):
    """How far the session is."""

    GREETED = enum.auto()  # no EHLO or HELO yet
    TURNED_AWAY = enum.auto()  # the greeting refused; only QUIT is served (RFC 5321 section 3.1)
    READY = enum.auto()  # no transaction
    MAIL_REFUSED = enum.auto()  # no transaction; the client may have pipelined RCPT and DATA behind its MAIL
    MAIL = enum.auto()  # a sender, no recipient yet
    RCPT = enum.auto()  # at least one recipient
    CHUNKS = enum.auto()  # at least one BDAT
    CHUNK_FAILED = enum.auto()  # a BDAT was refused: RSET must follow (RFC 3030 section 2)


class Mode(enum.IntEnum):
    """What the next octets from the client are."""

    NOTHING = 0  # before the greeting, during a handshake, after the end
    COMMAND = 1
    CREDENTIALS = 2
    DATA = 3
    CHUNK = 4


class Do(enum.IntEnum):
    """What a command makes the engine do."""

    HELLO = enum.auto()
    STARTTLS = enum.auto()
    AUTH = enum.auto()
    MAIL = enum.auto()
    RCPT = enum.auto()
    DATA = enum.auto()
    BDAT = enum.auto()
    RSET = enum.auto()
    NOOP = enum.auto()
    HELP = enum.auto()
    VRFY = enum.auto()
    QUIT = enum.auto()


Rule = Do | Refusal

_FOREIGN = ("GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "PATCH", "TRACE", "PRI", "LHLO")

_ANY_TIME: dict[bytes, Rule] = {
    b"EHLO": Do.HELLO,
    b"HELO": Do.HELLO,
    b"RSET": Do.RSET,
    b"NOOP": Do.NOOP,
    b"HELP": Do.HELP,
    b"VRFY": Do.VRFY,
    b"EXPN": refusals.NOT_IMPLEMENTED,
    b"QUIT": Do.QUIT,
    b"BDAT": Do.BDAT,  # its chunk must be read off even when it is refused: see CHUNK_REFUSED
    **{verb.encode(): refusals.WRONG_PROTOCOL for verb in _FOREIGN},
}
_ORDERED = (b"MAIL", b"RCPT", b"DATA", b"STARTTLS", b"AUTH")


def _rules(starttls: Rule, auth: Rule, mail: Rule, rcpt: Rule, data: Rule) -> dict[bytes, Rule]:
    return {
        **_ANY_TIME,
        b"STARTTLS": starttls,
        b"AUTH": auth,
        b"MAIL": mail,
        b"RCPT": rcpt,
        b"DATA": data,
    }


_BUSY = refusals.IN_TRANSACTION
_FAILED = refusals.AFTER_FAILED_CHUNK

RULES: Mapping[State, Mapping[bytes, Rule]] = {
    State.GREETED: {**_ANY_TIME, **dict.fromkeys(_ORDERED, refusals.HELLO_FIRST)},
    State.TURNED_AWAY: {**dict.fromkeys([*_ANY_TIME, *_ORDERED], refusals.TURNED_AWAY), b"QUIT": Do.QUIT},
    State.READY: _rules(Do.STARTTLS, Do.AUTH, Do.MAIL, refusals.MAIL_FIRST, refusals.MAIL_FIRST),
    State.MAIL_REFUSED: _rules(
        Do.STARTTLS, Do.AUTH, Do.MAIL, refusals.AFTER_REFUSED_MAIL, refusals.AFTER_REFUSED_MAIL
    ),
    State.MAIL: _rules(_BUSY, _BUSY, refusals.MAIL_NESTED, Do.RCPT, refusals.NO_RECIPIENTS),
    State.RCPT: _rules(_BUSY, _BUSY, refusals.MAIL_NESTED, Do.RCPT, Do.DATA),
    State.CHUNKS: _rules(_BUSY, _BUSY, *[refusals.CHUNKING_BEGUN] * 3),
    State.CHUNK_FAILED: _rules(*[_FAILED] * 5),
}

CHUNK_REFUSED: Mapping[State, Refusal] = {
    State.GREETED: refusals.HELLO_FIRST,
    State.READY: refusals.MAIL_FIRST,
    State.MAIL_REFUSED: refusals.AFTER_REFUSED_MAIL,
    State.MAIL: refusals.NO_RECIPIENTS,
    State.CHUNK_FAILED: refusals.AFTER_FAILED_CHUNK,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`reply` is that of a plain acceptance, `said` its octets; None as a state means: stay."""

    reply: Reply
    accepted: State | None
    refused: State | None = None
    said: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", self.reply.encode())


def _reply(code: int, status: str, text: str) -> Reply:
    return Reply(code, Status.parse(status), (text,))


AFTER: Mapping[type[ev.ServerEvent], Answer] = {
    ev.Hello: Answer(Reply(250, None, ()), State.READY),  # the words are the offer's
    ev.StartTls: Answer(_reply(220, "2.0.0", "Ready to start TLS"), State.GREETED),
    ev.Auth: Answer(_reply(235, "2.7.0", "Authentication successful"), None),
    ev.Mail: Answer(_reply(250, "2.1.0", "Sender OK"), State.MAIL, State.MAIL_REFUSED),
    ev.Rcpt: Answer(_reply(250, "2.1.5", "Recipient OK"), State.RCPT),
    ev.Data: Answer(Reply(354, None, ("Start mail input; end with <CRLF>.<CRLF>",)), None, State.READY),
    ev.Content: Answer(_reply(250, "2.0.0", "OK"), State.READY, State.READY),
}

STEPS: Mapping[bytes, Step] = {
    b"EHLO": Step.EHLO,
    b"HELO": Step.EHLO,
    b"STARTTLS": Step.STARTTLS,
    b"AUTH": Step.AUTH,
    b"MAIL": Step.MAIL,
    b"RCPT": Step.RCPT,
    b"DATA": Step.DATA,
    b"BDAT": Step.DATA,
}
