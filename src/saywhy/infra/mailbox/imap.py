"""An IMAP folder as a source (RFC 3501, MOVE of RFC 6851, UIDPLUS of RFC 4315; imaplib of the standard library).

Reading changes nothing: the folder is opened with EXAMINE and mail fetched with BODY.PEEK, unless something is to
be marked or moved.  Of a large message only its beginning and its end are fetched.  A message that the server will
not give is a Piece with an error; a connection that breaks is made again, TRIES times over one message.

The password never goes over a line in clear, except with `Security.CLEAR`, or to this machine.
"""

from __future__ import annotations

import contextlib
import enum
import imaplib
import re
import ssl
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from saywhy.infra.mailbox.piece import HEAD, LIMIT, TAIL, Piece, cut

TIMEOUT = 60.0  # seconds without an octet
TRIES = 3
WINDOW = 500  # messages that are listed at once
MANY, ENOUGH = 50, 1 << 20  # messages, and octets, that are fetched at once

_UID = re.compile(rb"\bUID ([0-9]{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE ([0-9]{1,19})\b")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class ImapError(OSError):
    """The server cannot be used; the text says what it refused and what to do."""


class Security(enum.Enum):
    """How the line is made safe."""

    TLS = "tls"  # from the first octet, imaps:
    STARTTLS = "starttls"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Address:
    """`imap://USER@HOST:PORT/FOLDER` taken apart (RFC 5092, without its searches and sections)."""

    user: str
    host: str
    port: int
    folder: str
    implicit_tls: bool

    def __str__(self) -> str:
        scheme = "imaps" if self.implicit_tls else "imap"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{quote(self.user)}@{host}:{self.port}/{quote(self.folder)}"


@dataclass(frozen=True, slots=True)
class SignIn:
    """`token` is one of OAuth 2, used instead of the password."""

    password: str = ""
    token: str = ""


def parse_address(text: str) -> Address:
    """ValueError with a sentence if it is none."""
    parts = urlsplit(text)
    if parts.scheme not in ("imap", "imaps"):
        raise ValueError(f"{parts.scheme}:// is not read: give imap://USER@HOST/FOLDER, or imaps://")
    if parts.password is not None:
        raise ValueError("a password does not belong in an address, which others can see in the list of processes")
    if not parts.username or not parts.hostname:
        raise ValueError("an IMAP address is imap://USER@HOST/FOLDER; one part is missing")
    tls = parts.scheme == "imaps"
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    return Address(unquote(parts.username), parts.hostname, parts.port or (993 if tls else 143), folder, tls)


class Folder:
    """`change`: open it for changes too.  Every call may raise ImapError."""

    def __init__(
        self,
        address: Address,
        sign_in: SignIn,
        security: Security,
        context: ssl.SSLContext,
        *,
        change: bool = False,
    ) -> None:
        self.address = address
        self._sign_in = sign_in
        self._security = security
        self._context = context
        self._change = change
        self._connection: Any = None
        self._messages = 0
        self.validity = ""
        self._open()

    def listed(self, after: int) -> tuple[array[int], array[int]]:
        """UIDs above `after`, in order, and the sizes that the server gives."""
        found: dict[int, int] = {}
        first = 1
        while first <= self._messages:
            last = min(first + WINDOW - 1, self._messages)
            for line in self._said(partial(_list, first=first, last=last)):
                text = line[0] + line[1] if isinstance(line, tuple) else line or b""
                uid, size = _UID.search(text), _SIZE.search(text)
                if uid is not None and int(uid[1]) > after:
                    found[int(uid[1])] = int(size[1]) if size else 0
            first = last + 1
        uids = array("Q", sorted(found))
        return uids, array("Q", [found[uid] for uid in uids])

    def messages(self, uids: Sequence[int], sizes: Sequence[int]) -> Iterator[list[tuple[int, Piece]]]:
        """The messages, some at a time."""
        some: list[int] = []
        total = 0
        for uid, size in zip(uids, sizes, strict=True):
            if some and (len(some) == MANY or total + size > ENOUGH):  # a large one is more than enough
                yield self._fetched(some)
                some, total = [], 0
            if size > LIMIT:
                yield [(uid, self._one(uid, lambda u=uid, s=size: self._large(u, s)))]  # type: ignore[misc]
            else:
                some.append(uid)
                total += size
        if some:
            yield self._fetched(some)

    def mark_seen(self, uids: Sequence[int]) -> None:
        self._said(lambda c: c.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)"))

    def move(self, uids: Sequence[int], target: str) -> None:
        """Into another folder of the account.  One that does not exist is an ImapError."""
        capabilities = self._connection.capabilities
        if "MOVE" in capabilities:
            self._said(lambda c: c.uid("MOVE", _set(uids), _quoted(target)))
        elif "UIDPLUS" in capabilities:
            self._said(lambda c: c.uid("COPY", _set(uids), _quoted(target)))
            self._said(lambda c: c.uid("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)"))
            self._said(lambda c: c.uid("EXPUNGE", _set(uids)))
        else:
            raise ImapError(
                f"{self.address.host} can neither MOVE nor UIDPLUS: to move mail, all that anybody marked as "
                "deleted would have to go too"
            )

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.logout()
            self._connection = None

    # Fetching

    def _fetched(self, uids: Sequence[int]) -> list[tuple[int, Piece]]:
        """All at once; one by one if that does not work, so that one bad mail spoils no other."""
        try:
            bodies = self._bodies(uids)
        except ImapError:
            bodies = {}
        return [
            (uid, cut(bodies[uid]) if uid in bodies else self._one(uid, partial(self._single, uid)))
            for uid in uids
        ]

    def _one(self, uid: int, fetch: Callable[[], Piece]) -> Piece:
        try:
            return fetch()
        except ImapError as error:
            return Piece(b"", error=f"the server does not give the message with UID {uid}: {error}")

    def _single(self, uid: int) -> Piece:
        bodies = self._bodies([uid])
        if uid not in bodies:
            raise ImapError("it is not there any more")
        return cut(bodies[uid])

    def _large(self, uid: int, size: int) -> Piece:
        head = self._bodies([uid], f"<0.{HEAD}>").get(uid, b"")
        tail = self._bodies([uid], f"<{size - TAIL}.{TAIL}>").get(uid, b"")
        return Piece(head + tail, True, size=size)

    def _bodies(self, uids: Sequence[int], part: str = "") -> dict[int, bytes]:
        lines = self._said(lambda c: c.uid("FETCH", _set(uids), f"(UID BODY.PEEK[]{part})"))
        found = {}
        for index, line in enumerate(lines):
            if isinstance(line, tuple):
                behind = lines[index + 1] if index + 1 < len(lines) else b""
                uid = _UID.search(line[0]) or _UID.search(behind if isinstance(behind, bytes) else b"")
                if uid is not None:
                    found[int(uid[1])] = line[1]
        return found

    # The connection

    def _said(self, command: Callable[[Any], tuple[str, list[Any]]]) -> list[Any]:
        """What the server answered with OK; over a new connection if the old one broke."""
        trouble: Exception | None = None
        for _ in range(TRIES):
            try:
                if self._connection is None:
                    self._open()
                answer, lines = command(self._connection)
            except (imaplib.IMAP4.abort, OSError) as error:
                if isinstance(error, ImapError):
                    raise
                self._drop()
                trouble = error
                continue
            except imaplib.IMAP4.error as error:
                raise ImapError(_text(error)) from None
            if answer != "OK":
                raise ImapError(_text(lines[0] if lines else answer))
            return lines
        raise ImapError(f"the connection to {self.address.host} broke {TRIES} times: {trouble}")

    def _drop(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):
                self._connection.shutdown()
        self._connection = None

    def _open(self) -> None:
        address = self.address
        try:
            self._connection = self._connected()
            self._signed_in()
            answer, lines = self._connection.select(_quoted(address.folder), readonly=not self._change)
        except (imaplib.IMAP4.error, OSError) as error:
            self._drop()
            if isinstance(error, ImapError):
                raise
            raise ImapError(f"{address.host} port {address.port}: {_text(error)}") from None
        if answer != "OK":
            raise ImapError(f"{address.host} does not open the folder {address.folder}: {_text(lines[0])}")
        self._messages = int(lines[0] or 0)
        validity = (self._connection.response("UIDVALIDITY")[1] or [b""])[0] or b""
        if self.validity and self.validity != validity.decode():
            raise ImapError(f"the folder {address.folder} was made anew while it was read")
        self.validity = validity.decode()

    def _connected(self) -> imaplib.IMAP4:
        address = self.address
        if self._security is Security.TLS:
            return _BoundedTls(address.host, address.port, ssl_context=self._context, timeout=TIMEOUT)
        connection = _Bounded(address.host, address.port, timeout=TIMEOUT)
        if self._security is Security.STARTTLS:
            if "STARTTLS" in connection.capabilities:
                connection.starttls(self._context)
            elif address.host not in _THIS_MACHINE:
                connection.shutdown()
                raise ImapError(
                    f"{address.host} offers no STARTTLS, and the password will not go over the line in clear: "
                    "try imaps://, or --no-tls if the line is safe"
                )
        return connection

    def _signed_in(self) -> None:
        user, sign_in, connection = self.address.user, self._sign_in, self._connection
        if sign_in.token:
            said = f"user={user}\1auth=Bearer {sign_in.token}\1\1".encode()
            connection.authenticate("XOAUTH2", lambda _: said)
        elif "AUTH=PLAIN" in connection.capabilities:
            connection.authenticate("PLAIN", lambda _: f"\0{user}\0{sign_in.password}".encode())
        else:
            connection.login(user, sign_in.password)
        connection._get_capabilities()  # there may be more of them now


class _Limit:
    """imaplib reads as many octets as the server announces; this is as many as we ask for."""

    def read(self, size: int) -> bytes:
        if size > LIMIT + ENOUGH:
            raise imaplib.IMAP4.abort(f"the server sends {size} octets at once")
        return super().read(size)  # type: ignore[misc,no-any-return]


class _Bounded(_Limit, imaplib.IMAP4):
    pass


class _BoundedTls(_Limit, imaplib.IMAP4_SSL):
    pass


def _list(connection: Any, first: int, last: int) -> Any:
    return connection.fetch(f"{first}:{last}", "(UID RFC822.SIZE)")


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))


def _text(said: object) -> str:
    if isinstance(said, Exception) and said.args and isinstance(said.args[0], bytes):
        said = said.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300]


def _quoted(folder: str) -> str:
    """A folder's name in modified UTF-7 (RFC 3501 section 5.1.3), between quotes."""
    out: list[str] = []
    for plain, other in re.findall(r"([ -~]+)|([^ -~]+)", folder):
        if plain:
            out.append(plain.replace("&", "&-"))
        else:
            coded = other.encode("utf-16-be").decode("utf-16-be").encode("utf-7").decode()
            out.append(coded.replace("+", "&", 1).replace("/", ",").rstrip("-") + "-")
    name = "".join(out).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}"'
