"""The verbs of a scenario's steps, each a function of the site and the step's own fields.

    [[step]]
    do = "send"
    to = ["bob@partner.example NOTIFY=FAILURE"]

Adding a verb is adding a function here.
"""

from __future__ import annotations

import asyncio
import base64
import email
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from saywhy.lab import disks
from saywhy.lab.dns import Mood
from saywhy.lab.scenario import PARTNER, read_script
from saywhy.lab.served import ServedSite, until
from saywhy.lab.site import PASSWORD, Client, Site, letter
from saywhy.model.event import Kind
from saywhy.model.organisation import KINDS
from saywhy.model.record import load
from saywhy.wire.header import header_block, without_received

BOB = f"bob@{PARTNER}"

SIGN_IN = re.compile(r"\{AUTH(?::(\w+))?\}")  # in a line: what AUTH PLAIN wants of ann, or of who is named

_LINES = re.compile(r"\{LINES:(\d{1,5})\}")  # in content
_WORDS = "Meet me behind the cathedral at ten.\n"

Do = Callable[..., Awaitable[None]]


class Teller:
    """What the scenario's own client said and heard, for the evidence."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.reply = ""
        self.queued = ""

    def said(self, line: str) -> None:
        self.lines.append(f"C: {line}")

    def heard(self, reply: str) -> None:
        self.reply = reply
        self.lines += [f"S: {line}" for line in reply.split("\n")]


async def send(
    site: Site,
    tell: Teller,
    *,
    sender: str | None = None,
    to: list[str] | None = None,
    parameters: str = "",
    listener: str = "inside",
    content: str = "",
    header: str = "",
    size: int = 0,
) -> None:
    """Submit a message; `header` lines are added, `size` makes the body that long."""
    recipients = to or [BOB]
    sender = site.sender if sender is None else sender
    raw = content.replace("\n", "\r\n").encode() if content else _letter(sender, header, size)
    for recipient in recipients:
        address, _, wishes = recipient.partition(" ")
        tell.said(f"MAIL FROM:<{sender}> {parameters}, RCPT TO:<{address}> {wishes}, {len(raw)} octets")
    tell.queued = await site.send(sender, recipients, raw, parameters=parameters, listener=listener)
    tell.heard(f"250 2.0.0 Queued as {tell.queued}")


def _letter(sender: str, header: str, size: int) -> bytes:
    body = (_WORDS.replace("\n", "\r\n") * (size // 38 + 1)) if size else "At ten."
    raw = letter(sender=sender, body=body)
    return "".join(f"{line}\r\n" for line in header.splitlines()).encode() + raw


async def dialogue(
    site: Site,
    tell: Teller,
    *,
    say: list[str],
    listener: str = "smtp",
    hello: str = "",
    tls: bool = False,
) -> None:
    """Say each line after the other and wait for its reply; nothing said waits for one more.

    `hello` comes first, with `tls` again after STARTTLS; what begins with `=` is content, sent as it stands and
    ended by a dot; `{LINES:9}` in it stands for so many lines of text.
    """
    client = Client(*await asyncio.open_connection(*site.address(listener)))
    tell.heard(await client.reply())
    greetings = [hello] if hello else []
    if tls:
        await client.expect(hello, "250")
        await client.start_tls()
    for line in greetings + [SIGN_IN.sub(_sign_in, line) for line in say]:
        if not line:
            tell.heard(await client.reply())
            continue
        tell.said(line if len(line) < 500 else f"{line[:80]}... ({len(line)} characters)")
        if line.startswith("="):
            content = _LINES.sub(lambda found: _WORDS * int(found[1]), line[1:]).replace("\n", "\r\n")
            tell.heard(await client.content(content.encode("utf-8", "surrogateescape")))
        else:
            client.write(line.encode("utf-8", "surrogateescape") + b"\r\n")
            tell.heard(await client.reply())
    await client.close()


def _sign_in(found: re.Match[str]) -> str:
    return base64.b64encode(f"\0{found[1] or 'ann'}\0{PASSWORD}".encode()).decode()


async def raw(site: Site, tell: Teller, *, octets: str, listener: str = "smtp") -> None:
    """Write octets (Latin-1) as they stand after the greeting, and take one reply."""
    client = Client(*await asyncio.open_connection(*site.address(listener)))
    tell.heard(await client.reply())
    tell.said(repr(octets))
    client.write(octets.encode("latin-1"))
    tell.heard(await client.reply())
    await client.close()


async def connect(site: Site, tell: Teller, *, listener: str = "smtp", times: int = 1) -> None:
    """Open so many connections at once, and take the last one's greeting."""
    clients = []
    for number in range(times):
        clients.append(Client(*await asyncio.open_connection(*site.address(listener))))
        tell.said(f"(connection {number + 1})")
        tell.heard(await clients[-1].reply())
    for client in clients:
        await client.close()


async def ask(site: Site, tell: Teller, *, operation: str, parameters: Mapping[str, Any] | None = None) -> None:
    """An operation of the administrator; `{queued}` in a value is the id of the message sent last."""
    given = {
        name: value.replace("{queued}", tell.queued) if isinstance(value, str) else value
        for name, value in (parameters or {}).items()
    }
    result = await site.ask(operation, **given)
    tell.said(f"(saywhy {operation} {given})")
    tell.heard(result.text or f"{len(result.rows)} rows")


async def answer(
    site: Site, tell: Teller, *, mailbox: str, sender: str, text: str, number: int = 1, listener: str = "inside"
) -> None:
    """Somebody answers the `number`th message in his mailbox, at its Reply-To: a moderator decides."""
    question = (await site.mail(mailbox, number))[number - 1]
    asked = email.message_from_bytes(question)
    to = str(asked["Reply-To"]).strip("<>")
    said = text.replace("\n", "\r\n")
    raw = f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: Re: {asked['Subject']}\r\n\r\n{said}\r\n"
    await site.send(sender, [to], raw.encode(), listener=listener)
    tell.said(f"(MAIL FROM:<{sender}>, RCPT TO:<{to}>: {text.splitlines()[0]})")
    tell.heard("(the server takes the answer)")


async def put(site: Site, tell: Teller, *, kind: str, **fields: Any) -> None:
    """Write an organisation object past the rules for it, as a failed import or synchronisation would."""
    await site.put(load(KINDS[kind], fields))
    tell.said(f"({kind} {fields['name']} appears)")


async def drop(site: Site, tell: Teller, *, kind: str, name: str) -> None:
    """An organisation object disappears."""
    await site.drop(kind, name)
    tell.said(f"({kind} {name} is gone)")


async def wait(site: Site, tell: Teller, *, event: str, number: int = 1, **facts: str) -> None:
    """Until that event has happened `number` times; `{queued}` as in `ask`."""
    given = {name: value.replace("{queued}", tell.queued) for name, value in facts.items()}
    await site.event(Kind[event.upper()], number, **given)


async def host(site: Site, tell: Teller, *, name: str, **script: Any) -> None:  # noqa: ARG001
    """From now on that host behaves so."""
    site.world.hosts[name].script = read_script(script)


async def dns(site: Site, tell: Teller, *, name: str, **records: Any) -> None:  # noqa: ARG001
    """From now on the DNS says so of that name."""
    set_dns(site, name, records)


def set_dns(site: Site, name: str, records: Mapping[str, Any]) -> None:
    """`mood` is one of lab.dns.Mood, `gone` makes the name unknown; anything else is a record type with values."""
    for rtype, values in records.items():
        if rtype == "mood":
            site.world.dns.misbehave(name, Mood[values])
        elif rtype == "gone":
            site.world.dns.remove(name)
        else:
            site.world.dns.set(name, rtype, *values)


async def file(
    site: Site, tell: Teller, *, content: str, name: str = "letter.eml", folder: str = "pickup"
) -> None:
    """A program puts a file into a folder of file submission, which the scenario's `settings` name."""
    path = site.folder / "data" / folder / name
    whole = path.with_suffix(".new")  # a half-written file shall not be taken
    await asyncio.to_thread(whole.write_text, content)
    await asyncio.to_thread(whole.rename, path)
    tell.said(f"({folder}/{name}, {len(content)} octets)")


async def fill(site: Site, tell: Teller, *, folder: str) -> None:
    """Something else takes what is free on the disk under that folder."""
    octets = await asyncio.to_thread(disks.fill, site.folder / folder)
    tell.said(f"(the disk under {folder} is full: {octets} octets of something else)")


async def free(site: Site, tell: Teller, *, folder: str) -> None:
    """And goes again."""
    await asyncio.to_thread(disks.free, site.folder / folder)
    tell.said(f"(there is room under {folder} again)")


async def pass_on(site: Site, tell: Teller, *, name: str, to: str, times: int = 1, listener: str = "smtp") -> None:
    """The host's user has a rule: what arrives for him is sent to `to`, written anew, so without Received fields.

    The reverse-path stays, as with Sieve's redirect.  Of the first message, then of the second, and so on.
    """
    for turn in range(1, times + 1):
        message = (await site.world.hosts[name].received(turn))[turn - 1]
        tell.said(f"(message {turn} of {name} is passed on to {to})")
        header = header_block(message.content)
        anew = without_received(header) + message.content[len(header) :]
        await site.send(message.sender, [to], anew, listener=listener)


async def restart(site: Site, tell: Teller) -> None:  # noqa: ARG001
    """The server ends in order and starts again."""
    await site.stop()
    await site.start()


async def damage(site: Site, tell: Teller, *, old: str, new: str) -> None:
    """While the server is stopped, octets change in the files of its queue."""
    await site.stop()
    changed = await asyncio.to_thread(_alter, site.folder / "data" / "queue", old.encode(), new.encode())
    tell.said(f"(the server stopped; {old!r} became {new!r} in {changed} files of the queue; it starts again)")
    await site.start()


def _alter(folder: Path, old: bytes, new: bytes) -> int:
    if len(old) != len(new):
        raise ValueError(f"{old!r} and {new!r} are not of the same length")
    changed = 0
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        octets = path.read_bytes()
        if old in octets:
            path.write_bytes(octets.replace(old, new))
            changed += 1
    if not changed:
        raise ValueError(f"{old!r} stands in no file of the queue")
    return changed


async def heard(site: Site, tell: Teller, *, host: str, words: str, number: int = 1) -> None:  # noqa: ARG001
    """Until so many lines of `host`'s dialogues begin so."""
    sessions = site.world.hosts[host].sessions
    await until(lambda: sum(line.startswith(words) for each in sessions for line in each.lines) >= number)


async def crash(site: Site, tell: Teller, *, host: str, number: int = 1) -> None:
    """The worker is killed (SIGKILL) when `host` has been named a recipient `number` times, and starts again."""
    if not isinstance(site, ServedSite):
        raise TypeError("only a server in processes of its own (served = true) has a worker that can be killed")
    await heard(site, tell, host=host, words="C: RCPT", number=number)
    await site.crash()
    tell.said(f"(kill -9 of the worker while {host} has its answer to RCPT to give)")


VERBS: dict[str, Do] = {
    "send": send,
    "dialogue": dialogue,
    "raw": raw,
    "connect": connect,
    "answer": answer,
    "ask": ask,
    "put": put,
    "drop": drop,
    "wait": wait,
    "host": host,
    "dns": dns,
    "file": file,
    "fill": fill,
    "free": free,
    "pass_on": pass_on,
    "restart": restart,
    "damage": damage,
    "crash": crash,
    "heard": heard,
}
