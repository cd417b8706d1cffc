"""How a fake remote host behaves: replies, latencies, drops and TLS as plain data.

A step of a script is a reply ("550 5.1.1 no such user", lines parted by a newline), an `Act` when more than words
is wanted, or a list of those that are used one after the other (the last one stays in force):

    Script(rcpt={"full@*": "452 4.2.2 mailbox full", "grey@*": ["450 4.2.0 later", ""]}, content=DROP)
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Then(enum.Enum):
    """What follows a reply."""

    GO_ON = "go on"
    CLOSE = "close"
    RESET = "reset"  # RST instead of FIN
    SILENCE = "silence"  # nothing more is ever said
    GARBLE = "garble"  # octets that are no TLS record of this session, then FIN


class Presence(enum.Enum):
    """What a connection attempt meets."""

    LISTENING = "listening"
    REFUSING = "refusing"  # RST at once
    DEAF = "deaf"  # SYNs are dropped: no answer


class TlsMode(enum.Enum):
    NONE = "none"
    STARTTLS = "starttls"
    WEAK = "weak"  # with a certificate whose key is too short
    OLD = "old"  # no version that anybody speaks today
    BROKEN = "broken"  # says 220 to STARTTLS and then fails the handshake


@dataclass(frozen=True, slots=True)
class Act:
    """`reply` empty: the ordinary reply, or nothing when `then` ends the talk; `after`: seconds to wait first."""

    reply: str = ""
    after: float = 0.0
    then: Then = Then.GO_ON


DROP = Act(then=Then.CLOSE)
RESET = Act(then=Then.RESET)
SILENT = Act(then=Then.SILENCE)

Step = str | Act | Sequence["str | Act"]

CAPABILITIES = ("PIPELINING", "SIZE 26214400", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "ENHANCEDSTATUSCODES")


@dataclass(frozen=True, slots=True)
class Script:
    """Empty steps: the ordinary, positive reply.  `rcpt` maps patterns ("full@*") to steps; first match wins."""

    greeting: Step = ""
    ehlo: Step = ""
    helo: Step = ""
    starttls: Step = ""
    auth: Step = ""
    mail: Step = ""
    rcpt: Mapping[str, Step] = field(default_factory=dict)
    data: Step = ""
    content: Step = ""  # the reply to the final dot, or to BDAT LAST
    lmtp: bool = False  # RFC 2033: a reply to the content for each recipient, by `finals` as in `rcpt`
    finals: Mapping[str, Step] = field(default_factory=dict)
    rset: Step = ""
    quit: Step = ""
    capabilities: Sequence[str] = CAPABILITIES
    tls: TlsMode = TlsMode.STARTTLS
    users: Mapping[str, str] = field(default_factory=dict)  # name -> password; not empty: MAIL needs AUTH
    presence: Presence = Presence.LISTENING


def turn(step: Step, number: int) -> Act:
    """The act for the `number`th use (from 0) of a step."""
    if isinstance(step, Act):
        return step
    if isinstance(step, str):
        return Act(step)
    if not step:
        return Act()
    return turn(step[min(number, len(step) - 1)], 0)
