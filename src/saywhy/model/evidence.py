"""Evidence: what was seen when something failed.  Every field is a plain value; empty means not seen."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Stage(enum.Enum):
    """Where in a message's journey something happened (spec A0)."""

    RECEIVE = "receive"
    CATEGORIZE = "categorize"
    QUEUE = "queue"
    ROUTE = "route"
    CONVERT = "convert"
    SEND = "send"
    STORE = "store"
    REPORT = "report"


class Step(enum.Enum):
    """The point of an SMTP session at which a reply or a break was seen; selects the column of spec A5."""

    NONE = ""
    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END_OF_DATA = "end of data"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts, in the units named.  Empty strings, empty tuples and -1 stand for 'not seen' (there is no None)."""

    stage: Stage
    step: Step = Step.NONE
    connector: str = ""
    queue: str = ""
    remote_host: str = ""
    remote_ip: str = ""
    command: str = ""
    reply: tuple[str, ...] = ()  # the remote's reply, line by line, reply code included, CRLF off
    tls: str = ""  # "TLSv1.3 TLS_AES_256_GCM_SHA384", or what went wrong
    dns: str = ""  # "MX dest.test: NXDOMAIN"
    hosts: tuple[str, ...] = ()  # next hops tried, in order: "mx1.dest.test [192.0.2.7]:25: refused"
    name: str = ""  # the rule, limit or object that decided
    observed: int = -1
    limit: int = -1
    comment: tuple[str, ...] = ()  # what a moderator wrote to the sender, line by line
    near: tuple[str, ...] = ()  # near misses of an unknown recipient, for internal readers only (spec 5.1.1 Extra)
    transcript: tuple[str, ...] = ()  # the session's last lines, "C: " and "S: ", bodies and credentials left out

    def numbers(self) -> dict[str, int]:
        """What was observed and what is allowed, for the log; only what was seen."""
        seen = {"observed": self.observed, "limit": self.limit}
        return {name: value for name, value in seen.items() if value >= 0}
