"""One SMTP session of a fake remote host (RFC 5321, RFC 3207, RFC 3030, RFC 4954), following its script.

Written apart from our own server engine, which it must be able to contradict: it is lenient, checks little and
says whatever the script wants.  The host behind it is `FakeMta`.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import fnmatch
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from saywhy.infra.net.tls import describe
from saywhy.lab.breaks import ALERTS, garble, reset
from saywhy.lab.script import Act, Script, Step, Then, TlsMode, turn

MAX_LINES = 10_000  # kept of one session
MAX_CONTENT = 128 * 1024 * 1024  # octets of one message


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """`parameters` and those of the recipients are as given: ("RET=HDRS", "ENVID=abc")."""

    helo: str
    sender: str  # without angle brackets; "" is the null reverse-path
    parameters: tuple[str, ...]
    recipients: tuple[tuple[str, tuple[str, ...]], ...]
    content: bytes  # dots unstuffed
    client_ip: str
    tls: str
    user: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A RCPT with what came before it.  `size` as declared in MAIL, 0: not."""

    sender: str
    recipient: str
    client_ip: str
    size: int = 0
    tls: bool = False


@dataclass(slots=True)
class Session:
    """One connection.  `lines` are "C: ..." and "S: ..."; message content is left out."""

    client_ip: str
    lines: list[str] = field(default_factory=list)
    tls: str = ""
    user: str = ""
    ended: str = ""  # "quit", "closed by client", "closed", "reset"; empty while it lasts


class Host(Protocol):
    """What a dialogue needs of the host that it speaks for."""

    name: str

    @property
    def script(self) -> Script: ...

    def uses(self, step: str) -> int:
        """How often this step was used before, in all sessions."""
        ...

    def at_recipient(self, asked: Asked) -> tuple[str, Step]:
        """What is said to a RCPT, and the name under which its uses are counted."""
        ...

    async def at_content(self, message: ReceivedMessage) -> tuple[str, Step]:
        """The same for a whole message."""
        ...

    def deliver(self, message: ReceivedMessage) -> None: ...

    def tls_context(self) -> ssl.SSLContext: ...


class _Over(Exception):
    """The session is at its end."""


class Dialogue:
    def __init__(
        self, host: Host, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._host = host
        self._session = session
        self._reader = reader
        self._writer = writer
        self._helo = ""
        self._forget()
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "EHLO": self._ehlo,
            "HELO": self._hello,
            "LHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "BDAT": self._bdat,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
        }

    async def run(self) -> None:
        try:
            if await self._act("greeting", self._script.greeting, f"220 {self._host.name} ESMTP"):
                while True:
                    await self._command()
        except _Over:
            pass
        except (OSError, asyncio.IncompleteReadError):
            self._session.ended = self._session.ended or "closed by client"
        except asyncio.LimitOverrunError:  # an endless line
            self._session.ended = "closed"
        finally:
            if not self._writer.is_closing():  # Python 3.11.2 does not bear a second close of TLS
                self._writer.close()

    @property
    def _script(self) -> Script:
        return self._host.script

    def _forget(self) -> None:
        self._sender = ""
        self._parameters: tuple[str, ...] = ()
        self._in_transaction = False
        self._recipients: list[tuple[str, tuple[str, ...]]] = []
        self._chunks: list[bytes] = []

    # -- reading and saying --

    async def _line(self) -> str:
        line = (await self._reader.readuntil(b"\n")).rstrip(b"\r\n").decode("utf-8", "replace")
        self._note(f"C: {line}")
        return line

    async def _command(self) -> None:
        verb, _, rest = (await self._line()).partition(" ")
        command = self._commands.get(verb.upper())
        if command is None:
            await self._say("500 5.5.1 Command not recognized")
        else:
            await command(rest.strip())

    async def _say(self, reply: str) -> None:
        for line in reply.split("\n"):
            self._note(f"S: {line}")
            self._writer.write(line.encode("utf-8", "surrogateescape") + b"\r\n")
        await self._writer.drain()

    def _note(self, line: str) -> None:
        if len(self._session.lines) < MAX_LINES:
            self._session.lines.append(line)

    async def _act(self, name: str, step: Step, ordinary: str) -> bool:
        """Do what the script says here; True when that was positive.  Ends the session when the script does."""
        act, positive = await self._answer(name, step, ordinary)
        await self._then(act)
        return positive

    async def _answer(self, name: str, step: Step, ordinary: str) -> tuple[Act, bool]:
        """Only the reply: what follows it is in the act."""
        act = turn(step, self._host.uses(name))
        if act.after:
            await asyncio.sleep(act.after)
        reply = act.reply or (ordinary if act.then is Then.GO_ON else "")
        if reply:
            await self._say(reply)
        return act, reply[:1] in ("2", "3")

    async def _then(self, act: Act) -> None:
        match act.then:
            case Then.GO_ON:
                return
            case Then.SILENCE:
                while await self._reader.read(65_536):
                    pass
                self._session.ended = "closed by client"
            case Then.CLOSE:
                self._session.ended = "closed"
            case Then.GARBLE:
                self._session.ended = "closed"
                self._note("S: (octets that cannot be decrypted)")
                garble(self._writer)
            case Then.RESET:
                self._session.ended = "reset"
                reset(self._writer)
        raise _Over

    # -- commands --

    async def _ehlo(self, rest: str) -> None:
        lines = [f"{self._host.name} greets {rest}", *self._capabilities()]
        ordinary = "\n".join(f"250{' ' if n == len(lines) - 1 else '-'}{line}" for n, line in enumerate(lines))
        if await self._act("ehlo", self._script.ehlo, ordinary):
            self._helo = rest
            self._forget()

    def _capabilities(self) -> list[str]:
        script, secure = self._script, bool(self._session.tls)
        found = list(script.capabilities)
        if script.tls is not TlsMode.NONE and not secure:
            found.append("STARTTLS")
        if script.users and (secure or script.tls is TlsMode.NONE):
            found.append("AUTH PLAIN LOGIN")
        return found

    async def _hello(self, rest: str) -> None:
        if await self._act("helo", self._script.helo, f"250 {self._host.name} greets {rest}"):
            self._helo = rest
            self._forget()

    async def _starttls(self, _rest: str) -> None:
        if self._script.tls is TlsMode.NONE or self._session.tls:
            await self._say("502 5.5.1 No TLS here")
        elif await self._act("starttls", self._script.starttls, "220 2.0.0 Go ahead"):
            if self._script.tls in ALERTS:
                await self._break_handshake(ALERTS[self._script.tls])
            await self._writer.start_tls(self._host.tls_context())
            self._session.tls = describe(self._writer.get_extra_info("ssl_object"))
            self._note(f"-- {self._session.tls}")
            self._helo = ""
            self._forget()

    async def _break_handshake(self, alert: bytes) -> None:
        await self._reader.read(65_536)
        self._writer.write(alert)
        self._session.ended = "closed"
        raise _Over

    async def _auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        if mechanism.upper() == "PLAIN":
            text = _decode(initial or await self._ask(""))
            user, password = [*text.split("\0"), "", ""][1:3]
        elif mechanism.upper() == "LOGIN":
            user = _decode(initial or await self._ask("VXNlcm5hbWU6"))
            password = _decode(await self._ask("UGFzc3dvcmQ6"))
        else:
            await self._say("504 5.5.4 Unrecognized authentication type")
            return
        known = self._script.users.get(user) == password
        ordinary = "235 2.7.0 Authentication successful" if known else "535 5.7.8 Credentials invalid"
        if await self._act("auth", self._script.auth, ordinary):
            self._session.user = user

    async def _ask(self, challenge: str) -> str:
        await self._say(f"334 {challenge}")
        return await self._line()

    async def _mail(self, rest: str) -> None:
        sender, parameters = _path(rest)
        if self._script.users and not self._session.user:
            await self._say("530 5.7.0 Authentication required")
        elif self._in_transaction or not self._helo:
            await self._say("503 5.5.1 Bad sequence of commands")
        elif self._too_large(_declared_size(parameters)):
            await self._say("552 5.3.4 Message size exceeds fixed limit")
        elif await self._act("mail", self._script.mail, "250 2.1.0 Sender ok"):
            self._in_transaction = True
            self._sender, self._parameters = sender, parameters

    def _too_large(self, size: int) -> bool:
        for capability in self._script.capabilities:
            word, _, limit = capability.partition(" ")
            if word.upper() == "SIZE" and limit.isdecimal() and int(limit):
                return size > int(limit)
        return False

    async def _rcpt(self, rest: str) -> None:
        recipient, parameters = _path(rest)
        if not self._in_transaction:
            await self._say("503 5.5.1 Bad sequence of commands")
            return
        session = self._session
        size = _declared_size(self._parameters)
        name, step = self._host.at_recipient(
            Asked(self._sender, recipient, session.client_ip, size, bool(session.tls))
        )
        if await self._act(name, step, "250 2.1.5 Recipient ok"):
            self._recipients.append((recipient, parameters))

    async def _data(self, _rest: str) -> None:
        if not self._recipients:
            await self._say("554 5.5.1 No valid recipients")
        elif await self._act("data", self._script.data, "354 Start mail input"):
            await self._content(await self._lines())

    async def _lines(self) -> bytes:
        """The content up to the dot, its dots unstuffed.  Ends the session when there is no end to it."""
        lines, size = [], 0
        while (line := await self._reader.readuntil(b"\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
            size += len(line)
            if size > MAX_CONTENT:
                raise await self._too_much()
        return b"".join(lines)

    async def _too_much(self) -> _Over:
        await self._say("552 5.3.4 Message too large, closing transmission channel")
        self._session.ended = "closed"
        return _Over()

    async def _bdat(self, rest: str) -> None:
        size, _, last = rest.partition(" ")
        if "CHUNKING" not in self._script.capabilities or not size.isdecimal():
            await self._say("500 5.5.1 Command not recognized")
            return
        if int(size) + sum(map(len, self._chunks)) > MAX_CONTENT:
            raise await self._too_much()
        chunk = await self._reader.readexactly(int(size))
        if not self._recipients:
            await self._say("503 5.5.1 No valid recipients")
        elif last.upper() == "LAST":
            await self._content(b"".join((*self._chunks, chunk)))
        elif await self._act("data", self._script.data, f"250 2.0.0 {size} octets received"):
            self._chunks.append(chunk)

    async def _content(self, content: bytes) -> None:
        message = ReceivedMessage(
            self._helo,
            self._sender,
            self._parameters,
            tuple(self._recipients),
            content,
            self._session.client_ip,
            self._session.tls,
            self._session.user,
        )
        self._forget()
        if self._too_large(len(content)):
            await self._say("552 5.3.4 Message size exceeds fixed limit")
            return
        if self._script.lmtp:
            await self._finals(message)
            return
        name, step = await self._host.at_content(message)
        act, accepted = await self._answer(name, step, "250 2.0.0 Message accepted")
        if accepted:
            self._host.deliver(message)
        await self._then(act)

    async def _finals(self, message: ReceivedMessage) -> None:
        """A reply for each recipient; the host keeps the message for those that got a good one."""
        for recipient in message.recipients:
            pattern = next((p for p in self._script.finals if fnmatch.fnmatchcase(recipient[0], p)), "")
            step = self._script.finals.get(pattern, "")
            act, accepted = await self._answer(f"final {pattern}", step, f"250 2.0.0 <{recipient[0]}> Saved")
            if accepted:
                self._host.deliver(dataclasses.replace(message, recipients=(recipient,)))
            await self._then(act)

    async def _rset(self, _rest: str) -> None:
        self._forget()
        await self._act("rset", self._script.rset, "250 2.0.0 Reset")

    async def _noop(self, _rest: str) -> None:
        await self._say("250 2.0.0 OK")

    async def _quit(self, _rest: str) -> None:
        self._session.ended = "quit"
        await self._act("quit", self._script.quit, f"221 2.0.0 {self._host.name} closing")
        raise _Over


def _path(rest: str) -> tuple[str, tuple[str, ...]]:
    """`FROM:<a@b.example> X=1` -> ("a@b.example", ("X=1",))."""
    path, _, parameters = rest.partition(":")[2].strip().partition(">")
    return path.removeprefix("<"), tuple(parameters.split())


def _declared_size(parameters: tuple[str, ...]) -> int:
    sizes = [p[5:] for p in parameters if p[:5].upper() == "SIZE="]
    return int(sizes[0]) if sizes and sizes[0].isdecimal() else 0


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return ""
