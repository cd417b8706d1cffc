"""Our own collection: reports as each system writes them, made up here.

`frames/*.eml` has a system's frame, written once, below a line that says which dialect reads it, what was done
with the message, and what the frame cannot hold.  Each is filled with several refusals: `@{to}` is the recipient
and `@{local}` the part of it before the `@`, `@{said}` what the remote server said, `@{status}`, `@{code}` and
`@{rest}` pieces of that, `@{host}` its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SENDER = "ann@worcester.example"
FOLDER = Path(__file__).parent / "frames"


@dataclass(frozen=True)
class Said:
    """A refusal: the reply, the codes in it, and the cause that it has."""

    reply: str
    status: str
    code: str
    cause: str


SAID = {
    "unknown": Said(
        "550 5.1.1 <@{to}>: Recipient address rejected: User unknown", "5.1.1", "550", "remote-user-unknown"
    ),
    "full": Said("552 5.2.2 Mailbox full", "5.2.2", "552", "remote-mailbox-full"),
    "spam": Said("554 5.7.1 Message rejected as spam", "5.7.1", "554", "remote-spam"),
    "relay": Said("550 5.7.1 <@{to}>: Relaying denied", "5.7.1", "550", "remote-relay-denied"),
    "bare": Said("550 no such user here", "", "550", "remote-user-unknown"),
    "size": Said("552 5.3.4 Message size exceeds fixed maximum message size", "5.3.4", "552", "remote-too-large"),
}


@dataclass(frozen=True)
class Frame:
    """`text` is a whole message; `status` and `code` say whether it holds what the server said of them."""

    text: str
    dialect: str
    action: str
    status: bool
    code: bool


@dataclass(frozen=True)
class Case:
    raw: bytes
    frame: Frame
    to: str
    said: Said


def frame(file: Path) -> Frame:
    first, _, text = file.read_text(encoding="utf-8").partition("\n")
    dialect, action, flags = (part.strip() for part in first.split("|"))
    return Frame(text, dialect, action, "no-status" not in flags, "no-code" not in flags)


FRAMES = {file.stem: frame(file) for file in sorted(FOLDER.glob("*.eml"))}


def case(shape: Frame, said: Said, to: str) -> Case:
    reply = said.reply.replace("@{to}", to)
    text = shape.text
    for name, value in {
        "to": to,
        "local": to.partition("@")[0],
        "said": reply,
        "rest": reply[4:],
        "status": said.status or "5.0.0",
        "code": said.code,
        "host": "mx.dest.test",
    }.items():
        text = text.replace(f"@{{{name}}}", value)
    return Case(text.encode(), shape, to, said)


EVERY = {
    f"{name}: {kind}": case(shape, said, f"bob.{number}@dest.test")
    for name, shape in FRAMES.items()
    for number, (kind, said) in enumerate(SAID.items())
}
