"""What the catalogue holds: causes, and the enhanced codes that they stand behind (spec A0 to A2).

The texts of a cause are templates (`template`).  `ours` and `theirs` are seen from the server that sends the
report: our administrator runs it, their administrator runs the server on the other side.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Act(enum.Enum):
    """Who must act so that the mail can get through."""

    SENDER = "sender"
    OUR_ADMIN = "our-admin"
    THEIR_ADMIN = "their-admin"
    RECIPIENT = "recipient"
    NOBODY = "nobody"  # wait


class Scope(enum.Enum):
    """What the trouble is tied to: what else would meet it."""

    RECIPIENT = "recipient"
    DOMAIN = "domain"
    MESSAGE = "message"
    SENDER_IDENTITY = "sender-identity"
    OUR_ADDRESS = "our-address"
    PATH = "path"
    OUR_SERVER = "our-server"


class Permanence(enum.Enum):
    """Whether another attempt can help."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    EITHER = "either"


class Fault(enum.Enum):
    """What a fault of ours may do to mail: it is a deferral as long as it lasts, but for these exceptions."""

    NONE = "none"  # no fault of ours: a decision about this message, or somebody else's doing
    WAITS = "waits"  # a deferral until the message expires
    CHOICE = "choice"  # a deferral, unless an administrator chose to refuse or return mail
    MESSAGE = "message"  # bound to one message, which no waiting mends (5.7.7, 5.3.0)
    SETTINGS = "settings"  # our configuration is wrong (5.2.4, 5.3.5, 5.4.8): final
    ENTRY = "entry"  # one object of the directory is wrong, for which spec A2 has a final code

    @property
    def final(self) -> bool:
        """A report may come of it at once, unless the storm guard holds it (flow/queue/storm)."""
        return self in (Fault.MESSAGE, Fault.SETTINGS, Fault.ENTRY)


class Unit(enum.Enum):
    """What Evidence's `observed` and `limit` count."""

    COUNT = "count"
    BYTES = "bytes"
    SECONDS = "seconds"


class By(enum.Enum):
    """Who gives a code this cause: our own server, or another one that refused us."""

    US = "us"
    THEM = "them"


@dataclass(frozen=True, slots=True)
class Check:
    """A probe that would confirm the cause: its name in checks.toml, and what it would show."""

    name: str
    shows: str


@dataclass(frozen=True, slots=True)
class Names:
    """The nearest reason of other systems: Sisimai's name, KumoMTA's class, SparkPost's number."""

    sisimai: str
    kumomta: str
    sparkpost: int


@dataclass(frozen=True, slots=True)
class Said:
    """A line as `system` says it when this is the cause, and what else belongs to it: the evidence.

    `host` is the server that said it and `at` the SMTP command that it answered, each empty where the words are
    enough.  The pages of docs/codes show these lines, and tests classify them.
    """

    system: str
    line: str
    at: str
    host: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why mail did not get through.

    `happened` is said of a final failure; `waiting` while delivery is still being tried, with `waiting_act` for
    who must act meanwhile (both only where `permanence` allows another attempt).  `sender`, `admin` and `theirs`
    are the cures for the sender, our administrator and their administrator, each as short steps in order.
    """

    id: str
    title: str
    happened: str
    waiting: str
    act: Act
    waiting_act: Act
    ours: bool
    fault: Fault
    scope: Scope
    permanence: Permanence
    unit: Unit
    sender: tuple[str, ...]
    admin: tuple[str, ...]
    theirs: tuple[str, ...]
    checks: tuple[Check, ...]
    said: tuple[Said, ...]
    names: Names
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means to `source` (SOURCES), and when that reading holds.

    `hosts` are the domains of the provider's servers, for readings that hold for their replies only.
    """

    source: str
    text: str
    when: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likely:
    """One cause of a code: its id, who gives the code this cause, and how to tell it from the others.

    With `provider` (one of SOURCES) it is what this provider's servers mean by the code when their words say no
    more; elsewhere the first cause without one is.
    """

    cause: str
    by: By
    when: str
    provider: str


@dataclass(frozen=True, slots=True)
class Code:
    """An enhanced status code (RFC 3463, and the IANA registry of RFC 5248).

    `registered` says whether the registry has it, `classes` the classes that it foresees, `basic` the reply codes
    that it names.  `usage` tells how saywhy's own use, or a vendor's, departs from that (rule R27); it is
    required where the code is unregistered or its class is not among `classes`.  `correction` sets right what a
    well-known explanation of the code gets wrong.  `causes` stand in order of likelihood.

    The code of a provider's range is written `5.7.606-649`: all of them mean the same.
    """

    code: str
    title: str
    detail: str
    registered: bool
    classes: tuple[int, ...]
    basic: tuple[int, ...]
    usage: str
    correction: str
    meanings: tuple[Meaning, ...]
    causes: tuple[Likely, ...]
    references: tuple[str, ...]


# Who reads a code in its own way.
SOURCES = {
    "iana": "IANA registry",
    "exchange": "Exchange",
    "article": "Exchange 2007 (the article)",
    "microsoft": "Microsoft 365 and Outlook.com",
    "google": "Gmail",
    "yahoo": "Yahoo",
    "apple": "iCloud",
}
