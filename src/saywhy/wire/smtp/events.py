"""What the two SMTP engines tell their drivers.  Values only; each says whether an answer is owed.

Server events come from `ServerEngine.next_event`.  Hello, StartTls, Auth, Mail, Rcpt, Data and Content must be
answered (`accept`, `reply` or `refuse`) before the next event comes; Reset, Quit, Refused and Gone must not:
the engine has already said what there is to say.  Client events come from `ClientEngine.next_event`.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.address import Address
from saywhy.model.envelope import Body, DeliverBy, Recipient, Ret
from saywhy.model.evidence import Step
from saywhy.model.failure import Failure
from saywhy.wire.smtp.reply import Reply


@dataclass(frozen=True, slots=True)
class Hello:
    """EHLO (`extended`) or HELO.  Any transaction is over.  `name` is the argument, checked; may be empty."""

    name: str
    extended: bool


@dataclass(frozen=True, slots=True)
class StartTls:
    """STARTTLS.  After `accept`: write the output, shake hands, then call `tls_done`."""


@dataclass(frozen=True, slots=True)
class Auth:
    """Credentials of AUTH PLAIN or LOGIN, decoded.  `authorize_as` is empty unless given (RFC 4616)."""

    mechanism: str
    identity: str
    password: str
    authorize_as: str

    def __repr__(self) -> str:
        return f"Auth(mechanism={self.mechanism!r}, identity={self.identity!r}, password=...)"


@dataclass(frozen=True, slots=True)
class Mail:
    """MAIL FROM: a transaction begins.  `sender` is None for `<>`; `size` is what SIZE= declared, or 0."""

    sender: Address | None
    envid: str
    ret: Ret | None
    body: Body
    smtputf8: bool
    size: int
    by: DeliverBy | None = None  # not counted from any time yet


@dataclass(frozen=True, slots=True)
class Rcpt:
    """RCPT TO.  A bare `<Postmaster>` (RFC 5321 section 4.5.1) comes as `Postmaster` with an empty domain."""

    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Data:
    """DATA, or the first BDAT, with at least one recipient accepted: the last chance to say no beforehand."""


@dataclass(frozen=True, slots=True)
class Content:
    """A whole message: lines end in CRLF, dots unstuffed; no bare CR or LF, no NUL, no line over 1000 octets."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Reset:
    """The transaction, if any, is over without a message: RSET, or content refused.  No answer is owed."""


@dataclass(frozen=True, slots=True)
class Quit:
    """QUIT: write the output and close.  No answer is owed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The engine itself refused something; its reply is already in the output.  No answer is owed.

    When that ended a transaction, `Reset` follows.
    """

    failure: Failure


@dataclass(frozen=True, slots=True)
class Gone:
    """The client closed without QUIT.  No answer is owed."""


ServerEvent = Hello | StartTls | Auth | Mail | Rcpt | Data | Content | Reset | Quit | Refused | Gone


@dataclass(frozen=True, slots=True)
class Transaction:
    """One message for the recipients of one next hop.  `content` has CRLF lines and no dot-stuffing."""

    sender: Address | None
    recipients: tuple[Recipient, ...]
    content: bytes
    envid: str = ""
    ret: Ret | None = None
    body: Body = Body.SEVENBIT
    smtputf8: bool = False
    whole: bool = False  # by DATA, though the peer offers CHUNKING
    by: DeliverBy | None = None  # with the seconds that are left


@dataclass(frozen=True, slots=True)
class TransactionResult:
    """The replies as got; None where none was got, nothing was asked, or the reply could not be otherwise.

    The last: RCPT after a refused MAIL, DATA without an accepted recipient (a pipelining client has to say them
    all the same).  `recipients` has one entry per recipient, in order.  `dsn` and `by` say that the DSN parameters
    and the deadline were passed on.  `unsupported` ("SMTPUTF8", "SIZE", "DELIVERBY", "ESMTP") is non-empty when
    nothing was sent because the peer lacks what the message needs, or the options demand.  `chunked`: by BDAT.
    `finals`, in LMTP only: each recipient's own reply to the content; `data` is the last of them.
    """

    mail: Reply | None
    recipients: tuple[Reply | None, ...]
    data: Reply | None
    dsn: bool
    unsupported: str = ""
    chunked: bool = False
    finals: tuple[Reply | None, ...] = ()
    by: bool = False


@dataclass(frozen=True, slots=True)
class WantTls:
    """The server is ready for the handshake: write nothing more, shake hands, then call `tls_done`."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Greeted, known, signed in as far as was asked: `send` or `quit`."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A transaction has ended, well or not; the session can be used again unless `closed` says otherwise."""

    result: TransactionResult


@dataclass(frozen=True, slots=True)
class Broken:
    """The session cannot go on: refused before a transaction, nonsense, or closed.  `why` is for the operator."""

    step: Step
    reply: Reply | None
    why: str


ClientEvent = WantTls | Ready | Finished | Broken
