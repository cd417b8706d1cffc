"""Other mail systems in their own words: what each replies for a code, and the report that it would send later.

`systems/NAME.toml` is one system.  Its fields:

    title = "Postfix"
    host = "postfix.lab.test"         # how it names itself
    [replies]                         # whole replies by code; `standard` has those that a system does not
    "5.1.1" = "550 5.1.1 <$recipient>: User unknown"
    [explained]                       # what its reports say to people, by code
    [report]
    template = '''...'''              # a message, the lines of which become CRLF

The templates follow the shapes that each system's reports have; the words `$sender`, `$recipient` and so on are
those of `_words`.  Codes of class 4 in a report mean that the system has given up.
"""

from __future__ import annotations

import email.utils
import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from saywhy.why import catalogue

STANDARD = "standard"
RETURNED = 50_000  # octets; as Postfix does, and others alike
LATER = {"2": "250", "4": "451", "5": "550"}  # reply codes where the catalogue has none


@dataclass(frozen=True, slots=True)
class System:
    """`template` empty: it sends no reports of its own."""

    name: str
    title: str
    host: str
    replies: dict[str, str]
    explained: dict[str, str]
    template: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a reply or report is about.  `content`: the message with CRLF lines, or empty."""

    sender: str
    recipient: str
    client: str = "127.0.0.1"
    content: bytes = b""
    at: float = 0.0  # epoch seconds


@cache
def systems() -> dict[str, System]:
    """All, by name; `standard` among them."""
    folder = resources.files("saywhy.lab").joinpath("systems")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".toml"))
    return {
        name.removesuffix(".toml"): _system(name.removesuffix(".toml"), folder.joinpath(name).read_text("utf-8"))
        for name in names
    }


def _system(name: str, text: str) -> System:
    data = tomllib.loads(text)
    return System(
        name,
        data["title"],
        data["host"],
        {code: reply.strip() for code, reply in data["replies"].items()},
        data.get("explained", {}),
        data.get("report", {}).get("template", ""),
    )


def reply(system: str, code: str, about: About) -> str:
    """The reply of a system for an enhanced code; its lines are parted by newlines."""
    return _filled(_reply(system, code), systems()[system], code, about)


def _reply(system: str, code: str) -> str:
    for known in (systems()[system], systems()[STANDARD]):
        if code in known.replies:
            return known.replies[code]
    try:
        found = catalogue.code(code)
    except catalogue.Unknown:
        return f"{LATER[code[0]]} {code} Not accepted"
    basic = next((str(number) for number in found.basic if str(number)[0] == code[0]), LATER[code[0]])
    return f"{basic} {code} {found.title}"


def report(system: str, code: str, about: About) -> bytes:
    """The report that a system sends about a message that it had taken, with CRLF lines."""
    known = systems()[system]
    said = reply(system, code, about)
    text = _filled(known.template.lstrip("\n"), known, code, about, said)
    return text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def _filled(template: str, system: System, code: str, about: About, said: str = "") -> str:
    return Template(template).safe_substitute(_words(system, code, about, said))


def _words(system: System, code: str, about: About, said: str) -> dict[str, Any]:
    local, _, domain = about.recipient.rpartition("@")
    content = _returned(about.content).decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    header = content.partition("\n\n")[0] + "\n"
    named = _fields(header)
    identity = hashlib.sha256(f"{about.at} {about.recipient} {content}".encode("utf-8", "replace")).hexdigest()
    told = system.explained.get(code) or " ".join(line[4:] for line in said.split("\n"))
    explained = Template(told).safe_substitute(local=local, domain=domain, recipient=about.recipient)
    return {
        "sender": about.sender,
        "recipient": about.recipient,
        "local": local,
        "domain": domain,
        "client": about.client,
        "host": system.host,
        "code": code,
        "reply": " ".join([said[:3], *(line[4:] for line in said.split("\n"))]),
        "replied": said.replace("\n", "\n "),
        "explained": explained,
        "id": identity[:12].upper(),
        "boundary": f"_{identity[12:36]}_",
        "date": email.utils.formatdate(about.at),
        "subject": named.get("subject", ""),
        "message_id": named.get("message-id", f"<{identity[36:52]}@{domain}>"),
        "header": header,
        "content": content,
    }


def _returned(content: bytes) -> bytes:
    """As much of a message as comes back, in whole lines."""
    return content if len(content) <= RETURNED else content[: content.rfind(b"\n", 0, RETURNED) + 1]


def _fields(header: str) -> dict[str, str]:
    """The first of each field on one line."""
    found: dict[str, str] = {}
    for line in header.replace("\n ", " ").replace("\n\t", " ").split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found
